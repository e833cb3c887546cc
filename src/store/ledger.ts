/**
 * The ledger of the pools as processes share it: a version for each pool, a log of what each version changed, and the
 * statement that books. A process follows the log instead of reading all bookings again.
 */
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { groupBy } from '../domain/group-by.ts'
import { isUuid, type OfferSetId } from '../domain/ids.ts'
import type { PoolCapacity } from '../domain/pool-capacity.ts'
import type { Resource } from '../domain/resources.ts'
import { rowsOf, type Booking, type HeldBooking } from './bookings.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { Execution } from './executions.ts'
import type { OfferSet } from './offer-sets.ts'
import { capacityIn, type CapacityRow, type PoolId } from './pools.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'ledger.sql', ['lock', 'changesSince', 'load', 'book'])

/** How many versions of a pool are kept in the log, and how often older ones are removed. */
const KEEP_VERSIONS = 20_000
const FORGET_EVERY = 1_000

/** A pool at a version. */
export interface PoolVersion {
  readonly poolId: PoolId
  readonly version: number
}

/** A hold as the log keeps it: the amount is negative where it was given back. */
export type LoggedHold = readonly [resource: Resource, amount: number, fromAt: Instant, toAt: Instant]

/** Amounts that an offer set holds while it is open; all else is null once it is not. */
export type LoggedOpenSet = readonly [
  id: OfferSetId,
  owner: string | null,
  expiresAt: Instant | null,
  holds: readonly LoggedHold[] | null,
]

/** What one version of a pool changed. */
export interface PoolChange {
  readonly version: number
  /** Undefined when the capacity changed. */
  readonly holds?: readonly LoggedHold[]
  /** The offer sets that were opened, that hold something else, or that are not open any more. */
  readonly open?: readonly LoggedOpenSet[]
}

/** What is booked in one go. */
export interface Books {
  /** The pools that were planned for, as they were then. */
  readonly pools: readonly PoolVersion[]
  readonly offerSets: readonly (OfferSet & { readonly request?: unknown; readonly delegation?: string | undefined })[]
  readonly offers: readonly Execution[]
  readonly bookings: readonly HeldBooking[]
  /** The offer sets that stay open: the others are accepted in the same transaction. */
  readonly open: ReadonlySet<OfferSetId>
}

/** Waits until nobody else changes these pools, and keeps others from it. Gives their versions. */
export async function lock(tx: Transaction, poolIds: readonly PoolId[]): Promise<PoolVersion[]> {
  return tx.query<PoolVersion>(sql.lock, { poolIds })
}

/** What changed in a pool after a version, as far as it is still known; the caller sees whether a version is missing. */
export async function changesSince(db: Queryable, poolId: PoolId, version: number): Promise<PoolChange[]> {
  return db.query<PoolChange>(sql.changesSince, { poolId, version })
}

/** A pool as it is now: its version, its capacity over time, and everything that is held of it. */
export interface LoadedPool {
  readonly version: number
  readonly capacity: PoolCapacity
  /** To be gone through once: there may be millions, and each is made when it is its turn. */
  readonly holds: Iterable<Omit<Booking, 'poolId'>>
  readonly open: readonly LoggedOpenSet[]
}

/** Many holds of one resource, as columns of numbers, or none; each row repeats what is known of the pool. */
interface LoadedRow extends CapacityRow {
  readonly version: number
  readonly resource?: Resource
  readonly amounts?: readonly number[]
  readonly fromAts?: readonly Instant[]
  readonly toAts?: readonly Instant[]
  /** In one row only. */
  readonly open?: readonly LoggedOpenSet[]
}

/** Reads a pool as it is now. */
export async function load(db: Queryable, poolId: PoolId): Promise<LoadedPool> {
  const rows = await db.query<LoadedRow>(sql.load, { poolId })
  return {
    version: rows[0]?.version ?? 0,
    capacity: capacityIn(rows[0] ?? {}),
    holds: holdsIn(rows),
    open: rows.flatMap(({ open = [] }) => open),
  }
}

function* holdsIn(rows: readonly LoadedRow[]): LoadedPool['holds'] {
  for (const { resource, amounts = [], fromAts = [], toAts = [] } of rows)
    for (let index = 0; resource && index < amounts.length; index++)
      yield {
        resource,
        amount: amounts[index] as number,
        fromAt: fromAts[index] as Instant,
        toAt: toAts[index] as Instant,
      }
}

/**
 * Keeps offer sets and what they hold. False when a pool has changed since it was planned for; then nothing was kept.
 * Throws FORBIDDEN where the account of an owner is disabled; nothing was kept then either.
 */
export async function book(db: Queryable, books: Books, now: Instant): Promise<boolean> {
  const owners = [...new Set(books.offerSets.map(({ owner }) => owner))]
  const [row] = await db.query<{ booked: boolean; disabled: readonly string[] }>(sql.book, {
    // Without identities the owner of everything is called by a word.
    owners: owners.filter(isUuid),
    poolIds: books.pools.map(({ poolId }) => poolId),
    versions: books.pools.map(({ version }) => version),
    offerSets: json(books.offerSets.map((offerSet) => ({ ...offerSet, expiresAt: new Date(offerSet.expiresAt) }))),
    offers: json(books.offers.map((offer) => ({ ...offer, expiresAt: new Date(offer.expiresAt) }))),
    bookings: json(rowsOf(books.bookings)),
    changes: json(changesByPool(books)),
    at: at(now),
    keep: KEEP_VERSIONS,
    forgetEvery: FORGET_EVERY,
  })
  if (row && row.disabled.length > 0)
    throw new BrokerError(
      'FORBIDDEN',
      'The account was disabled just now, so nothing was booked for it; an administrator can enable it again.',
      { context: { disabled: row.disabled } },
    )
  return row?.booked === true
}

function changesByPool({ bookings, offerSets, open }: Books): Record<string, unknown>[] {
  const sets = new Map(offerSets.map((offerSet) => [offerSet.id, offerSet]))
  return [...groupBy(bookings, ({ poolId }) => poolId)].map(([poolId, ofPool]) => ({
    poolId,
    holds: ofPool.map(loggedHold),
    open: [...groupBy(ofPool, ({ offerSetId }) => offerSetId)]
      .filter(([id]) => open.has(id))
      .map(([id, ofSet]) => [id, sets.get(id)?.owner, sets.get(id)?.expiresAt, ofSet.map(loggedHold)]),
  }))
}

function loggedHold({ resource, amount, fromAt, toAt }: Booking): LoggedHold {
  return [resource, amount, fromAt, toAt]
}
