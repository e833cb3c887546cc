/** The ledger: what is held in the pools, from when to when. A row stays until the platform has given the amount back. */
import type { Instant } from '../domain/dates.ts'
import type { OfferSetId } from '../domain/ids.ts'
import type { Resource } from '../domain/resources.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { PoolId } from './pools.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'bookings.sql', [
  'list',
  'listInTheWay',
  'insert',
  'remove',
  'removeResources',
])

/** An amount of one resource of one pool, held from `fromAt` to before `toAt`. */
export interface Booking {
  readonly poolId: PoolId
  readonly resource: Resource
  readonly amount: number
  readonly fromAt: Instant
  readonly toAt: Instant
}

/** A booking with the offer set that holds it. */
export interface HeldBooking extends Booking {
  readonly offerSetId: OfferSetId
}

/** Everything that is held in pools, now and later. */
export async function list(db: Queryable, poolIds: readonly PoolId[]): Promise<HeldBooking[]> {
  return db.query<HeldBooking>(sql.list, { poolIds })
}

/** What others hold in a pool that may be in the way of a start now: without what those hold that are late themselves. */
export async function listInTheWay(
  db: Queryable,
  poolId: PoolId,
  offerSetId: OfferSetId,
  now: Instant,
): Promise<HeldBooking[]> {
  return db.query<HeldBooking>(sql.listInTheWay, { poolId, offerSetId, at: at(now) })
}

/** Makes these bookings what an offer set holds. */
export async function replace(tx: Transaction, offerSetId: OfferSetId, bookings: readonly Booking[]): Promise<void> {
  await tx.query(sql.remove, { offerSetIds: [offerSetId] })
  const rows = bookings.map((booking) => ({
    ...booking,
    fromAt: new Date(booking.fromAt),
    toAt: new Date(booking.toAt),
  }))
  if (rows.length > 0) await tx.query(sql.insert, { offerSetId, bookings: json(rows) })
}

/** Gives back everything that offer sets hold. */
export async function remove(db: Queryable, offerSetIds: readonly OfferSetId[]): Promise<void> {
  if (offerSetIds.length > 0) await db.query(sql.remove, { offerSetIds })
}

/** Gives back some of the resources that an offer set holds. */
export async function removeResources(
  db: Queryable,
  offerSetId: OfferSetId,
  resources: readonly Resource[],
): Promise<void> {
  await db.query(sql.removeResources, { offerSetId, resources })
}
