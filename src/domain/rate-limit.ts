/**
 * How often somebody may ask: so many requests at once, and as many again over each minute. Counted in this process;
 * several brokers together allow as many times more.
 */
import type { Clock } from './clock.ts'
import type { Instant } from './dates.ts'
import { BrokerError } from './errors.ts'

const MINUTE_MS = 60_000
/** Keys that are remembered; the one that asked longest ago is forgotten first. */
const KEYS_MAX = 100_000

/** What somebody may still ask, as it was at an instant. */
interface Allowance {
  left: number
  at: Instant
}

export class RateLimit {
  readonly #clock: Clock
  readonly #perMinute: number | undefined
  readonly #what: string
  readonly #allowances = new Map<string, Allowance>()

  /** Without a number there is no limit. `what` is said of those that are too many. */
  constructor(clock: Clock, perMinute: number | undefined, what = 'requests') {
    this.#what = what
    this.#clock = clock
    this.#perMinute = perMinute
  }

  /** Counts a request of somebody. Throws TOO_MANY_REQUESTS, with when to ask again; that one is not counted. */
  count(key: string): void {
    const perMinute = this.#perMinute
    if (perMinute === undefined) return
    const now = this.#clock.now()
    const { left: before, at } = this.#allowances.get(key) ?? { left: perMinute, at: now }
    const left = Math.min(perMinute, before + (Math.max(0, now - at) * perMinute) / MINUTE_MS)
    this.#allowances.delete(key)
    this.#allowances.set(key, { left: left < 1 ? left : left - 1, at: now })
    if (this.#allowances.size > KEYS_MAX) this.#forgetOldest()
    if (left >= 1) return
    throw new BrokerError(
      'TOO_MANY_REQUESTS',
      `At most ${perMinute} ${this.#what} a minute are answered; ask less often.`,
      {
        retryAfterSeconds: Math.ceil(((1 - left) * MINUTE_MS) / perMinute / 1000),
      },
    )
  }

  /** Takes back the count of something that turned out to be right. */
  giveBack(key: string): void {
    const allowance = this.#allowances.get(key)
    if (allowance && this.#perMinute !== undefined) allowance.left = Math.min(this.#perMinute, allowance.left + 1)
  }

  #forgetOldest(): void {
    const [oldest] = this.#allowances.keys()
    if (oldest !== undefined) this.#allowances.delete(oldest)
  }
}
