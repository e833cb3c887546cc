/** Skipping a test for want of something that a machine may not have. */
import type { TestContext } from 'vitest'

/** Skips the test; `missing` says why, as a clause. With CI=true it throws instead, as whole suites do. */
export function skipForWantOf(context: TestContext, missing: string): void {
  if (process.env.CI === 'true') throw new Error(`With CI=true nothing may be missing, but ${missing}.`)
  context.skip(missing)
}
