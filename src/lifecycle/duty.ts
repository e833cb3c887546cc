/** A standing duty: something that is done again and again, at an instant that it names itself, until it is stopped. */
import { until, type Clock } from '../domain/clock.ts'
import { answerable } from '../domain/errand.ts'
import type { Instant } from '../domain/dates.ts'
import type { Log } from './worker-context.ts'

export interface Duty {
  /** Returns when what is going on has ended. */
  stop(): Promise<void>
}

/** Does `turn` now and then at the instants that it gives. A turn that fails is logged and done again after `retryMs`. */
export function startDuty(name: string, clock: Clock, log: Log, retryMs: number, turn: () => Promise<Instant>): Duty {
  const stopping = new AbortController()
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const nextAt = await answerable({ duty: name }, turn).catch((error: unknown) => {
        log('error', `The duty '${name}' failed; it is done again.`, { error })
        return clock.now() + retryMs
      })
      // The only way for this wait to be rejected is the stop, which the loop sees by itself.
      await until(clock, nextAt, stopping.signal).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
