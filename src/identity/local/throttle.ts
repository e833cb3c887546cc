/**
 * Slows down guessing: after some failures a key (a user name, an address) has to wait, longer with each further failure.
 * Kept in this process; several brokers together allow as many times more.
 */
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'

export interface ThrottleLimits {
  /** So many failures in a row cost nothing. */
  readonly free: number
  /** The wait after the first failure that costs; each further one doubles it. In milliseconds. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}

interface Record {
  failures: number
  freeAt: Instant
  lastAt: Instant
}

/** Keys that are remembered; more than an attacker can afford to fill would be a way to fill the memory. */
const KEYS_MAX = 10_000

export class Throttle {
  readonly #clock: Clock
  readonly #limits: ThrottleLimits
  readonly #records = new Map<string, Record>()

  constructor(clock: Clock, limits: ThrottleLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** How long a key has to wait from now, in milliseconds; 0 when it may try. */
  waitMs(key: string): number {
    return Math.max(0, (this.#current(key)?.freeAt ?? 0) - this.#clock.now())
  }

  failed(key: string): void {
    const now = this.#clock.now()
    const { free, firstWaitMs, longestWaitMs } = this.#limits
    const failures = (this.#current(key)?.failures ?? 0) + 1
    const costly = failures - free
    const waitMs = costly > 0 ? Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(costly - 1, 30)) : 0
    this.#records.delete(key)
    this.#records.set(key, { failures, freeAt: now + waitMs, lastAt: now })
    const oldest = this.#records.size > KEYS_MAX ? this.#records.keys().next().value : undefined
    if (oldest !== undefined) this.#records.delete(oldest)
  }

  succeeded(key: string): void {
    this.#records.delete(key)
  }

  /** The record of a key, forgotten when nothing failed for twice the longest wait. */
  #current(key: string): Record | undefined {
    const record = this.#records.get(key)
    if (!record || this.#clock.now() - record.lastAt <= 2 * this.#limits.longestWaitMs) return record
    this.#records.delete(key)
    return undefined
  }
}
