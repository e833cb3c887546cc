/** The last look at the ledger before storage is made and a program starts: neither goes beyond what the pool really has then. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import * as bookings from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import type * as pools from '../store/pools.ts'
import { amountsOf, holdsOfExecution } from './holds.ts'
import type { Ledger } from './ledger.ts'
import { ofOthers } from './others.ts'
import { opposite, type Hold, type PoolProfile } from './profile.ts'
import { holdsOfPromise } from './room.ts'

/** Whether the program may start now, and when it has to end. */
export type StartPermit =
  { readonly start: true; readonly endAt: Instant; readonly shortened: boolean } | { readonly start: false }

/** What is overdue is in the way of what happens now; nothing is said of later. In milliseconds. */
const RIGHT_NOW_MS = 1

/** Who starts later than promised by at most this, in milliseconds, gets the whole duration whatever comes afterwards. */
const LITTLE_LATE_MS = 60_000

/** What an execution may do, and what it holds from now on where that changes. */
interface Decision {
  readonly execution: Execution
  readonly permit: StartPermit
  readonly rebooked?: readonly Hold[]
}

/**
 * Asks for the permission to start now, for executions one after the other in the order of their promised starts. It is
 * refused while others have not given back what is needed. A late start gets its whole duration where the pool allows
 * it, or where it is a little late only: those that come afterwards start a little later then, which is better than a
 * program that is killed before its end. Otherwise it is shortened to what was booked.
 */
export async function permitStarts(
  tx: Transaction,
  ledger: Ledger,
  starting: readonly Execution[],
  now: Instant,
): Promise<ReadonlyMap<ExecutionId, StartPermit>> {
  const poolIds = [...new Set(starting.map(({ plan }) => plan.poolId as pools.PoolId))]
  const offerSetIds = starting.map(({ offerSetId }) => offerSetId)
  const { replicas } = await ledger.lock(tx, poolIds)
  const notInTheWay = await bookings.listNotInTheWay(tx, poolIds, offerSetIds, now)
  const inOrder = starting.toSorted((one, other) => (one.startAt ?? now) - (other.startAt ?? now))
  const decisions = replicas.flatMap((replica) =>
    decideInTurn(
      { profile: replica.profile, withheld: replica.withheldAfter(now) },
      inOrder.filter(({ plan }) => plan.poolId === replica.poolId),
      notInTheWay.filter((hold) => hold.poolId === replica.poolId),
      now,
    ),
  )
  const changed = decisions.flatMap(({ execution: { offerSetId, plan }, rebooked = [] }) =>
    rebooked.map((hold) => ({ ...hold, offerSetId, poolId: plan.poolId as pools.PoolId })),
  )
  if (changed.length > 0)
    await bookings.replaceAll(tx, [...new Set(changed.map(({ offerSetId }) => offerSetId))], changed)
  return new Map(decisions.map(({ execution, permit }) => [execution.id, permit]))
}

/** A pool, and what maintenance keeps from new work there; what was promised before is started nevertheless. */
interface StartingPool {
  readonly profile: PoolProfile
  readonly withheld: readonly Hold[]
}

/**
 * Decides one after the other, each beside what those before it book and start. The profile is left as it was: what is
 * booked comes into it through the log of the pool.
 */
function decideInTurn(
  pool: StartingPool,
  [next, ...others]: readonly Execution[],
  notInTheWay: readonly bookings.HeldBooking[],
  now: Instant,
): Decision[] {
  if (!next) return []
  const own = notInTheWay.filter(({ offerSetId }) => offerSetId === next.offerSetId)
  const theirs = notInTheWay.filter(({ offerSetId }) => offerSetId !== next.offerSetId)
  const late = theirs.filter(({ toAt }) => toAt <= now)
  const decision = decideStart(pool, next, [...own, ...late], now)
  const changes = decision.rebooked ? [...own.map(opposite), ...decision.rebooked] : []
  // What a program that starts holds is in the way of the others, also beyond its slot.
  const left = decision.permit.start ? theirs : notInTheWay
  return [decision, ...pool.profile.during(changes, () => decideInTurn(pool, others, left, now))]
}

function decideStart(
  { profile, withheld }: StartingPool,
  execution: Execution,
  notInTheWay: readonly Hold[],
  now: Instant,
): Decision {
  const { plan } = execution
  const compute = (hold: Hold) => hold.resource !== 'storage'
  const held = holdsOfPromise(execution)
  const bookedEndAt = Math.max(...held.filter(compute).map(({ toAt }) => toAt)) - plan.slot.graceMs
  const rightNow = held.filter(compute).map((hold) => ({ ...hold, fromAt: now, toAt: now + 1 }))
  const longer = holdsOfExecution(plan, execution.prepareAt ?? now, now)
  const endAt = now + plan.slot.durationMs
  const fits = (wanted: readonly Hold[], without: readonly Hold[]) =>
    ofOthers(profile, without, { now, overdueMs: RIGHT_NOW_MS }, (free) => wanted.every((hold) => !free.conflict(hold)))
  const whole = { execution, permit: { start: true, endAt, shortened: false } } as const
  if (!fits(rightNow, [...notInTheWay, ...withheld])) return { execution, permit: { start: false } }
  if (endAt <= bookedEndAt) return whole
  if (fits(longer, notInTheWay)) return { ...whole, rebooked: longer }
  if (endAt - bookedEndAt <= LITTLE_LATE_MS) return whole
  return {
    execution,
    permit: bookedEndAt > now ? { start: true, endAt: bookedEndAt, shortened: true } : { start: false },
  }
}

/**
 * Whether the storage of an execution may be made now: nobody who should have given back what it needs still has it.
 * Whoever makes it says so in the same transaction, so that others wait for it in turn.
 */
export async function storageIsFree(
  tx: Transaction,
  ledger: Ledger,
  { plan, offerSetId }: Execution,
  now: Instant,
): Promise<boolean> {
  const poolId = plan.poolId as pools.PoolId
  const { replicas } = await ledger.lock(tx, [poolId])
  const notInTheWay = await bookings.listStorageNotInTheWay(tx, poolId, offerSetId, now)
  const wanted = { resource: 'storage', amount: amountsOf(plan).storage, fromAt: now, toAt: now + 1 } as const
  return replicas.every((replica) =>
    ofOthers(
      replica.profile,
      [...notInTheWay, ...replica.withheldAfter(now)],
      { now, overdueMs: RIGHT_NOW_MS },
      (free) => !free.conflict(wanted),
    ),
  )
}
