/** Holding an answer back until something has changed. Signals are hints, so it looks by itself from time to time. */
import type { FastifyReply } from 'fastify'
import type { Instant } from '../domain/dates.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { HttpContext } from './context.ts'

/** How often to look without a signal, in milliseconds. */
const LOOK_MS = 5_000

/**
 * Returns when the execution is not in `phase` (any more), is in a terminal phase, the seconds are over (-1: the longest
 * that is allowed), or `over` is aborted.
 */
export async function waitForChange(
  id: ExecutionId,
  phase: ExecutionPhase,
  seconds: number,
  context: HttpContext,
  over: AbortSignal,
): Promise<void> {
  const { clock, looks, settings } = context
  const longest = seconds < 0 ? settings.waitMaxMs : Math.min(seconds * 1000, settings.waitMaxMs)
  const deadline = clock.now() + longest
  const hints = hintsFor(id, context, over)
  try {
    while (clock.now() < deadline && !over.aborted) {
      const current = await looks.find(id)
      if (!current || current.phase !== phase || executionLifecycle.isTerminal(current.phase)) return
      await hints.next(Math.min(deadline, clock.now() + LOOK_MS))
    }
  } finally {
    hints.end()
  }
}

/** Hints that something happened to one execution. */
export interface Hints {
  /** Resolves at the next hint, at once when there was one since the last call, at an instant, or when it is over. */
  next(untilAt: Instant): Promise<void>
  /** Ends listening; has to be called. */
  end(): void
}

/** Begins to listen. `over` is aborted when there is no use in waiting any more. */
export function hintsFor(id: ExecutionId, { signals, clock }: HttpContext, over: AbortSignal): Hints {
  let hinted = false
  let wake: (() => void) | undefined
  const onOver = () => wake?.()
  over.addEventListener('abort', onOver)
  const off = signals.on('execution', (changed) => {
    if (changed !== id) return
    hinted = true
    wake?.()
  })
  return {
    async next(untilAt) {
      if (!hinted && !over.aborted) {
        await new Promise<void>((resolve) => {
          const cancel = clock.at(untilAt, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
        wake = undefined
      }
      hinted = false
    },
    end() {
      off()
      over.removeEventListener('abort', onOver)
    },
  }
}

/** Aborted when the answer was sent whole, when the client went away before, and when the service stops. */
export function whenOver(reply: FastifyReply, { stopping }: HttpContext): AbortSignal {
  const over = new AbortController()
  const end = () => {
    stopping.removeEventListener('abort', end)
    over.abort()
  }
  stopping.addEventListener('abort', end)
  // Not the close of the request, which comes as soon as the request itself was read.
  reply.raw.once('close', end)
  if (stopping.aborted || reply.raw.closed) end()
  return over.signal
}
