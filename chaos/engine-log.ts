/** What a container engine tells of containers in its own log of events, also across its restarts. */
import { setTimeout as wait } from 'node:timers/promises'
import { engineEvent } from '../src/platforms/docker/answer-shapes.ts'
import { EngineClient, jsonLines } from '../src/platforms/docker/engine-client.ts'
import type { EngineEvent } from '../src/platforms/docker/engine-answers.ts'
import { LABELS, Marks } from '../src/platforms/docker/marks.ts'

/** Something that happened to the container of an execution. */
export interface ContainerEvent {
  readonly execution: string
  readonly action: string
  /** By the engine's clock, in milliseconds. */
  readonly at: number
}

export class EngineLog {
  readonly #client: EngineClient
  readonly #broker: string
  readonly #marks: Marks
  readonly #over = new AbortController()
  readonly #events = new Map<string, ContainerEvent>()
  #since = Math.floor(Date.now() / 1000)

  /** `broker` is the id whose containers are listened for. */
  constructor(address: string, broker: string) {
    this.#client = new EngineClient(address)
    this.#broker = broker
    this.#marks = new Marks(broker)
    void this.#listen()
  }

  /** All events so far. */
  get events(): readonly ContainerEvent[] {
    return [...this.#events.values()]
  }

  /** The names of all containers, volumes and networks that the engine has, but for the networks it is born with. */
  async things(): Promise<string[]> {
    const get = async <Body>(path: string) =>
      (await this.#client.ask<Body>({ path, doing: 'looking for what is left' })).body
    const containers = await get<readonly { Names: readonly string[] }[]>('/containers/json?all=1')
    const { Volumes } = await get<{ Volumes: readonly { Name: string }[] | null }>('/volumes')
    const networks = await get<readonly { Name: string }[]>('/networks')
    return [
      ...containers.map(({ Names }) => `container ${Names.join(' ')}`),
      ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
      ...networks.flatMap(({ Name }) => (['none', 'host', 'bridge'].includes(Name) ? [] : [`network ${Name}`])),
    ]
  }

  async close(): Promise<void> {
    this.#over.abort()
    await this.#client.close()
  }

  /** An engine that restarts forgets its log, so what is heard is kept here, each event once. */
  async #listen(): Promise<void> {
    const filters = JSON.stringify({ label: [`${LABELS.role}=run`, `${LABELS.broker}=${this.#broker}`] })
    const { signal } = this.#over
    while (!signal.aborted) {
      try {
        const query = { since: this.#since, filters }
        const stream = this.#client.open({ path: '/events', query, doing: 'listening', signal })
        for await (const event of jsonLines(stream, engineEvent, 'listening')) this.#note(event)
      } catch {
        // The engine is away, as it is made to be now and then; what it tells afterwards begins where this ended.
      }
      await wait(100)
    }
  }

  #note({ Type, Action, Actor, timeNano = 0 }: EngineEvent): void {
    const { name = '', ...labels } = Actor?.Attributes ?? {}
    const own = this.#marks.own([name], labels)
    if (Type !== 'container' || Action === undefined || own?.role !== 'run') return
    const { execution } = own
    const at = Math.floor(timeNano / 1e6)
    this.#events.set(`${execution} ${Action} ${timeNano}`, { execution, action: Action, at })
    this.#since = Math.floor(at / 1000)
  }
}
