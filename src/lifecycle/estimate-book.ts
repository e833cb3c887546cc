/**
 * What the broker expects of platforms, registries and hosts, from what it saw of them. It is kept in the database,
 * where all brokers on it write, and in memory, where a survey reads: an estimate that is half a minute old is as good.
 */
import { componentPlaces, type ComponentFamily } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { learn, rateToExpect, roundTime, timeToAllow, type RunningEstimate } from '../domain/running-estimate.ts'
import type { Instant } from '../domain/dates.ts'
import { groupBy } from '../domain/group-by.ts'
import type { Platform, PlatformEstimate } from '../platforms/platform.ts'
import * as components from '../store/components.ts'
import type { Database } from '../store/database.ts'
import * as estimates from '../store/estimates.ts'
import type { ExecutionState } from './decide.ts'
import {
  ESTIMATED,
  estimateOf,
  observationsOf,
  registryOf,
  timesOf,
  type Estimated,
  type Observation,
} from './observations.ts'

/** The most estimates that are held in memory; of more, the newest. */
const HELD_MAX = 20_000
/** Names longer than this are cut: what depends on them is then estimated together. */
const SUBJECT_MAX = 500
/** What a transfer takes beside its bytes, and data of unknown size in all, when nothing is known, in milliseconds. */
const LATENCY_MS = 500
const UNKNOWN_SIZE_MS = 10_000

/** What is expected of one platform for one request, in milliseconds. */
export interface ExpectedTimes {
  readonly imageMs: number
  readonly startMs: number
  readonly removeMs: number
  readonly volumeMs: number
  readonly volumeRemovalMs: number
}

/** Told of each component that was prepared, in milliseconds. */
export type Compared = (family: ComponentFamily, estimatedMs: number, actualMs: number) => void

export class EstimateBook {
  readonly #defaultBytesPerSecond: number
  readonly #compared: Compared
  #known = new Map<string, RunningEstimate>()
  #readUpTo: Instant = 0
  readonly #ended: ExecutionState[] = []
  readonly #toLearn: Observation[] = []
  #learning: Promise<void> | undefined

  /**
   * The default is how fast data come when nothing is known of their source, in bytes per second. `compared` is told how
   * long preparation was estimated to take and really took.
   */
  constructor(defaultBytesPerSecond: number, compared: Compared = () => undefined) {
    this.#defaultBytesPerSecond = defaultBytesPerSecond
    this.#compared = compared
  }

  /** What a platform will take, from what it says of itself and what was seen of it. */
  expectedTimes(platform: Platform, request: ExecutionRequest, said: PlatformEstimate): ExpectedTimes {
    const { name } = platform
    return {
      imageMs: this.#imageMs(platform, request, said.imageMs),
      startMs: this.#timeMs('start', name, said.startMs),
      removeMs: this.#timeMs('remove', name, said.removeMs),
      volumeMs: this.#timeMs('volume', name, said.volumeMs),
      volumeRemovalMs: this.#timeMs('volume-removal', name, said.volumeMs),
    }
  }

