/** Time, as it is passed to everything that needs it, so that a test can be its own clock. */
import type { Instant } from './dates.ts'

export interface Clock {
  now(): Instant
  /** Calls back once at an instant, or soon when it is past. The function that it returns takes the call back. */
  at(instant: Instant, callback: () => void): () => void
}

/** Resolves at an instant. Rejects with the reason of the signal when that is aborted before. */
export function until(clock: Clock, instant: Instant, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.at(instant, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
