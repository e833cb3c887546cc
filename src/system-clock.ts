/** The clock of the machine. */
import type { Clock } from './domain/clock.ts'

/** The longest time that a Node timer can wait, in milliseconds; later instants are reached in several waits. */
const TIMER_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  at(instant, callback) {
    let timer: NodeJS.Timeout
    const wait = () => {
      const remaining = Math.max(0, instant - Date.now())
      timer = setTimeout(remaining > TIMER_MS_MAX ? wait : callback, Math.min(remaining, TIMER_MS_MAX))
    }
    wait()
    return () => clearTimeout(timer)
  },
}
