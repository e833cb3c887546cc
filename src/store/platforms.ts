/** Identities of platforms in the database: which engine, cluster or directory each is. */
import type { Instant } from '../domain/dates.ts'
import { at, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'platforms.sql', ['note', 'known', 'replace'])

/** The identity of a platform; `identity` becomes it when none is known yet. */
export async function note(db: Queryable, platform: string, identity: string, now: Instant): Promise<string> {
  for (;;) {
    const [row] = await db.query<{ identity: string }>(sql.note, { platform, identity, at: at(now) })
    // Nothing comes back when another process made the row at the same time; then it is there now.
    if (row) return row.identity
  }
}

/** The identity of a platform; undefined when it was not used yet. */
export async function known(db: Queryable, platform: string): Promise<string | undefined> {
  return (await db.query<{ identity: string }>(sql.known, { platform }))[0]?.identity
}

/** Makes another identity that of a platform. */
export async function replace(db: Queryable, platform: string, identity: string, now: Instant): Promise<void> {
  await db.query(sql.replace, { platform, identity, at: at(now) })
}
