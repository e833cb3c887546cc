/** Personal access tokens. Of a token only a digest is kept. */
import type { Account } from '../domain/account.ts'
import type { Instant } from '../domain/dates.ts'
import { at, type Queryable } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'access-tokens.sql', [
  'insert',
  'countGood',
  'forget',
  'list',
  'revoke',
  'revokeAll',
  'use',
])

/** What can be shown of a token. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly createdAt: Instant
  readonly expiresAt?: Instant
  readonly lastUsedAt?: Instant
}

/** Keeps a token of an account. */
export async function insert(
  db: Queryable,
  identityId: string,
  token: { id: string; name: string; digest: Buffer; groups: readonly string[]; expiresAt: Instant | undefined },
  now: Instant,
): Promise<void> {
  await db.query(sql.insert, { ...token, identityId, at: at(now), expiresAt: at(token.expiresAt) })
}

/** The number of tokens of an account that are neither revoked nor expired. */
export async function countGood(db: Queryable, identityId: string, now: Instant): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql.countGood, { identityId, at: at(now) })
  return row?.count ?? 0
}

/** Removes tokens that were revoked or expired before an instant; gives how many. */
export async function forget(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.forget, { before: at(before), limit })).length
}

/** The tokens of an account that were not revoked, newest first; `longestMs` is how long the site lets one be good. */
export function list(db: Queryable, identityId: string, longestMs: number): Promise<AccessToken[]> {
  return db.query<AccessToken>(sql.list, { identityId, longestMs })
}

/** Revokes a token of an account; false when it has no such token. */
export async function revoke(db: Queryable, identityId: string, id: string, now: Instant): Promise<boolean> {
  const rows = await db.query(sql.revoke, { id, identityId, at: at(now) })
  return rows.length > 0
}

/** Revokes every token of an account, and says how many there were. */
export async function revokeAll(db: Queryable, identityId: string, now: Instant): Promise<number> {
  const rows = await db.query(sql.revokeAll, { identityId, at: at(now) })
  return rows.length
}

/** The account of a token, with the groups that an issuer asserted of it when the token was made. */
export interface TokenAccount extends Account {
  readonly assertedGroups: readonly string[]
}

/** The account of a token that is neither revoked nor expired, nor older than `longestMs`. */
export async function use(
  db: Queryable,
  digest: Buffer,
  now: Instant,
  longestMs: number,
): Promise<TokenAccount | undefined> {
  const [row] = await db.query<TokenAccount>(sql.use, { digest, at: at(now), madeAfter: at(now - longestMs) })
  return row
}
