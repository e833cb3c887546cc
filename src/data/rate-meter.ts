/**
 * Tells when the other side of a transfer moves less than it has to, so that nobody holds a transfer up for ever by a
 * drop at a time. Only the time that the other side is waited for counts.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'

/** The least that is borne. */
export interface LowestRate {
  /** 0 for any. */
  readonly bytesPerSecond: number
  /** Over how much time the rate is looked at, in milliseconds. */
  readonly overMs: number
}

export class RateMeter {
  readonly #lowest: LowestRate
  readonly #clock: Clock
  #since: Instant | undefined
  #waitedMs = 0
  #bytes = 0

  constructor(lowest: LowestRate, clock: Clock) {
    this.#lowest = lowest
    this.#clock = clock
  }

  /** From now on the other side is waited for. */
  waits(): void {
    this.#since = this.#clock.now()
  }

  /** The wait is over, and so many bytes have moved. Gives what is wrong with the rate; undefined as long as nothing is. */
  moved(bytes: number): string | undefined {
    this.#waitedMs += this.#since === undefined ? 0 : this.#clock.now() - this.#since
    this.#since = undefined
    this.#bytes += bytes
    if (this.#waitedMs < this.#lowest.overMs) return undefined
    const seconds = this.#waitedMs / 1_000
    const [moved, least] = [this.#bytes, this.#lowest.bytesPerSecond]
    this.#waitedMs = 0
    this.#bytes = 0
    if (moved >= least * seconds) return undefined
    return `${moved} bytes in ${Math.round(seconds)} s, less than the ${least} bytes per second that a transfer has to make`
  }
}
