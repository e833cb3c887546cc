/** What offer sets hold of the pools. A row stays until the platform has given the amount back. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId, OfferSetId } from '../domain/ids.ts'
import type { Resource } from '../domain/resources.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { PoolId } from './pools.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'bookings.sql', [
  'listOf',
  'listNotInTheWay',
  'listStorageNotInTheWay',
  'keptBeside',
  'change',
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

/** What an offer set holds. */
export async function listOf(db: Queryable, offerSetId: OfferSetId): Promise<Booking[]> {
  return db.query<Booking>(sql.listOf, { offerSetId })
}

/** What is held in pools but not in the way of starts now: by the offer sets themselves, and by those that are late themselves. */
export async function listNotInTheWay(
  db: Queryable,
  poolIds: readonly PoolId[],
  offerSetIds: readonly OfferSetId[],
  now: Instant,
): Promise<HeldBooking[]> {
  return db.query<HeldBooking>(sql.listNotInTheWay, { poolIds, offerSetIds, at: at(now) })
}

/** As `listNotInTheWay`, of storage that is to be made now. */
export async function listStorageNotInTheWay(
  db: Queryable,
  poolId: PoolId,
  offerSetId: OfferSetId,
  now: Instant,
): Promise<Booking[]> {
  return db.query<Booking>(sql.listStorageNotInTheWay, { poolId, offerSetId, at: at(now) })
}

/** The storage of a pool in GiB that the owner of an execution holds after an instant for results of others that have ended. */
export async function keptBeside(
  db: Queryable,
  poolId: PoolId,
  { id, owner }: { readonly id: ExecutionId; readonly owner: string },
  after: Instant,
): Promise<number> {
  const [row] = await db.query<{ amount: number }>(sql.keptBeside, { poolId, id, owner, at: at(after) })
  return row?.amount ?? 0
}

/** An offer set that can still be accepted. */
export interface OpenOfferSet {
  readonly offerSetId: OfferSetId
  readonly owner: string
  readonly expiresAt: Instant
}

/** Makes these bookings what an offer set holds. `open` as for `replaceAll`. */
export async function replace(
  tx: Transaction,
  offerSetId: OfferSetId,
  bookings: readonly Booking[],
  open?: readonly OpenOfferSet[],
): Promise<void> {
  await replaceAll(
    tx,
    [offerSetId],
    bookings.map((booking) => ({ ...booking, offerSetId })),
    open,
  )
}

/** Makes these bookings what some offer sets hold. `open` are those that are open from now on; left out where none were. */
export async function replaceAll(
  tx: Transaction,
  offerSetIds: readonly OfferSetId[],
  bookings: readonly HeldBooking[],
  open?: readonly OpenOfferSet[],
): Promise<void> {
  await change(tx, offerSetIds, bookings, null, open)
}

/** Gives back everything that offer sets hold. */
export async function remove(db: Queryable, offerSetIds: readonly OfferSetId[]): Promise<void> {
  if (offerSetIds.length > 0) await change(db, offerSetIds, [])
}

/** Gives back some of the resources that offer sets hold. */
export async function removeResources(
  db: Queryable,
  offerSetIds: readonly OfferSetId[],
  resources: readonly Resource[],
): Promise<void> {
  await change(db, offerSetIds, [], resources)
}

/** Bookings as the statements take them. */
export function rowsOf(bookings: readonly HeldBooking[]): unknown[] {
  return bookings.map((booking) => ({
    ...booking,
    fromAt: new Date(booking.fromAt),
    toAt: new Date(booking.toAt),
  }))
}

/** The one way in which bookings that are there change: the log of their pools changes with them. */
async function change(
  db: Queryable,
  offerSetIds: readonly OfferSetId[],
  bookings: readonly HeldBooking[],
  resources: readonly Resource[] | null = null,
  open?: readonly OpenOfferSet[],
): Promise<void> {
  await db.query(sql.change, {
    offerSetIds,
    resources,
    bookings: json(rowsOf(bookings)),
    open: open ? json(open) : null,
  })
}
