/** The last look at the ledger before a program starts: nothing starts beyond what the pool really has then. */
import type { Instant } from '../domain/dates.ts'
import * as bookings from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { holdsOfExecution } from './holds.ts'
import { PoolProfile } from './profile.ts'

/** Whether the program may start now, and when it has to end. */
export type StartPermit =
  { readonly start: true; readonly endAt: Instant; readonly shortened: boolean } | { readonly start: false }

/**
 * Asks for the permission to start now. It is refused while others have not given back what is needed. A late start
 * gets its whole duration where the pool allows it, and is shortened to what was booked otherwise.
 */
export async function permitStart(tx: Transaction, execution: Execution, now: Instant): Promise<StartPermit> {
  const { plan, offerSetId } = execution
  const poolId = plan.poolId as pools.PoolId
  await pools.lock(tx, [poolId])
  const others = await bookings.listInTheWay(tx, poolId, offerSetId, now)
  // Holds that are overdue are in the way now, whatever was planned; nobody knows for how much longer.
  const profile = new PoolProfile(await pools.capacity(tx, [poolId]), others, now, 1)
  const compute = (hold: { resource: string }) => hold.resource !== 'storage'
  const held = holdsOfExecution(plan, execution.prepareAt ?? now, execution.startAt ?? now)
  const bookedEndAt = Math.max(...held.filter(compute).map(({ toAt }) => toAt)) - plan.slot.graceMs
  const rightNow = held.filter(compute).map((hold) => ({ ...hold, fromAt: now, toAt: now + 1 }))
  if (rightNow.some((hold) => profile.conflict(hold))) return { start: false }
  const endAt = now + plan.slot.durationMs
  if (endAt <= bookedEndAt) return { start: true, endAt, shortened: false }
  const longer = holdsOfExecution(plan, execution.prepareAt ?? now, now)
  if (longer.some((hold) => profile.conflict(hold))) {
    return bookedEndAt > now ? { start: true, endAt: bookedEndAt, shortened: true } : { start: false }
  }
  await bookings.replace(
    tx,
    offerSetId,
    longer.map((hold) => ({ poolId, ...hold })),
  )
  return { start: true, endAt, shortened: false }
}
