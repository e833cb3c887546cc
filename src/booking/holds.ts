/** What a plan holds of its pool, from when to when. The one place that says so. Pure. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import type { Amounts } from '../domain/resources.ts'
import type { Hold } from './profile.ts'

/** The instants that decide what is held: when preparation begins, from when on the program may start, and when at the latest. */
export interface HeldTimes {
  readonly prepareAt: Instant
  readonly startAt: Instant
  readonly startLatestAt: Instant
  readonly durationMs: number
  readonly graceMs: number
  readonly releaseMs: number
}

/** Holds compute from the start to the end of the grace period, and storage from its preparation to its release. */
export function holds(amounts: Amounts, times: HeldTimes): Hold[] {
  const stoppedAt = times.startLatestAt + times.durationMs + times.graceMs
  const compute = { fromAt: times.startAt, toAt: stoppedAt }
  const storage = { fromAt: times.prepareAt, toAt: stoppedAt + times.releaseMs }
  const all: Hold[] = [
    { resource: 'cores', amount: amounts.cores, ...compute },
    { resource: 'memory', amount: amounts.memory, ...compute },
    { resource: 'accelerators', amount: amounts.accelerators, ...compute },
    { resource: 'storage', amount: amounts.storage, ...storage },
  ]
  return all.filter((hold) => hold.amount > 0 && hold.fromAt < hold.toAt)
}

/** The amounts that a plan needs. */
export function amountsOf(plan: ExecutionPlan): Amounts {
  return {
    cores: plan.compute.cores,
    memory: plan.compute.memoryGib,
    storage: plan.storage.reduce((sum, { sizeGib }) => sum + sizeGib, 0),
    accelerators: plan.compute.accelerators?.count ?? 0,
  }
}

/** What an open offer holds. */
export function holdsOfOffer(plan: ExecutionPlan): Hold[] {
  const { slot } = plan
  return holds(amountsOf(plan), { ...slot, prepareAt: slot.startAt - slot.prepareMs, startLatestAt: slot.startAt })
}

/** What an accepted offer holds that will start at `startAt`. */
export function holdsOfExecution(plan: ExecutionPlan, prepareAt: Instant, startAt: Instant): Hold[] {
  return holds(amountsOf(plan), { ...plan.slot, prepareAt, startAt, startLatestAt: startAt })
}

/** What an execution holds that ends at `endAt` at the latest, whenever it really started. */
export function holdsUntil(plan: ExecutionPlan, prepareAt: Instant, startAt: Instant, endAt: Instant): Hold[] {
  return holds(amountsOf(plan), { ...plan.slot, prepareAt, startAt, startLatestAt: endAt - plan.slot.durationMs })
}
