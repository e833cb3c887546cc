/** Clocks for tests. Time passes when the test says so. */
import type { Clock } from '../../src/domain/clock.ts'
import type { Instant } from '../../src/domain/dates.ts'

interface Alarm {
  readonly instant: Instant
  readonly callback: () => void
}

/** A clock that stands still until it is advanced. */
export class FakeClock implements Clock {
  #now: Instant
  readonly #alarms = new Set<Alarm>()

  constructor(now: Instant = Date.parse('2026-11-24T00:00:00Z')) {
    this.#now = now
  }

  now(): Instant {
    return this.#now
  }

  at(instant: Instant, callback: () => void): () => void {
    const alarm = { instant, callback }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** How many callbacks are waited for. */
  get waiting(): number {
    return this.#alarms.size
  }

  /** Lets time pass, and makes the calls that fall due, in their order and each at its instant. */
  advance(milliseconds: number): void {
    const target = this.#now + milliseconds
    for (;;) {
      const [next] = [...this.#alarms].sort((a, b) => a.instant - b.instant)
      if (!next || next.instant > target) break
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.instant)
      next.callback()
    }
    this.#now = target
  }
}

/**
 * A clock on which nobody waits: time jumps to the instant that is waited for, unless that is further away than the limit:
 * it is then no pause but the end of something. `pauses` are the waits, in milliseconds.
 */
export class HastyClock extends FakeClock {
  readonly pauses: number[] = []
  readonly #longestMs: number

  constructor(longestMs = Infinity) {
    super()
    this.#longestMs = longestMs
  }

  override at(instant: Instant, callback: () => void): () => void {
    const pause = Math.max(0, instant - this.now())
    if (pause > this.#longestMs) return super.at(instant, callback)
    this.pauses.push(pause)
    const cancel = super.at(instant, callback)
    queueMicrotask(() => this.advance(Math.max(0, instant - this.now())))
    return cancel
  }
}
