/** Errors that nobody caught while a test ran, any of which would have ended this process. */
import { afterEach, beforeEach, expect } from 'vitest'

/** Fails each test of a file or a group in which something was caught by nobody. */
export function expectSurvival(): void {
  let escaped: unknown[] = []
  const note = (error: unknown) => void escaped.push(error)
  beforeEach(() => {
    escaped = []
    process.on('uncaughtException', note).on('unhandledRejection', note)
  })
  afterEach(async () => {
    // What was left undone at the end of a test still has its turn.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    process.off('uncaughtException', note).off('unhandledRejection', note)
    expect(escaped).toEqual([])
  })
}
