/** What of a promise can be changed after it was accepted, when, and what becomes of the promise. Pure. */
import type { Instant } from './dates.ts'
import type { ExecutionPhase } from './execution-lifecycle.ts'
import type { ExecutionPlan } from './execution-plan.ts'
import type { Amounts, Range } from './resources.ts'

/**
 * The phases in which each part can be changed. How long a program may run is the clock's business up to its end; what
 * it runs on is fixed when its container is made. An offer is not changed: it is accepted as it is, or another is asked for.
 */
export const CHANGEABLE = {
  duration: ['ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE'],
  cores: ['ACCEPTED', 'WAITING'],
  memory: ['ACCEPTED', 'WAITING'],
} as const satisfies Readonly<Record<string, readonly ExecutionPhase[]>>
export type Changeable = keyof typeof CHANGEABLE

/** A change that is asked for: how many seconds longer, or the new number of cores or GiB. */
export interface Change {
  readonly of: Changeable
  readonly by: number
}

/** What a change leads from and to. `endAt` is when a program that runs has to end. */
export interface Promised {
  readonly phase: ExecutionPhase
  readonly plan: ExecutionPlan
  readonly startedAt?: Instant
  readonly endAt?: Instant
}

/** The changes that are possible now, each from the least to the most; one that leaves no choice is missing. */
export type ChangeRanges = Readonly<Partial<Record<Changeable, Range>>>

/** The ranges without what is beyond the most that is allowed: amounts, and a duration in milliseconds. */
export function withinMost(
  ranges: ChangeRanges,
  { plan }: Promised,
  {
    amounts = {},
    durationMs,
  }: { readonly amounts?: Partial<Amounts> | undefined; readonly durationMs?: number | undefined },
): ChangeRanges {
  const longerMs = durationMs === undefined ? undefined : Math.max(0, durationMs - plan.slot.durationMs)
  const most: Readonly<Record<Changeable, number | undefined>> = {
    duration: longerMs === undefined ? undefined : Math.floor(longerMs / 1000),
    cores: amounts.cores,
    memory: amounts.memory,
  }
  const within = (Object.entries(ranges) as [Changeable, Range][]).flatMap(([what, { min, max }]) => {
    const highest = Math.min(max, most[what] ?? max)
    return highest > min ? [[what, { min, max: highest }] as const] : []
  })
  return Object.fromEntries(within)
}

/** Whether something can be changed in a phase. */
export function isChangeable(what: Changeable, phase: ExecutionPhase): boolean {
  return (CHANGEABLE[what] as readonly ExecutionPhase[]).includes(phase)
}

/** What can be changed in a phase. */
export function changeableIn(phase: ExecutionPhase): Changeable[] {
  return (Object.keys(CHANGEABLE) as Changeable[]).filter((what) => isChangeable(what, phase))
}

/** The promise with the change in it. */
export function withChange<Before extends Promised>(before: Before, { of, by }: Change): Before {
  const { plan, endAt } = before
  if (of === 'cores') return { ...before, plan: { ...plan, compute: { ...plan.compute, cores: by } } }
  if (of === 'memory') return { ...before, plan: { ...plan, compute: { ...plan.compute, memoryGib: by } } }
  const durationMs = plan.slot.durationMs + by * 1000
  const longer = { ...before, plan: { ...plan, slot: { ...plan.slot, durationMs } } }
  return endAt === undefined ? longer : { ...longer, endAt: endAt + by * 1000 }
}

/** Whether a change asks for more than is held. */
export function growsBy({ plan }: Promised, { of, by }: Change): boolean {
  if (of === 'duration') return by > 0
  return by > (of === 'cores' ? plan.compute.cores : plan.compute.memoryGib)
}

/**
 * What a change may be at all, whatever the pool has: a program keeps some time, and no duration is longer than the site
 * allows. One core and one GiB are the least.
 */
export function sensibleRange(before: Promised, what: Changeable, durationMaxMs: number, now: Instant): Range {
  if (what !== 'duration') return { min: 1, max: Number.MAX_SAFE_INTEGER }
  const { durationMs } = before.plan.slot
  const leftMs = Math.min(durationMs, (before.endAt ?? Number.POSITIVE_INFINITY) - now)
  return { min: 1 - Math.ceil(leftMs / 1000), max: Math.max(0, Math.floor((durationMaxMs - durationMs) / 1000)) }
}

/** Whether two promises are the same in all that can be changed. */
export function isSamePromise(one: Promised, other: Promised): boolean {
  return (
    one.plan.slot.durationMs === other.plan.slot.durationMs &&
    one.plan.compute.cores === other.plan.compute.cores &&
    one.plan.compute.memoryGib === other.plan.compute.memoryGib
  )
}
