import type { TestContext } from 'vitest'

/** Skips a test for want of something that a machine may not have. With CI=true that is a failure, as for whole suites. */
export function skipForWantOf(context: TestContext, missing: string): void {
  if (process.env.CI === 'true') throw new Error(`With CI=true nothing may be missing, but ${missing}.`)
  context.skip(missing)
}
