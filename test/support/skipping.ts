/** Skipping a test for want of something that a machine may not have. With CI=true that is a failure, as for whole suites. */
import type { TestContext } from 'vitest'

export function skipForWantOf(context: TestContext, missing: string): void {
  if (process.env.CI === 'true') throw new Error(`With CI=true nothing may be missing, but ${missing}.`)
  context.skip(missing)
}
