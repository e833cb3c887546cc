/** Which keys clients used, and what was made for them. A key means something for its owner only, and for a day. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId, OfferSetId } from '../domain/ids.ts'
import { at, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'idempotency.sql', ['claim', 'note', 'find', 'prune'])

/** How long a key is remembered, in milliseconds. */
export const REMEMBERED_MS = 24 * 3_600_000

/** A key with what it is used for. */
export interface Use {
  readonly owner: string
  readonly key: string
  /** The resource that is asked. */
  readonly purpose: string
  /** The digest of the body. */
  readonly digest: Buffer
}

/** What was made for a key: an offer set, and the execution when one was run directly and not refused. */
export interface Made {
  readonly offerSetId: OfferSetId
  readonly executionId?: ExecutionId | undefined
}

/**
 * Takes a key for what the transaction makes. False when it was used before; until then a transaction that is using it
 * is waited for, so that what it made can be found.
 */
export async function claim(tx: Transaction, use: Use, now: Instant): Promise<boolean> {
  const rows = await tx.query(sql.claim, { ...use, at: at(now), oldest: at(now - REMEMBERED_MS) })
  return rows.length > 0
}

/** Notes what was made; `claim` has to have been true in this transaction. */
export async function note(tx: Transaction, { owner, key }: Use, made: Made): Promise<void> {
  const { offerSetId, executionId } = made
  await tx.query(sql.note, { owner, key, offerSetId, executionId: executionId ?? null })
}

/** What a key was used for, and what was made; undefined for a key that was not used within a day. */
export async function find(
  db: Queryable,
  { owner, key }: Use,
  now: Instant,
): Promise<(Pick<Use, 'purpose' | 'digest'> & Made) | undefined> {
  const [row] = await db.query<Pick<Use, 'purpose' | 'digest'> & Made>(sql.find, {
    owner,
    key,
    oldest: at(now - REMEMBERED_MS),
  })
  return row
}

/** Forgets at most `limit` keys that were used more than a day ago; gives how many. */
export async function prune(db: Queryable, now: Instant, limit: number): Promise<number> {
  return (await db.query(sql.prune, { oldest: at(now - REMEMBERED_MS), limit })).length
}
