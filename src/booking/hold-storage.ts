/**
 * Holding storage for longer than was booked, because results stay in it after their execution has ended. What others
 * were promised comes first: the hold ends before the first promise that would be short, and before the storage that one
 * owner may keep.
 */
import type { Instant } from '../domain/dates.ts'
import * as bookings from '../store/bookings.ts'
import type { Booking } from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import type { PoolId } from '../store/pools.ts'
import type { Ledger, Replica } from './ledger.ts'
import { opposite } from './profile.ts'

/** Storage that an execution is to hold beyond its end. */
export interface WantedStorage {
  /** The amount in GiB, all that stays of the execution together. */
  readonly gib: number
  /** The latest end of the hold. */
  readonly untilAt: Instant
  /** The share of the storage of the pool that one owner may hold so, from 0 to 1. */
  readonly share: number
}

/** The instant up to which storage is held, at most the wanted one, and the reason where it is an earlier one. */
export interface HeldStorage {
  readonly untilAt: Instant
  readonly limit?: 'promises' | 'share'
}

const isStorage = ({ resource }: Booking): boolean => resource === 'storage'

/** Makes an execution that has ended hold storage as long as possible, and at least as long as it was booked. May be repeated. */
export async function holdStorage(
  tx: Transaction,
  ledger: Ledger,
  execution: Execution,
  wanted: WantedStorage,
  now: Instant,
): Promise<HeldStorage> {
  const poolId = execution.plan.poolId as PoolId
  const { replicas } = await ledger.lock(tx, [poolId])
  const held = await bookings.listOf(tx, execution.offerSetId)
  const own = held.filter(isStorage).toSorted((one, other) => other.toAt - one.toAt)
  const bookedAt = bookedUntil(own, wanted.gib)
  if (bookedAt >= wanted.untilAt) return { untilAt: wanted.untilAt }
  const kept = await bookings.keptBeside(tx, poolId, execution, Math.max(now, bookedAt))
  if (replicas.some(({ profile }) => kept + wanted.gib > Math.floor(profile.mostFrom('storage', now) * wanted.share)))
    return { untilAt: bookedAt, limit: 'share' }
  const shortAt = Math.min(...replicas.map((replica) => shortFrom(replica, own, wanted.gib, now)))
  const untilAt = Math.max(bookedAt, Math.min(wanted.untilAt, shortAt))
  if (untilAt > Math.max(bookedAt, now)) {
    const longer = lengthened(own, { poolId, resource: 'storage', amount: wanted.gib, fromAt: now, toAt: untilAt })
    await bookings.replace(tx, execution.offerSetId, [...held.filter((one) => !isStorage(one)), ...longer])
  }
  return untilAt < wanted.untilAt ? { untilAt, limit: 'promises' } : { untilAt }
}

/** An amount of storage in GiB that is held up to an instant. */
export interface KeptStorage {
  readonly gib: number
  readonly untilAt: Instant
}

/** Makes an execution hold no other storage than that in which results stay: all the rest was given back. May be repeated. */
export async function holdOnly(
  tx: Transaction,
  ledger: Ledger,
  { plan, offerSetId }: Execution,
  kept: readonly KeptStorage[],
  now: Instant,
): Promise<void> {
  const poolId = plan.poolId as PoolId
  await ledger.lock(tx, [poolId])
  const held = await bookings.listOf(tx, offerSetId)
  const fromAt = Math.min(now, ...held.filter(isStorage).map((booking) => booking.fromAt))
  const rest = kept.map(({ gib, untilAt }) => ({
    ...{ poolId, resource: 'storage' as const },
    ...{ amount: gib, fromAt, toAt: untilAt },
  }))
  const amountOf = (all: readonly Booking[]) => all.reduce((sum, { amount }) => sum + amount, 0)
  // What is held is never less than what stays, so equal amounts are held by the same bookings.
  if (amountOf(held) > amountOf(rest)) await bookings.replace(tx, offerSetId, rest)
}

/** The instant up to which bookings, the last to end first, hold an amount together: all of them where it is more. */
function bookedUntil(own: readonly Booking[], amount: number): Instant {
  let left = amount
  let untilAt = Number.NEGATIVE_INFINITY
  for (const booking of own) {
    if (left <= 0) break
    left -= booking.amount
    untilAt = booking.toAt
  }
  return untilAt
}

/** The first instant at which a pool would be short if an amount of storage were held from now on, by whoever holds `own`. */
function shortFrom({ profile }: Replica, own: readonly Booking[], amount: number, now: Instant): Instant {
  return profile.during(own.map(opposite), () => profile.shortFrom({ resource: 'storage', amount, fromAt: now }))
}

/** Bookings, the last to end first, of which as much as the amount of `wanted` lasts as long as that does; what they lack is added. */
function lengthened(own: readonly Booking[], wanted: Booking): Booking[] {
  let left = wanted.amount
  const split = own.flatMap((booking) => {
    const amount = Math.min(left, booking.amount)
    left -= amount
    return [
      { ...booking, amount, toAt: Math.max(booking.toAt, wanted.toAt) },
      { ...booking, amount: booking.amount - amount },
    ]
  })
  return [...split, { ...wanted, amount: left }].filter(({ amount }) => amount > 0)
}
