/** Accounts. */
import type { Account, Role } from '../domain/account.ts'
import type { Instant } from '../domain/dates.ts'
import { isUuid } from '../domain/ids.ts'
import { at, type Queryable, type Transaction } from './database.ts'
import { parametersOf, storedPage, type PageMark, type StoredPage, type WantedPage } from './pages.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'identities.sql', [
  'insert',
  'find',
  'findLocal',
  'isLetIn',
  'findSubject',
  'list',
  'idNamed',
  'named',
  'vacate',
  'rename',
  'usernames',
  'change',
  'setPassword',
  'lock',
  'countAdmins',
  'lockAll',
])

/** An account with what its password is checked against. */
export interface AccountWithPassword extends Account {
  readonly passwordHash?: string
}

export interface NewAccount {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly username: string
  readonly nameInSource: string
  readonly displayName?: string | undefined
  readonly passwordHash?: string | undefined
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
  readonly mustChangePassword: boolean
}

/** What an administrator may change of an account; what is missing stays. */
export interface AccountChange {
  readonly displayName?: string | undefined
  readonly roles?: readonly Role[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly disabled?: boolean | undefined
}

/** Makes an account; undefined when there is one of that name, also within its source, or of that subject already. */
export async function insert(db: Queryable, account: NewAccount, now: Instant): Promise<Account | undefined> {
  const [row] = await db.query<Account>(sql.insert, {
    ...account,
    displayName: account.displayName ?? null,
    passwordHash: account.passwordHash ?? null,
    at: at(now),
  })
  return row
}

/** One account; undefined when there is none. */
export async function find(db: Queryable, id: string): Promise<Account | undefined> {
  const [row] = await db.query<Account>(sql.find, { id })
  return row
}

/** The account of this broker that logs in with a user name, in whichever case it is written. */
export async function findLocal(db: Queryable, username: string): Promise<AccountWithPassword | undefined> {
  const [row] = await db.query<AccountWithPassword>(sql.findLocal, { username })
  return row
}

/** True while there is an account that is not disabled and, where a hash is given, still has the password of that hash. */
export async function isLetIn(db: Queryable, id: string, passwordHash?: string): Promise<boolean> {
  const rows = await db.query(sql.isLetIn, { id, passwordHash: passwordHash ?? null })
  return rows.length > 0
}

/** The account of somebody whom an issuer knows by a subject. */
export async function findSubject(db: Queryable, issuer: string, subject: string): Promise<Account | undefined> {
  const [row] = await db.query<Account>(sql.findSubject, { issuer, subject })
  return row
}

/** A page of accounts, of one user name where it is given, oldest first. */
export async function list(
  db: Queryable,
  username: string | undefined,
  wanted: WantedPage,
): Promise<StoredPage<Account>> {
  const parameters = { ...parametersOf(wanted), username: username ?? null }
  return storedPage(await db.query<Account & PageMark>(sql.list, parameters))
}

/** The id of the account that is meant by its UUID or by a user name; undefined when there is none. */
export async function idNamed(db: Queryable, name: string): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>(sql.idNamed, { name })
  return row?.id
}

/** An account with its two names. */
export interface NamedAccount {
  readonly id: string
  readonly issuer: string
  /** The name that nobody else of its source has. */
  readonly nameInSource: string
  readonly username: string
}

/** All accounts with their names, oldest first. */
export function named(db: Queryable): Promise<NamedAccount[]> {
  return db.query<NamedAccount>(sql.named, {})
}

/** Gives accounts other names, also such as change hands among them. The names have to be free otherwise. */
export async function rename(tx: Transaction, usernames: ReadonlyMap<string, string>): Promise<void> {
  const ids = [...usernames.keys()]
  await tx.query(sql.vacate, { ids })
  await tx.query(sql.rename, { ids, usernames: [...usernames.values()] })
}

/** The user names of accounts, by their ids. */
export async function usernames(db: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  // Before there were accounts, the owner of everything was called by a word.
  const rows = await db.query<{ id: string; username: string }>(sql.usernames, { ids: ids.filter(isUuid) })
  return new Map(rows.map(({ id, username }) => [id, username]))
}

/** Changes an account; undefined when there is none. */
export async function change(
  tx: Transaction,
  id: string,
  { displayName, roles, groups, disabled }: AccountChange,
  now: Instant,
): Promise<Account | undefined> {
  const [row] = await tx.query<Account>(sql.change, {
    id,
    displayName: displayName ?? null,
    roles: roles ?? null,
    groups: groups ?? null,
    disabled: disabled ?? null,
    at: at(now),
  })
  return row
}

/** Sets the password of an account of this broker; false when there is no such account. */
export async function setPassword(
  db: Queryable,
  id: string,
  passwordHash: string,
  mustChange: boolean,
): Promise<boolean> {
  const rows = await db.query(sql.setPassword, { id, passwordHash, mustChange })
  return rows.length > 0
}

/** An account as it is until the end of the transaction; undefined when there is none. */
export async function lock(tx: Transaction, id: string): Promise<AccountWithPassword | undefined> {
  const [row] = await tx.query<AccountWithPassword>(sql.lock, { id })
  return row
}

/** How many accounts can administrate. */
export async function countAdmins(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql.countAdmins, {})
  return row?.count ?? 0
}

/** Waits until nobody else changes who administrates. */
export async function lockAll(tx: Transaction): Promise<void> {
  await tx.query(sql.lockAll, {})
}
