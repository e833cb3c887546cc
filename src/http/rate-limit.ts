/**
 * How often somebody may ask: so many requests at once, and as many again over each minute. Counted in this process;
 * several brokers together allow as many times more.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'

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
  readonly #allowances = new Map<string, Allowance>()

  /** Without a number there is no limit. */
  constructor(clock: Clock, perMinute: number | undefined) {
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
    throw new BrokerError('TOO_MANY_REQUESTS', `At most ${perMinute} requests a minute are answered; ask less often.`, {
      retryAfterSeconds: Math.ceil(((1 - left) * MINUTE_MS) / perMinute / 1000),
    })
  }

  #forgetOldest(): void {
    const [oldest] = this.#allowances.keys()
    if (oldest !== undefined) this.#allowances.delete(oldest)
  }
}
