/** The times at which a program may start, and at which it did. */
import type { Instant } from './dates.ts'
import { earliestStart, type ExecutionPlan } from './execution-plan.ts'

/**
 * The first instant at which a program may start, and for how many milliseconds from then on: it starts early when it
 * can, and at the promised time at the latest. Once it has started, that is the instant.
 */
export function startWindow({
  plan,
  createdAt,
  startedAt,
}: {
  readonly plan: ExecutionPlan
  readonly createdAt: Instant
  readonly startedAt?: Instant
}): { readonly from: Instant; readonly range: number } {
  if (startedAt !== undefined) return { from: startedAt, range: 0 }
  const { startAt, prepareMs } = plan.slot
  const from = Math.min(startAt, Math.max(earliestStart(plan.slot), createdAt + prepareMs))
  return { from, range: startAt - from }
}
