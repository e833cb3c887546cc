/** The networks from which the owners of accounts came with the right password. */
import type { Instant } from '../domain/dates.ts'
import { at, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'known-networks.sql', ['has', 'note'])

/** The time for which a network stays known after the last login from it, in milliseconds. */
const KNOWN_MS = 90 * 86_400_000

/** True if the owner of a local account came from a network lately. */
export async function has(db: Queryable, username: string, network: string, now: Instant): Promise<boolean> {
  const rows = await db.query(sql.has, { username, network, since: at(now - KNOWN_MS) })
  return rows.length > 0
}

/** Notes that the owner of an account came from a network just now. */
export async function note(db: Queryable, identityId: string, network: string, now: Instant): Promise<void> {
  await db.query(sql.note, { identityId, network, at: at(now), since: at(now - KNOWN_MS) })
}
