/**
 * The limit of what is kept for one user, held before a request is looked at. What a process knows is read again before
 * it could matter; what it is answering counts as if it were kept, and what other processes are answering does not yet.
 */
import type { Clock } from '../domain/clock.ts'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { RecentMap } from '../domain/recent-map.ts'
import type { Database } from '../store/database.ts'
import * as keptBytes from '../store/kept-bytes.ts'
import type { Retention } from '../store/retention.ts'

/** The time for which a count is believed of an owner with more than half of the room left, in milliseconds. */
const BELIEVED_MS = 5_000
/** The time for which the last look for what leaves next is believed, in milliseconds: a look takes long, and whoever is refused asks often. */
const LEAVING_BELIEVED_MS = 10_000
/** Owners that are remembered; of the others it is read anew. */
const OWNERS_MAX = 10_000

interface Leaving {
  readonly lookedAt: Instant
  /** Undefined where nothing has an end yet. */
  readonly at: Instant | undefined
}

/** Bytes that are kept for an owner, as they were read, and those that may have been added since. */
class Use {
  /** Bytes that answers of this process may have added, from its start on, up to now. */
  #added = 0
  #answering = 0
  /** Bytes as they were read, with what had been added when the reading began. */
  #read = { bytes: 0, added: 0, at: Number.NEGATIVE_INFINITY }
  /** The newest count; of several that are read at once the one that began last counts. */
  #readings = { begun: 0, taken: 0 }
  #leaving: Promise<Leaving> | undefined

  get bytes(): number {
    return this.#read.bytes + (this.#added - this.#read.added) + this.#answering
  }

  /** True when so many more are certain to be allowed without reading. */
  isKnownToFit(more: number, max: number, now: Instant): boolean {
    return now - this.#read.at < BELIEVED_MS && this.bytes + more <= max / 2
  }

  async read(database: Database, owner: string, now: Instant): Promise<void> {
    const [added, turn] = [this.#added, ++this.#readings.begun]
    const bytes = await keptBytes.of(database, owner)
    if (turn < this.#readings.taken) return
    this.#readings.taken = turn
    this.#read = { bytes, added, at: now }
  }

  /** The instant at which the first of it leaves. Those who ask within some seconds share one look. */
  async nextLeaving(now: Instant, look: () => Promise<Instant | undefined>): Promise<Instant | undefined> {
    const last = this.#leaving
    const known = await last
    if (known && now - known.lookedAt < LEAVING_BELIEVED_MS) return known.at
    if (this.#leaving !== last) return (await this.#leaving)?.at
    const looking = look().then((at) => ({ lookedAt: now, at }))
    this.#leaving = looking
    try {
      return (await looking).at
    } catch (error) {
      this.#leaving = undefined
      throw error
    }
  }

  /** Answers a request that may add so many. */
  async during<Result>(more: number, answer: () => Promise<Result>): Promise<Result> {
    this.#answering += more
    try {
      return await answer()
    } finally {
      this.#answering -= more
      this.#added += more
    }
  }
}

export class KeptLimit {
  readonly #database: Database
  readonly #clock: Clock
  readonly #bytesMax: number | undefined
  readonly #times: Retention
  readonly #uses = new RecentMap<string, Use>(OWNERS_MAX)

  /** Without a number there is no limit. */
  constructor(database: Database, clock: Clock, bytesMax: number | undefined, times: Retention) {
    this.#database = database
    this.#clock = clock
    this.#bytesMax = bytesMax
    this.#times = times
  }

  /**
   * Answers a request of an owner that adds so many bytes at most; somebody of whom nothing is kept is never refused.
   * Throws TOO_MUCH_KEPT where there is no room for them.
   */
  async within<Result>(owner: string, bytes: number, answer: () => Promise<Result>): Promise<Result> {
    const max = this.#bytesMax
    if (max === undefined) return answer()
    const more = Math.min(bytes, max)
    const use = this.#uses.get(owner) ?? new Use()
    this.#uses.set(owner, use)
    const now = this.#clock.now()
    if (!use.isKnownToFit(more, max, now)) {
      await use.read(this.#database, owner, now)
      if (use.bytes + more > max) throw await this.#full(owner, use, more, max)
    }
    return use.during(more, answer)
  }

  async #full(owner: string, use: Use, more: number, max: number): Promise<BrokerError> {
    const now = this.#clock.now()
    const kept = use.bytes
    const look = () => keptBytes.nextLeaving(this.#database, owner, this.#times)
    const leavesAt = await use.nextLeaving(now, look)
    const seconds = leavesAt === undefined ? undefined : Math.max(1, Math.ceil((leavesAt - now) / 1_000))
    const when =
      leavesAt === undefined
        ? 'Room comes some time after what is running or offered has ended.'
        : `The first of that leaves at ${formatInstant(Math.max(leavesAt, now))}.`
    return new BrokerError(
      'TOO_MUCH_KEPT',
      `The records of your requests and offers take ${kept} of ${max} bytes (retention.bytesPerUser, the same for every user), and this request may take ${more} more. ${when} Ask again then, or ask with a smaller request or for fewer offers, such as with 'Prefer: offers=1'.`,
      seconds === undefined ? {} : { retryAfterSeconds: seconds },
    )
  }
}
