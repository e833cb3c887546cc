/** Places of the engine's lanes, from the configuration. */
import type { Config } from './config-schema.ts'
import type { LaneLimits } from './lifecycle/lanes.ts'

/** The places of the configuration. Without identities everybody is the same owner, for whom no place is kept free. */
export function laneLimits({ execution: { fetches, concurrency }, identity }: Config): LaneLimits {
  return { fetches, concurrency, isShared: identity !== undefined }
}
