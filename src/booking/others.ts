/** What a pool looks like without some of what is held there: what the others leave. Pure. */
import type { Instant } from '../domain/dates.ts'
import { opposite, type Hold, type PoolProfile } from './profile.ts'

/**
 * Asks the profile of a pool without some holds. What is overdue is in the way from now on, whatever was planned: for at
 * most `overdueMs`.
 */
export function ofOthers<Answer>(
  profile: PoolProfile,
  without: readonly Hold[],
  { now, overdueMs }: { readonly now: Instant; readonly overdueMs: number },
  ask: (profile: PoolProfile) => Answer,
): Answer {
  return profile.during(without.map(opposite), () =>
    profile.during(profile.overdue(now, overdueMs), () => ask(profile)),
  )
}