  /** How long data of a size will take to come from a host, in milliseconds; for an unknown size a guess. */
  transferMs(host: string, sizeBytes: number | undefined): number {
    if (sizeBytes === undefined) return UNKNOWN_SIZE_MS
    const rate = rateToExpect(this.#estimate('rate', host), this.#bounds('rate', this.#defaultBytesPerSecond))
    return roundTime(this.#latencyMs(host) + (sizeBytes / rate) * 1_000)
  }

  /** Reads what brokers on the same database have learned since the last time. */
  async refresh(database: Database): Promise<void> {
    const changed = await estimates.changedSince(database, this.#readUpTo, HELD_MAX)
    const [newest] = changed
    if (newest) this.#readUpTo = newest.updatedAt
    this.#hold(changed.reverse())
  }

  /** Learns from an execution whose work is done. May be repeated; then it counts twice, which does no harm. */
  learn(database: Database, state: ExecutionState, now: Instant): Promise<void> {
    this.#ended.push(state)
    return this.#learnSoon(database, now)
  }

  /**
   * Learns from what was measured. What comes while something is being written down is written together next: each
   * execution on a platform teaches the same, and those that end together would wait for each other.
   */
  learnFrom(database: Database, observed: readonly Observation[], now: Instant): Promise<void> {
    if (observed.length === 0) return Promise.resolve()
    this.#toLearn.push(...observed)
    return this.#learnSoon(database, now)
  }

  #learnSoon(database: Database, now: Instant): Promise<void> {
    this.#learning ??= this.#learnNext(database, now).finally(() => (this.#learning = undefined))
    return this.#learning
  }

  async #learnNext(database: Database, now: Instant): Promise<void> {
    while (this.#ended.length + this.#toLearn.length > 0) {
      const observed = [...(await this.#observe(database, this.#ended.splice(0))), ...this.#toLearn.splice(0)]
      if (observed.length > 0) await this.#write(database, observed, now)
    }
  }

  /** What executions that have ended taught. */
  async #observe(database: Database, ended: readonly ExecutionState[]): Promise<Observation[]> {
    if (ended.length === 0) return []
    const ids = ended.map(({ execution }) => execution.id)
    const changesOf = groupBy(await components.changes(database, ids), ({ executionId }) => executionId)
    return ended.flatMap((state) => {
      const times = timesOf(changesOf.get(state.execution.id) ?? [])
      this.#compare(state, times)
      return observationsOf(state, times, (host) => this.#latencyMs(host))
    })
  }

  async #write(database: Database, observed: readonly Observation[], now: Instant): Promise<void> {
    await database.transaction(async (tx) => {
      const keys = [...new Set(observed.map(keyOf))].sort()
      const learned = new Map<string, RunningEstimate>((await estimates.lock(tx, keys)).map((one) => [one.key, one]))
      for (const one of observed) {
        const key = keyOf(one)
        learned.set(key, learn(learned.get(key), one.value, this.#bounds(one.of, one.initial)))
      }
      const rows = [...learned].map(([key, { mean, deviation, count }]) => ({ key, mean, deviation, count }))
      await estimates.keep(tx, rows, now)
      this.#hold(rows)
    })
  }

  /** A platform that simulates knows how long its pulls take; for others it is the image, the registry, or a guess. */
  #imageMs({ name, capabilities }: Platform, request: ExecutionRequest, saidMs: number): number {
    if (saidMs === 0 || capabilities.simulated) return saidMs
    const [image = ''] = request.executable.image.locations
    const ofRegistry = this.#timeMs('registry', `${name} ${registryOf(image)}`, saidMs)
    return this.#timeMs('image', `${name} ${image}`, ofRegistry)
  }

  #timeMs(of: Estimated, subject: string, saidMs: number): number {
    return roundTime(timeToAllow(this.#estimate(of, subject), this.#bounds(of, saidMs)))
  }

  #latencyMs(host: string): number {
    return timeToAllow(this.#estimate('latency', host), this.#bounds('latency', undefined))
  }

  #estimate(of: Estimated, subject: string): RunningEstimate | undefined {
    return this.#known.get(keyOf({ of, subject }))
  }

  #bounds(of: Estimated, initial: number | undefined) {
    const fallback = of === 'rate' ? this.#defaultBytesPerSecond : LATENCY_MS
    return { ...ESTIMATED[of], initial: initial ?? fallback }
  }

  /** The newest last, so that the oldest leave first when there are too many. */
  #hold(learned: readonly (RunningEstimate & { readonly key: string })[]): void {
    for (const { key, mean, deviation, count } of learned) {
      this.#known.delete(key)
      this.#known.set(key, { mean, deviation, count })
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= HELD_MAX) return
      this.#known.delete(key)
    }
  }

  #compare({ execution: { plan } }: ExecutionState, times: ReturnType<typeof timesOf>): void {
    for (const { family, index, position } of componentPlaces(plan)) {
      const { prepareMs } = times.find((one) => one.position === position) ?? {}
      if (prepareMs !== undefined) this.#compared(family, estimateOf(plan, family, index).prepareMs, prepareMs)
    }
  }
}

function keyOf({ of, subject }: Pick<Observation, 'of' | 'subject'>): string {
  return `${of} ${subject.slice(0, SUBJECT_MAX)}`
}
