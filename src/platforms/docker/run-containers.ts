/**
 * The containers that programs run in, found by their labels: their names tell which attempt to start them is the last.
 *
 * Docker runs a container again that has ended, and knows no start that is only the first. So every attempt to start one
 * gives it a name of its own first, and starts it by that name: whoever was held meanwhile finds nobody of that name.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import type { RootUse } from '../platform.ts'
import { inspectContainer, makeContainer, remove } from './containers.ts'
import type { ContainerDetails, ContainerSummary } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'
import type { Mark, Marks } from './marks.ts'
import { stageOf, wasStarted } from './state-map.ts'
import { containerSummaries } from './answer-shapes.ts'

/** How often it is tried to be the last who gave a container a name. */
const ATTEMPTS = 5
/** Of how many containers the ids are remembered. */
const REMEMBERED = 10_000

export class RunContainers {
  readonly #client: EngineClient
  readonly #clock: Clock
  readonly #marks: Marks
  /** The ids of containers as they were found, so that they need not be looked for at every question. */
  readonly #ids = new RecentMap<ExecutionId, string>(REMEMBERED)

  constructor(client: EngineClient, clock: Clock, marks: Marks) {
    this.#client = client
    this.#clock = clock
    this.#marks = marks
  }

  /** The containers of all executions of this broker, as the engine lists them. */
  async all(): Promise<ReadonlyMap<ExecutionId, ContainerSummary>> {
    const found = new Map<ExecutionId, ContainerSummary>()
    for (const one of await this.#list()) {
      const execution = this.#marks.own(one.Names ?? [], one.Labels)?.execution
      if (execution === undefined || found.has(execution)) continue
      found.set(execution, one)
      this.#ids.set(execution, one.Id)
    }
    return found
  }

