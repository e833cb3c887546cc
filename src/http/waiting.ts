/** Holding an answer back until something has changed. Signals are hints, so it looks by itself from time to time. */
import { until } from '../domain/clock.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionId } from '../domain/ids.ts'
import * as executions from '../store/executions.ts'
import type { HttpContext } from './context.ts'

/** How often to look without a signal, in milliseconds. */
const LOOK_MS = 5_000

/** Returns when the execution is not in `phase` (any more), is in a terminal phase, or the seconds are over (-1: the longest that is allowed). */
export async function waitForChange(
  id: ExecutionId,
  phase: ExecutionPhase,
  seconds: number,
  context: HttpContext,
): Promise<void> {
  const { clock, database, settings, stopping } = context
  const longest = seconds < 0 ? settings.waitMaxMs : Math.min(seconds * 1000, settings.waitMaxMs)
  const deadline = clock.now() + longest
  const hint = hintsFor(id, context)
  try {
    while (clock.now() < deadline && !stopping.aborted) {
      const current = await executions.find(database, id)
      if (!current || current.phase !== phase || executionLifecycle.isTerminal(current.phase)) return
      await hint.next(Math.min(deadline, clock.now() + LOOK_MS))
    }
  } finally {
    hint.end()
  }
}

/** Hints that something happened to one execution. */
export interface Hints {
  /** Resolves at the next hint, or at once when there was one since the last call, or at an instant. */
  next(untilAt: number): Promise<void>
  end(): void
}

/** Begins to listen; `end` has to be called. */
export function hintsFor(id: ExecutionId, { signals, clock, stopping }: HttpContext): Hints {
  let hinted = false
  let wake: (() => void) | undefined
  const off = signals.on('execution', (changed) => {
    if (changed !== id) return
    hinted = true
    wake?.()
  })
  return {
    async next(untilAt) {
      if (!hinted) {
        const over = new AbortController()
        const signal = AbortSignal.any([over.signal, stopping])
        const told = new Promise<void>((resolve) => (wake = resolve))
        // Whatever ends the wait, the caller looks for itself.
        await Promise.race([told, until(clock, untilAt, signal).catch(() => undefined)])
        over.abort()
      }
      hinted = false
    },
    end: off,
  }
}
