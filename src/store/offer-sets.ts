/** Offer sets: what was asked for, and what was answered. */
import type { Instant } from '../domain/dates.ts'
import type { OfferSetId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import { at, type Queryable, type Transaction } from './database.ts'
import type { Listed } from './executions.ts'
import { parametersOf, storedPage, type PageMark, type StoredPage, type WantedPage } from './pages.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'offer-sets.sql', [
  'find',
  'share',
  'lock',
  'lockDue',
  'list',
  'listShared',
  'listAny',
  'delegation',
  'replaceDelegation',
])

export interface OfferSet {
  readonly id: OfferSetId
  readonly owner: string
  readonly name?: string
  readonly description?: string
  readonly spelling: Spelling
  readonly result: 'YES' | 'NO'
  readonly messages: readonly Message[]
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** The groups that it is shown to; only where one offer set is found by its id. */
  readonly sharedWith?: readonly string[]
  /** The groups that it counts for; only where it is made. */
  readonly groups?: readonly string[]
}

/** An offer set with the bytes that are kept of it and of its offers. */
export interface SizedOfferSet extends OfferSet {
  readonly bytes: number
}

/** One offer set; undefined when there is none. */
export async function find(db: Queryable, id: string): Promise<SizedOfferSet | undefined> {
  const [row] = await db.query<SizedOfferSet>(sql.find, { id })
  return row
}

/** Says to which groups an offer set, and what becomes of it, is shown. */
export async function share(db: Queryable, id: OfferSetId, groups: readonly string[]): Promise<boolean> {
  return (await db.query(sql.share, { id, groups })).length > 0
}

/** Waits until nobody else does anything to the offers of these sets. One that is not there is left out. */
export async function lock(tx: Transaction, ids: readonly OfferSetId[]): Promise<void> {
  await tx.query(sql.lock, { ids })
}

/** Offer sets with open offers whose time is over, locked as `lock` does; those that somebody else is at are left out. */
export async function lockDue(tx: Transaction, now: Instant, limit: number): Promise<OfferSetId[]> {
  const rows = await tx.query<{ id: OfferSetId }>(sql.lockDue, { at: at(now), limit })
  return rows.map(({ id }) => id)
}

/** A page of offer sets, newest first. */
export async function list(
  db: Queryable,
  { whose, ...of }: Listed,
  wanted: WantedPage,
): Promise<StoredPage<SizedOfferSet>> {
  const statement = { own: sql.list, shared: sql.listShared, any: sql.listAny }[whose]
  return storedPage(await db.query<SizedOfferSet & PageMark>(statement, { ...of, ...parametersOf(wanted) }))
}

/** With what the data of an offer set are moved in the name of its owner, encrypted; undefined when there is nothing. */
export async function delegation(db: Queryable, id: OfferSetId): Promise<string | undefined> {
  const [row] = await db.query<{ delegation?: string }>(sql.delegation, { id })
  return row?.delegation
}

/** Keeps another one in the place of `before`, if that is still there. */
export async function replaceDelegation(db: Queryable, id: OfferSetId, before: string, after: string): Promise<void> {
  await db.query(sql.replaceDelegation, { id, before, after })
}
