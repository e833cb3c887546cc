/** The last look at the ledger before storage is made and a program starts: neither goes beyond what the pool really has then. */
import type { Instant } from '../domain/dates.ts'
import * as bookings from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import type * as pools from '../store/pools.ts'
import { amountsOf, holdsOfExecution } from './holds.ts'
import type { Ledger } from './ledger.ts'
import { ofOthers } from './others.ts'

/** Whether the program may start now, and when it has to end. */
export type StartPermit =
  { readonly start: true; readonly endAt: Instant; readonly shortened: boolean } | { readonly start: false }

/** What is overdue is in the way of what happens now; nothing is said of later. In milliseconds. */
const RIGHT_NOW_MS = 1

/** Who starts later than promised by at most this, in milliseconds, gets the whole duration whatever comes afterwards. */
const LITTLE_LATE_MS = 60_000

/**
 * Asks for the permission to start now. It is refused while others have not given back what is needed. A late start
 * gets its whole duration where the pool allows it, or where it is a little late only: those that come afterwards start
 * a little later then, which is better than a program that is killed before its end. Otherwise it is shortened to what
 * was booked.
 */
export async function permitStart(
  tx: Transaction,
  ledger: Ledger,
  execution: Execution,
  now: Instant,
): Promise<StartPermit> {
  const { plan, offerSetId } = execution
  const poolId = plan.poolId as pools.PoolId
  const { replicas } = await ledger.lock(tx, [poolId])
  const notInTheWay = await bookings.listNotInTheWay(tx, poolId, offerSetId, now)
  const compute = (hold: { resource: string }) => hold.resource !== 'storage'
  const held = holdsOfExecution(plan, execution.prepareAt ?? now, execution.startAt ?? now)
  const bookedEndAt = Math.max(...held.filter(compute).map(({ toAt }) => toAt)) - plan.slot.graceMs
  const rightNow = held.filter(compute).map((hold) => ({ ...hold, fromAt: now, toAt: now + 1 }))
  const longer = holdsOfExecution(plan, execution.prepareAt ?? now, now)
  const endAt = now + plan.slot.durationMs
  const [fitsNow, fitsLonger] = replicas[0]
    ? ofOthers(replicas[0].profile, notInTheWay, { now, overdueMs: RIGHT_NOW_MS }, (profile) =>
        [rightNow, longer].map((wanted) => wanted.every((hold) => !profile.conflict(hold))),
      )
    : []
  if (!fitsNow) return { start: false }
  if (endAt <= bookedEndAt) return { start: true, endAt, shortened: false }
  if (!fitsLonger && endAt - bookedEndAt <= LITTLE_LATE_MS) return { start: true, endAt, shortened: false }
  if (!fitsLonger) return bookedEndAt > now ? { start: true, endAt: bookedEndAt, shortened: true } : { start: false }
  await bookings.replace(
    tx,
    offerSetId,
    longer.map((hold) => ({ poolId, ...hold })),
  )
  return { start: true, endAt, shortened: false }
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
  return replicas.every(({ profile }) =>
    ofOthers(profile, notInTheWay, { now, overdueMs: RIGHT_NOW_MS }, (free) => !free.conflict(wanted)),
  )
}
