/** Errors that nobody caught while a test ran, any of which would have ended this process. */
import { expect } from 'vitest'

/** Begins to watch; the function that it returns ends that, and fails when something was caught by nobody. */
export function watchProcess(): () => Promise<void> {
  const escaped: unknown[] = []
  const note = (error: unknown) => void escaped.push(error)
  process.on('uncaughtException', note).on('unhandledRejection', note)
  return async () => {
    // What was left undone at the end of a test still has its turn.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    process.off('uncaughtException', note).off('unhandledRejection', note)
    expect(escaped).toEqual([])
  }
}
