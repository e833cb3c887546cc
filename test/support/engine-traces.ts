/** What a container engine holds of executions, and what it tells of them in its own log of events. */
import { EngineClient, jsonLines } from '../../src/platforms/docker/engine-client.ts'
import type { ContainerSummary, EngineEvent, VolumeDetails } from '../../src/platforms/docker/engine-answers.ts'
import { LABELS, readLabels } from '../../src/platforms/docker/marks.ts'

/** What ends the story of a container: Docker says `destroy`, Podman `remove`. */
const GONE = ['destroy', 'remove']

/**
 * Reads an engine as an outsider does. Only what carries the marks of the asked executions counts, so that others may
 * work on the same engine.
 */
export class EngineTraces {
  readonly #client: EngineClient
  readonly #over = new AbortController()
  readonly #actions = new Map<string, string[]>()
  readonly #told = new Set<() => void>()
  /** Why nothing more is heard; whoever waits for something is told. */
  #lost: Error | undefined

  private constructor(address: string) {
    this.#client = new EngineClient(address)
  }

  /** Begins to listen to the events of an engine, from now on. */
  static async of(address: string): Promise<EngineTraces> {
    const traces = new EngineTraces(address)
    // Asked for by the clock of this machine, which is the engine's: nothing is missed before the stream is open.
    const since = Math.floor(Date.now() / 1000)
    traces.#listen(since).catch((error: unknown) => {
      traces.#lost = error as Error
      traces.#wake()
    })
    return traces
  }

  /** The names of the containers and volumes of these executions, and of networks that are called as the broker's things. */
  async held(executions: readonly string[]): Promise<string[]> {
    const [containers, volumes, networks] = await Promise.all([
      this.#get<readonly ContainerSummary[]>('/containers/json', { all: 1 }),
      this.#get<{ Volumes: readonly VolumeDetails[] | null }>('/volumes'),
      this.#get<readonly { Name: string }[]>('/networks'),
    ])
    const ours = <Thing extends { Labels?: ContainerSummary['Labels'] }>(things: readonly Thing[]) =>
      things.filter(({ Labels }) => executions.some((execution) => readLabels(Labels).execution === execution))
    return [
      ...ours(containers).map(({ Id }) => `container ${Id.slice(0, 12)}`),
      ...ours(volumes.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
      ...networks.flatMap(({ Name }) => (Name.startsWith('eb-') ? [`network ${Name}`] : [])),
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
    return this.#actions.get(execution) ?? []
  }

  async #tells(execution: string, enough: (actions: readonly string[]) => boolean): Promise<void> {
    while (!enough(this.#of(execution))) {
      if (this.#lost !== undefined) throw this.#lost
      await new Promise<void>((resolve) => this.#told.add(resolve))
    }
  }

  async #listen(since: number): Promise<void> {
    const filters = JSON.stringify({ label: [`${LABELS.role}=run`] })
    const { signal } = this.#over
    const events = this.#client.open({ path: '/events', query: { since, filters }, doing: 'listening', signal })
    for await (const { Type, Action, Actor } of jsonLines<EngineEvent>(events)) {
      const { execution } = readLabels(Actor?.Attributes)
      if (Type !== 'container' || Action === undefined || execution === undefined) continue
      this.#actions.set(execution, [...this.#of(execution), Action])
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
