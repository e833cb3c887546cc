/** The audit log: what was done with rights that others do not have, and what was refused. Rows are added, and leave by age. */
import type { Instant } from '../domain/dates.ts'
import { at, json, type Database, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'audit.sql', [
  'add',
  'addAll',
  'manyLately',
  'leaveBefore',
  'remove',
  'list',
])

export interface AuditEntry {
  readonly at: Instant
  /** The id of the account; undefined for somebody who is not known. */
  readonly actor?: string | undefined
  readonly actorName?: string | undefined
  readonly address: string
  /** What was done, as a verb and a noun: `disable identity`. */
  readonly action: string
  /** What it was done to. */
  readonly target?: string | undefined
  readonly outcome: 'done' | 'refused'
  /** What else is of interest. Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** Adds an entry, in the transaction of what it records where there is one. */
export async function add(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.query(sql.add, {
    ...entry,
    at: at(entry.at),
    actor: entry.actor ?? null,
    actorName: entry.actorName ?? null,
    target: entry.target ?? null,
    detail: json(entry.detail),
  })
}

/** Adds an entry for each of several targets, with its detail. */
export async function addAll(
  db: Queryable,
  entry: Omit<AuditEntry, 'target' | 'detail'>,
  details: ReadonlyMap<string, AuditEntry['detail']>,
): Promise<void> {
  await db.query(sql.addAll, {
    ...entry,
    at: at(entry.at),
    actor: entry.actor ?? null,
    actorName: entry.actorName ?? null,
    targets: [...details.keys()],
    details: [...details.values()].map(json),
  })
}

/** The instant of the earliest of the last `most` entries of an actor about an action since an instant; undefined: there are fewer. */
export async function manyLately(
  db: Queryable,
  { actor, action, since, most }: { actor: string; action: string; since: Instant; most: number },
): Promise<Instant | undefined> {
  const [row] = await db.query<{ at: Instant }>(sql.manyLately, { actor, action, since: at(since), others: most - 1 })
  return row?.at
}

/** Removes entries that were made before an instant; gives how many. */
export function remove(database: Database, before: Instant, limit: number): Promise<number> {
  return database.transaction(async (tx) => {
    await tx.query(sql.leaveBefore, { before: at(before) })
    return (await tx.query(sql.remove, { before: at(before), limit })).length
  })
}

/** A page of the log, newest first; `before` is the number of the last entry that was seen. */
export function list(
  db: Queryable,
  filter: {
    limit: number
    bytes: number
    before?: number | undefined
    action?: string | undefined
    /** The id of the actor. */
    actor?: string | undefined
  },
): Promise<(AuditEntry & { readonly number: number })[]> {
  return db.query(sql.list, {
    limit: filter.limit,
    bytes: filter.bytes,
    before: filter.before ?? null,
    action: filter.action ?? null,
    actor: filter.actor ?? null,
  })
}
