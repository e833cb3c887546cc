/** A standing duty: something that is done again and again, at an instant that it names itself, until it is stopped. */
import { until, type Clock } from '../domain/clock.ts'
import { answerable } from '../domain/errand.ts'
import type { Instant } from '../domain/dates.ts'
import type { Log } from './worker-context.ts'

export interface Duty {
  /** Returns when what is going on has ended. */
  stop(): Promise<void>
}

/** Hears of what makes the next turn due now, and calls back; the function that it returns ends that. */
export type Wakes = (wake: () => void) => () => void

/**
 * Does `turn` now and then at the instants that it gives, or as soon as it is woken. A turn that fails is logged and done
 * again after `retryMs`.
 */
export function startDuty(
  name: string,
  clock: Clock,
  log: Log,
  retryMs: number,
  turn: () => Promise<Instant>,
  wakes: Wakes = () => () => undefined,
): Duty {
  let isStopped = false
  let isWoken = false
  let endPause = () => {}
  const wake = () => {
    isWoken = true
    endPause()
  }
  const pause = async (untilAt: Instant) => {
    if (isWoken) return
    const over = new AbortController()
    endPause = () => over.abort()
    // The only way for this wait to be rejected is to be woken or stopped, which the loop sees by itself.
    await until(clock, untilAt, over.signal).catch(() => undefined)
  }
  const loop = async () => {
    while (!isStopped) {
      isWoken = false
      const nextAt = await answerable({ duty: name }, turn).catch((error: unknown) => {
        log('error', `The duty '${name}' failed; it is done again.`, { error })
        return clock.now() + retryMs
      })
      if (!isStopped) await pause(nextAt)
    }
  }
  const off = wakes(wake)
  const running = loop()
  return {
    stop: () => {
      off()
      isStopped = true
      wake()
      return running
    },
  }
}
