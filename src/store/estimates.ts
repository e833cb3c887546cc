/** What the broker learned from its runs, by key. Which keys there are is not known here. */
import type { Instant } from '../domain/dates.ts'
import type { RunningEstimate } from '../domain/running-estimate.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'estimates.sql', ['changedSince', 'lock', 'keep', 'forget'])

export interface KeptEstimate extends RunningEstimate {
  readonly key: string
  readonly updatedAt: Instant
}

/** The estimates that changed at an instant or later, at most `limit` of them, newest first. */
export async function changedSince(db: Queryable, since: Instant, limit: number): Promise<KeptEstimate[]> {
  return db.query<KeptEstimate>(sql.changedSince, { since: at(since), limit })
}

/** Some estimates, locked until the end of the transaction; those that are not there do not come back. */
export async function lock(tx: Transaction, keys: readonly string[]): Promise<KeptEstimate[]> {
  return tx.query<KeptEstimate>(sql.lock, { keys })
}

/** Keeps estimates as they are now. */
export async function keep(
  tx: Transaction,
  estimates: readonly (RunningEstimate & { readonly key: string })[],
  now: Instant,
): Promise<void> {
  await tx.query(sql.keep, { estimates: json(estimates), at: at(now) })
}

/** Forgets at most `limit` estimates that have not changed since `before`; gives how many. */
export async function forget(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.forget, { before: at(before), limit })).length
}
