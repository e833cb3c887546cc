/**
 * How records leave when their time is over, a bounded number at a time. What another broker is at is passed over, so
 * any number of them may do this at once.
 */
import type { Instant } from '../domain/dates.ts'
import type { OfferSetId } from '../domain/ids.ts'
import { at, type Database, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'retention.sql', [
  'forgetDelegations',
  'removeOffers',
  'removeRefused',
  'removeOfferSets',
  'compact',
  'lockRecords',
  'removeExecutionsOf',
  'removeEmptied',
])

/** Times for which records stay after their end, in milliseconds. */
export interface Retention {
  /** Answers without offers. */
  readonly refusedMs: number
  /** Offers that were not accepted. */
  readonly offersMs: number
  /** The output of programs, the bodies of requests, and offer sets of which nothing was accepted. */
  readonly detailsMs: number
  /** Executions with their offer sets. */
  readonly recordsMs: number
  /** Entries of the audit log. */
  readonly auditMs: number
}

/** The times by which records leave: an answer not before its offers, nor a record before its details. */
export function inOrder({ refusedMs, offersMs, ...times }: Retention): Retention {
  const detailsMs = Math.max(times.detailsMs, offersMs)
  return { ...times, refusedMs, offersMs, detailsMs, recordsMs: Math.max(times.recordsMs, detailsMs) }
}

/** Forgets the means of moving data in somebody's name, where nothing is left to do; gives of how many offer sets. */
export async function forgetDelegations(db: Queryable, limit: number): Promise<number> {
  return (await db.query(sql.forgetDelegations, { limit })).length
}

/** Removes offers that ended before an instant without being accepted; gives how many. */
export async function removeOffers(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.removeOffers, { before: at(before), limit })).length
}

/** Removes answers without offers that were given before an instant; gives how many. */
export async function removeRefused(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.removeRefused, { before: at(before), limit })).length
}

/** Removes offer sets that expired before an instant and have no executions (any more); gives how many. */
export async function removeOfferSets(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.removeOfferSets, { before: at(before), limit })).length
}

/** The first step of executions that gave everything back before an instant: what is large leaves. Gives how many. */
export async function compact(db: Queryable, before: Instant, limit: number, now: Instant): Promise<number> {
  return (await db.query(sql.compact, { before: at(before), limit, at: at(now) })).length
}

/** The second step: executions that were compacted leave with their offer sets. Gives how many. */
export async function removeRecords(database: Database, before: Instant, limit: number): Promise<number> {
  return database.transaction(async (tx) => {
    const due = await tx.query<{ offerSetId: OfferSetId }>(sql.lockRecords, { before: at(before), limit })
    if (due.length === 0) return 0
    const offerSetIds = due.map(({ offerSetId }) => offerSetId)
    await tx.query(sql.removeExecutionsOf, { offerSetIds })
    await tx.query(sql.removeEmptied, { offerSetIds })
    return due.length
  })
}
