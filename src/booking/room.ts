/** How far an execution can be changed beside what everybody else holds. Pure. */
import type { Instant } from '../domain/dates.ts'
import {
  changeableIn,
  sensibleRange,
  withChange,
  type Change,
  type Changeable,
  type ChangeRanges,
} from '../domain/execution-change.ts'
import type { Range } from '../domain/resources.ts'
import type { Execution } from '../store/executions.ts'
import { holdsOfExecution, holdsUntil } from './holds.ts'
import { ofOthers } from './others.ts'
import { OVERDUE_MS, type Conflict, type Hold, type PoolProfile } from './profile.ts'

/** What an accepted execution is to hold by its promise: up to when its program has to end, where that is known. */
export function holdsOfPromise({
  plan,
  prepareAt = 0,
  startAt = 0,
  endAt,
}: Pick<Execution, 'plan' | 'prepareAt' | 'startAt' | 'endAt'>): Hold[] {
  return endAt === undefined ? holdsOfExecution(plan, prepareAt, startAt) : holdsUntil(plan, prepareAt, startAt, endAt)
}

/**
 * What is short when an execution is changed so; undefined when everything fits. `own` is what it holds so far. What stays
 * as it is needs no room, even where the pool has less by now.
 */
export function shortageOf(
  profile: PoolProfile,
  { before, after, own }: { readonly before: Execution; readonly after: Execution; readonly own: readonly Hold[] },
  now: Instant,
): Conflict | undefined {
  const kept = holdsOfPromise(before)
  const grown = holdsOfPromise(after).filter((hold) => !kept.some((one) => isSame(one, hold)))
  const wanted = ahead(grown, now)
  return ofOthers(profile, own, { now, overdueMs: OVERDUE_MS }, (others) => {
    for (const hold of wanted) {
      const conflict = others.conflict(hold)
      if (conflict) return conflict
    }
    return undefined
  })
}

/** The changes of an execution that there is room for now. */
export function changeRanges(
  profile: PoolProfile,
  execution: Execution,
  durationMaxMs: number,
  now: Instant,
): ChangeRanges {
  const own = holdsOfPromise(execution)
  const found = ofOthers(profile, own, { now, overdueMs: OVERDUE_MS }, (others) =>
    changeableIn(execution.phase).map((what): [Changeable, Range] => {
      const { min, max } = sensibleRange(execution, what, durationMaxMs, now)
      const most = what === 'duration' ? secondsLonger(others, own, now) : mostOf(others, execution, what, now)
      return [what, { min, max: Math.min(max, most) }]
    }),
  )
  return Object.fromEntries(found.filter(([, { min, max }]) => min < max))
}

/** By how many seconds all that is held could be held for longer. */
function secondsLonger(others: PoolProfile, own: readonly Hold[], now: Instant): number {
  // What is late may have no time ahead at all by now, and gets some again.
  const spareMs = own.map((hold) => others.shortFrom({ ...hold, fromAt: Math.max(hold.fromAt, now) }) - hold.toAt)
  return Math.max(0, Math.floor(Math.min(...spareMs) / 1000))
}

/** The most of a resource that there is for the whole time, at least what is held. */
function mostOf(others: PoolProfile, execution: Execution, what: 'cores' | 'memory', now: Instant): number {
  const holdOf = (by: number) => {
    const change: Change = { of: what, by }
    return ahead(holdsOfPromise(withChange(execution, change)), now).find(({ resource }) => resource === what)
  }
  const { compute } = execution.plan
  let fits = what === 'cores' ? compute.cores : compute.memoryGib
  const hold = holdOf(fits)
  let above = Math.max(fits, hold ? others.free(what, hold.fromAt) : fits) + 1
  while (above - fits > 1) {
    const middle = Math.floor((fits + above) / 2)
    const tried = holdOf(middle)
    if (tried && !others.conflict(tried)) fits = middle
    else above = middle
  }
  return fits
}

function isSame(one: Hold, other: Hold): boolean {
  return (
    one.resource === other.resource &&
    one.amount === other.amount &&
    one.fromAt === other.fromAt &&
    one.toAt === other.toAt
  )
}

/** Holds from now on: the past is as it was. */
function ahead(holds: readonly Hold[], now: Instant): Hold[] {
  return holds
    .map((hold) => ({ ...hold, fromAt: Math.max(hold.fromAt, now) }))
    .filter((hold) => hold.fromAt < hold.toAt)
}
