/** What a database says of the broker it belongs to. */
import type { Instant } from '../domain/dates.ts'
import { at, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'broker.sql', ['identify', 'known', 'serverNow'])

/** The id of this broker, which marks what it owns on a platform; `id` becomes it when there is none yet. */
export async function identify(db: Queryable, id: string, now: Instant): Promise<string> {
  for (;;) {
    const [row] = await db.query<{ id: string }>(sql.identify, { id, at: at(now) })
    // Nothing comes back when another process made the row at the same time; then it is there now.
    if (row) return row.id
  }
}

/** The id of this broker; undefined when no broker has used the database yet. */
export async function known(db: Queryable): Promise<string | undefined> {
  return (await db.query<{ id: string }>(sql.known, {}))[0]?.id
}

/** What the clock of the database says, and its version. */
export async function serverNow(db: Queryable): Promise<{ theirsAt: Instant; version: string }> {
  const [row] = await db.query<{ ms: number; version: string }>(sql.serverNow, {})
  return { theirsAt: row?.ms ?? 0, version: row?.version ?? '' }
}