  /**
   * Bytes that running containers have written outside of the volumes of this broker. The engine goes through their files
   * for that. `sizes` gives those of volumes by name: it is asked where an image brings a `VOLUME`, for which the engine
   * makes one that it does not count.
   */
  async rootUse(signal: AbortSignal, sizes: () => Promise<ReadonlyMap<string, number>>): Promise<readonly RootUse[]> {
    const filters = JSON.stringify({ ...JSON.parse(this.#marks.filter('run')), status: ['running'] } as object)
    const listed = await this.#client.ask<readonly ContainerSummary[]>({
      path: '/containers/json',
      query: { size: 1, filters },
      doing: 'measuring what programs have written',
      timeoutMs: 0,
      signal,
    })
    const running = listed.body.flatMap(({ Names, Labels, SizeRw, Mounts }) => {
      const own = this.#marks.own(Names ?? [], Labels)
      if (own?.role !== 'run') return []
      const volumes = (Mounts ?? []).flatMap(({ Name }) => (Name && !this.#marks.ownVolume({ Name }) ? [Name] : []))
      return [{ execution: own.execution, bytes: SizeRw ?? 0, volumes }]
    })
    const bytesOf = running.some(({ volumes }) => volumes.length > 0) ? await sizes() : new Map<string, number>()
    return running.map(({ execution, bytes, volumes }) => ({
      execution,
      bytes: volumes.reduce((sum, name) => sum + (bytesOf.get(name) ?? 0), bytes),
    }))
  }

  /** The container of an execution as the engine lists it; undefined when there is none. */
  async listed(execution: ExecutionId): Promise<ContainerSummary | undefined> {
    const [container] = await this.#list(execution)
    if (container) this.#ids.set(execution, container.Id)
    else this.#ids.delete(execution)
    return container
  }

  /** Whether the container of an execution was found before, so that to look at it takes no more than one question. */
  isKnown(execution: ExecutionId): boolean {
    return this.#ids.get(execution) !== undefined
  }

  /** The container of an execution; undefined when there is none. */
  async find(execution: ExecutionId): Promise<ContainerDetails | undefined> {
    const known = this.#ids.get(execution)
    const found = known === undefined ? undefined : await inspectContainer(this.#client, known)
    if (found) return found
    const listed = await this.listed(execution)
    return listed && inspectContainer(this.#client, listed.Id)
  }

  /** Makes the container of an execution unless it is there. Gives what the engine warns of. */
  make(execution: ExecutionId, settings: object): Promise<readonly string[]> {
    return makeContainer(this.#client, this.#mark(execution), settings)
  }

  /**
   * Starts the container, if it never was, whoever else tries the same; `check` is asked before, and may refuse. Throws
   * PLATFORM_REFUSED when there is none.
   */
  async start(execution: ExecutionId, check: (container: ContainerDetails) => Promise<void>): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const id = this.#ids.get(execution) ?? (await this.listed(execution))?.Id
      if (id === undefined) throw new BrokerError('PLATFORM_REFUSED', `there is no container of ${execution}`)
      const name = `${this.#mark(execution).name}-${randomBytes(4).toString('hex')}`
      const container = (await this.#rename(id, name)) ? await inspectContainer(this.#client, name) : undefined
      if (container && wasStarted(container.State)) return
      if (container) await check(container)
      if (container && (await this.#startNamed(name))) return
      this.#ids.delete(execution)
    }
    throw new BrokerError('PLATFORM_UNAVAILABLE', 'others try to start the program at the same time')
  }

  /** Removes all containers of an execution, running or not. Gives what it was; undefined when that is not one. */
  async remove(execution: ExecutionId): Promise<ContainerSummary | undefined> {
    const doing = `removing the container of ${execution}`
    const query = { force: 1, v: 1 }
    const all = await this.#ask(this.#marks.filter(undefined, execution))
    const containers = all.filter((one) => this.#roleOf(one) === 'run')
    for (const { Id } of [...containers, ...all.filter((one) => this.#roleOf(one) === 'look')])
      await remove(this.#client, this.#clock, { path: `/containers/${Id}`, query, doing })
    this.#ids.delete(execution)
    return containers.length === 1 ? containers[0] : undefined
  }

  /** Those of one execution, or of all; the right one of an execution comes first. */
  async #list(execution?: ExecutionId): Promise<readonly ContainerSummary[]> {
    const listed = await this.#ask(this.#marks.filter('run', execution))
    // Engines give the newest first, which tells more than the second in which a container was made.
    return listed
      .filter((one) => this.#roleOf(one) === 'run')
      .reverse()
      .sort(byRight)
  }

  async #ask(filters: string): Promise<readonly ContainerSummary[]> {
    const question = { path: '/containers/json', query: { all: 1, filters }, doing: 'listing the containers' }
    return (await this.#client.ask(question, containerSummaries)).body
  }

  #roleOf({ Names, Labels }: ContainerSummary): string | undefined {
    return this.#marks.own(Names ?? [], Labels)?.role
  }

  #mark(execution: ExecutionId): Mark {
    return this.#marks.workload(execution)
  }

  /** False when there is no such container any more. */
  async #rename(id: string, name: string): Promise<boolean> {
    const [path, doing] = [`/containers/${id}/rename`, 'naming the container that is to be started']
    const { status } = await this.#client.ask({ method: 'POST', path, query: { name }, doing, answers: [404] })
    return status !== 404
  }

  /** False when another attempt has given the container another name. */
  async #startNamed(name: string): Promise<boolean> {
    const question = { method: 'POST', path: `/containers/${name}/start`, doing: 'starting the program' } as const
    const { status } = await this.#client.ask({ ...question, answers: [304, 404], timeoutMs: 60_000 })
    return status !== 404
  }
}

/**
 * A worker that was held before it made a container may make a second one, once the first has another name. The one that
 * was started is the right one, and before that the older: so all attempts are for the same.
 */
function byRight(one: ContainerSummary, other: ContainerSummary): number {
  const isCreated = ({ State }: ContainerSummary) => Number(stageOf(State) === 'created')
  return isCreated(one) - isCreated(other) || (one.Created ?? 0) - (other.Created ?? 0)
}
