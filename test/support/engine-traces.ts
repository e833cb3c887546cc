/** What a container engine holds of executions, and what it tells of them in its own log of events. */
import { until } from '../../src/domain/clock.ts'
import { engineEvent } from '../../src/platforms/docker/answer-shapes.ts'
import { EngineClient, jsonLines } from '../../src/platforms/docker/engine-client.ts'
import type { ContainerSummary, VolumeDetails } from '../../src/platforms/docker/engine-answers.ts'
import { LABELS, readLabels } from '../../src/platforms/docker/marks.ts'
import { systemClock } from '../../src/system-clock.ts'

/** What ends the story of a container: Docker says `destroy`, Podman `remove`. */
const GONE = ['destroy', 'remove']

/** Who waits for something to be told reads the log again after so long, in milliseconds. */
const READ_AGAIN_MS = 2_000

/**
 * Reads an engine as an outsider does. Only what carries the marks of the asked executions counts, so that others may
 * work on the same engine.
 */
export class EngineTraces {
  readonly #client: EngineClient
  readonly #over = new AbortController()
  /** What was told of each execution, once each: by the instant and the action, in nanoseconds of the engine's clock. */
  readonly #actions = new Map<string, Map<string, string>>()
  /** When listening began, in seconds. Asked for by the clock of this machine, which is the engine's. */
  readonly #since = Math.floor(Date.now() / 1000)
  readonly #told = new Set<() => void>()
  /** Why nothing more is heard; whoever waits for something is told. */
  #lost: Error | undefined

  private constructor(address: string) {
    this.#client = new EngineClient(address)
  }

  /** Begins to listen to the events of an engine, from now on. */
  static async of(address: string): Promise<EngineTraces> {
    const traces = new EngineTraces(address)
    traces.#listen().catch((error: unknown) => {
      traces.#lost = error as Error
      traces.#wake()
    })
    return traces
  }

  /** The names of the containers, volumes and networks of these executions. */
  async held(executions: readonly string[]): Promise<string[]> {
    const [containers, volumes, networks] = await Promise.all([
      this.#get<readonly ContainerSummary[]>('/containers/json', { all: 1 }),
      this.#get<{ Volumes: readonly VolumeDetails[] | null }>('/volumes'),
      this.#get<readonly { Name: string; Labels?: ContainerSummary['Labels'] }[]>('/networks'),
    ])
    const ours = <Thing extends { Labels?: ContainerSummary['Labels'] }>(things: readonly Thing[]) =>
      things.filter(({ Labels }) => executions.some((execution) => readLabels(Labels).execution === execution))
    return [
      ...ours(containers).map(({ Id }) => `container ${Id.slice(0, 12)}`),
      ...ours(volumes.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
      ...ours(networks).map(({ Name }) => `network ${Name}`),
    ]
  }

  /** How often the engine says that it started the container of an execution, once it has told of the container's end. */
  async starts(execution: string): Promise<number> {
    await this.#tells(execution, (actions) => actions.some((action) => GONE.includes(action)))
    return this.#of(execution).filter((action) => action === 'start').length
  }

  /** Returns when the program of an execution was started, as the engine tells. */
  async started(execution: string): Promise<void> {
    await this.#tells(execution, (actions) => actions.includes('start'))
  }

  /** Sends a signal to the program of an execution. */
  async signal(execution: string, signal: string): Promise<void> {
    const filters = JSON.stringify({ label: [`${LABELS.role}=run`, `${LABELS.execution}=${execution}`] })
    const [container] = await this.#get<readonly ContainerSummary[]>('/containers/json', { filters })
    if (!container) throw new Error(`no program of ${execution} runs`)
    const path = `/containers/${container.Id}/kill`
    await this.#client.ask({ method: 'POST', path, query: { signal }, doing: 'sending a signal in a test' })
  }

  /** Returns when the program of an execution has ended, as the engine tells. */
  async ended(execution: string): Promise<void> {
    await this.#tells(execution, (actions) => actions.includes('die') || actions.includes('died'))
  }

  async close(): Promise<void> {
    this.#over.abort()
    await this.#client.close()
  }

  #of(execution: string): readonly string[] {
    return [...(this.#actions.get(execution)?.values() ?? [])]
  }

  async #tells(execution: string, enough: (actions: readonly string[]) => boolean): Promise<void> {
    while (!enough(this.#of(execution))) {
      if (this.#lost !== undefined) throw this.#lost
      const over = new AbortController()
      const told = new Promise<void>((resolve) => this.#told.add(resolve))
      const late = until(systemClock, Date.now() + READ_AGAIN_MS, over.signal).then(() => this.#read())
      await Promise.race([told, late.catch((error: unknown) => this.#lose(error as Error, over.signal))])
      over.abort()
    }
  }

  #lose(error: Error, over: AbortSignal): void {
    if (!over.aborted) this.#lost = error
  }

  /** Follows the log. */
  async #listen(): Promise<void> {
    await this.#take({ since: this.#since })
  }

  /** Reads the log as it is now, for Podman tells nothing more in a stream that was open when it shortened the log. */
  async #read(): Promise<void> {
    await this.#take({ since: this.#since, stream: 'false', until: Math.floor(Date.now() / 1000) + 1 })
  }

  async #take(query: Readonly<Record<string, string | number>>): Promise<void> {
    const filters = JSON.stringify({ label: [`${LABELS.role}=run`] })
    const { signal } = this.#over
    const events = this.#client.open({ path: '/events', query: { ...query, filters }, doing: 'listening', signal })
    for await (const { Type, Action, Actor, timeNano } of jsonLines(events, engineEvent, 'listening')) {
      const { execution } = readLabels(Actor?.Attributes)
      if (Type !== 'container' || Action === undefined || execution === undefined) continue
      const told = this.#actions.get(execution) ?? new Map<string, string>()
      this.#actions.set(execution, told.set(`${timeNano} ${Action}`, Action))
      this.#wake()
    }
  }

  #wake(): void {
    for (const resolve of this.#told) resolve()
    this.#told.clear()
  }

  async #get<Body>(path: string, query: Record<string, string | number> = {}): Promise<Body> {
    return (await this.#client.ask<Body>({ path, query, doing: `reading ${path} in a test` })).body
  }
}
