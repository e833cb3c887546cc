/**
 * Making and changing accounts, with the record of it in the same transaction. Whoever calls has made sure that the actor
 * may do it.
 */
import { GROUP, PASSWORD_LENGTH, ROLES, USERNAME, type Account, type Role } from '../domain/account.ts'
import { isDeepStrictEqual } from 'node:util'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import type { Caller } from '../identity/identity.ts'
import { hashPassword, makePassword } from '../identity/password.ts'
import type { UserNames } from '../identity/user-names.ts'
import * as accessTokens from '../store/access-tokens.ts'
import * as audit from '../store/audit.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as identities from '../store/identities.ts'

/** Who does something, for the record. */
export interface Actor {
  readonly id: string
  readonly name: string | undefined
  readonly address: string
}

/** The broker itself, such as at its first start. */
export const THE_BROKER: Actor = { id: 'broker', name: undefined, address: 'local' }

export interface AccountWish {
  readonly username: string
  readonly password: string
  readonly displayName?: string | undefined
  readonly roles?: readonly Role[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly mustChangePassword?: boolean | undefined
}

/** Makes an account of this broker. Throws UNPROCESSABLE with the fields at fault, CONFLICT when the name is taken. */
export async function createAccount(
  database: Database,
  names: UserNames,
  id: string,
  wish: AccountWish,
  actor: Actor,
  now: Instant,
): Promise<Account> {
  refuse([
    ...nameFaults(wish.username),
    ...passwordFaults(wish.password, wish.username, '/password'),
    ...rightsFaults(wish.roles, wish.groups),
  ])
  const passwordHash = await hashPassword(wish.password)
  return database.transaction(async (tx) => {
    const [knownAs] = names.namesOf({ id, issuer: '', nameInSource: wish.username })
    const made = await insertLocal(tx, id, { ...wish, passwordHash, knownAs }, now)
    await record(tx, actor, now, 'create identity', id, { username: knownAs, roles: made.roles })
    return made
  })
}

async function insertLocal(
  tx: Transaction,
  id: string,
  { username, knownAs, password: _, ...wish }: AccountWish & { passwordHash: string; knownAs: string },
  now: Instant,
): Promise<Account> {
  const names = { issuer: '', subject: username.toLowerCase(), username: knownAs, nameInSource: username }
  const rights = { roles: wish.roles ?? ['user'], groups: wish.groups ?? [] }
  const { mustChangePassword = false } = wish
  const made = await identities.insert(tx, { ...wish, id, ...names, ...rights, mustChangePassword }, now)
  if (made) return made
  const taken = await identities.idNamed(tx, knownAs)
  const there = taken === undefined ? undefined : await identities.find(tx, taken)
  const whose = there?.issuer ? ` of ${there.issuer}` : ''
  throw new BrokerError('CONFLICT', `There is an account ${username}${whose} already; choose another user name.`, {
    faults: [{ pointer: '/username', detail: 'it is taken' }],
    members: { error: 'username already exists', ...(there ? { uuid: there.id, username: there.username } : {}) },
  })
}

/**
 * Changes an account, with `resetPassword` in the same transaction; one that is disabled loses its access tokens unless `keepTokens` says otherwise. The caller withdraws
 * its offers and cancels its executions; the audit log has that already. Throws CONFLICT for the last administrator,
 * NOT_FOUND when there is no such account, UNPROCESSABLE with the fields at fault.
 */
export async function changeAccount(
  database: Database,
  id: string,
  { keepTokens = false, ...change }: identities.AccountChange & KeepTokens & { readonly cancelExecutions?: boolean },
  actor: Actor,
  now: Instant,
  resetPassword?: (tx: Transaction) => Promise<void>,
): Promise<Account> {
  refuse(rightsFaults(change.roles, change.groups))
  return database.transaction(async (tx) => {
    await identities.lockAll(tx)
    await resetPassword?.(tx)
    const before = await identities.find(tx, id)
    const changed = await identities.change(tx, id, change, now)
    if (!changed) throw new BrokerError('NOT_FOUND', `There is no account ${id}.`)
    if ((await identities.countAdmins(tx)) === 0)
      throw new BrokerError(
        'CONFLICT',
        `${changed.username} is the last administrator; make another one before you change this account.`,
      )
    const tokens = change.disabled ? await endTokens(tx, id, keepTokens, now) : {}
    const isNew = !isDeepStrictEqual(before, changed) || (tokens.tokensRevoked ?? 0) > 0 || change.cancelExecutions
    if (isNew) await record(tx, actor, now, 'change identity', id, { ...change, ...tokens })
    return changed
  })
}

/** True to keep access tokens that would be revoked, since whoever made them may not be the owner. */
export interface KeepTokens {
  readonly keepTokens?: boolean | undefined
}

/** A new password, and what becomes of the access tokens. */
export interface PasswordWish extends KeepTokens {
  readonly password: string
}

/**
 * Prepares another's new password, which has to be changed at the next login; the result sets it, in the transaction of
 * whatever else is changed. Throws UNPROCESSABLE.
 */
export async function passwordReset(
  account: Account,
  wish: PasswordWish,
  actor: Actor,
  now: Instant,
): Promise<(tx: Transaction) => Promise<void>> {
  return preparePassword(account, wish, true, 'reset password', actor, now)
}

/** Sets one's own password. Throws UNPROCESSABLE when it is not a good one, or the account has none, and TOO_MUCH_KEPT. */
export async function changeOwnPassword(
  database: Database,
  account: Account,
  wish: PasswordWish,
  actor: Actor,
  perDay: number,
  now: Instant,
): Promise<void> {
  // Before the hash, which costs a tenth of a second.
  await database.transaction((tx) => requireSeldom(tx, actor, perDay, now, 'change password'))
  await database.transaction(await preparePassword(account, wish, false, 'change password', actor, now, perDay))
}

async function preparePassword(
  account: Account,
  { password, keepTokens = false }: PasswordWish,
  mustChange: boolean,
  action: string,
  actor: Actor,
  now: Instant,
  perDay = Number.POSITIVE_INFINITY,
): Promise<(tx: Transaction) => Promise<void>> {
  if (account.issuer !== '')
    throw new BrokerError('UNPROCESSABLE', `${account.username} has no password here; ${account.issuer} has it.`)
  refuse(passwordFaults(password, account.username, '/password'))
  const passwordHash = await hashPassword(password)
  return async (tx) => {
    await requireSeldom(tx, actor, perDay, now, action)
    await identities.setPassword(tx, account.id, passwordHash, mustChange)
    await record(tx, actor, now, action, account.id, await endTokens(tx, account.id, keepTokens, now))
  }
}

/** Revokes the access tokens of an account unless they are to be kept; gives what the record says of it. */
async function endTokens(
  tx: Transaction,
  id: string,
  keepTokens: boolean,
  now: Instant,
): Promise<{ keepTokens?: boolean; tokensRevoked?: number }> {
  return keepTokens ? { keepTokens } : { tokensRevoked: await accessTokens.revokeAll(tx, id, now) }
}

/**
 * Makes an access token of an account, if the caller's password still is that of the account: one that was changed while
 * the caller asked must not leave a token behind. Throws UNAUTHENTICATED, and TOO_MUCH_KEPT where the account has as many
 * as it can.
 */
export async function createToken(
  database: Database,
  caller: Caller,
  token: { id: string; name: string; digest: Buffer; expiresAt: Instant },
  actor: Actor,
  { perAccount, perDay }: { readonly perAccount: number; readonly perDay: number },
  now: Instant,
): Promise<void> {
  await database.transaction(async (tx) => {
    const account = await identities.lock(tx, caller.owner)
    const isCurrent = caller.passwordHash === undefined || caller.passwordHash === account?.passwordHash
    if (!account || account.disabledAt !== undefined || !isCurrent)
      throw new BrokerError('UNAUTHENTICATED', 'The password or the account was changed just now; log in again.')
    if ((await accessTokens.countGood(tx, account.id, now)) >= perAccount)
      throw new BrokerError(
        'TOO_MUCH_KEPT',
        `The account has ${perAccount} access tokens, the most that it can have (identity.tokens.perAccount). Revoke one that you do not need: GET /account/tokens lists them, and DELETE /account/tokens/{uuid} revokes one.`,
      )
    await requireSeldom(tx, actor, perDay, now, 'create access token')
    const asserted = [...caller.groups, ...(caller.countedGroups ?? [])].filter((one) => !account.groups.includes(one))
    await accessTokens.insert(tx, account.id, { ...token, groups: asserted }, now)
    await record(tx, actor, now, 'create access token', token.id, { name: token.name })
  })
}

/**
 * Makes the first administrator where there is none. Gives the password: one that was made here is shown once and has
 * to be changed, one that the operator has `chosen` is taken as it is. Undefined when there is an administrator already, also
 * when another broker has just made one.
 */
export async function ensureAdministrator(
  database: Database,
  id: string,
  now: Instant,
  chosen?: () => string,
): Promise<{ password: string; warning: string | undefined } | undefined> {
  if ((await identities.countAdmins(database)) > 0) return undefined
  const password = chosen?.() ?? makePassword()
  const passwordHash = await hashPassword(password)
  return database.transaction(async (tx) => {
    await identities.lockAll(tx)
    if ((await identities.countAdmins(tx)) > 0) return undefined
    const wish = { username: 'admin', password, passwordHash, roles: ROLES, mustChangePassword: !chosen }
    await insertLocal(tx, id, { ...wish, knownAs: 'admin' }, now)
    await record(tx, THE_BROKER, now, 'create identity', id, { username: 'admin', roles: ROLES })
    // The rules are for people: what a site has in its vault is its own affair, and it is told.
    return { password, warning: passwordFaults(password, 'admin', '')[0]?.detail }
  })
}

const DAY_MS = 86_400_000

/**
 * Makes sure that an actor has done something fewer times than `perDay` in the last 24 hours, so that nobody fills the audit
 * log with what everybody may do. Requests at one moment may get a little beyond. Throws TOO_MUCH_KEPT.
 */
export async function requireSeldom(
  tx: Transaction,
  actor: Actor,
  perDay: number,
  now: Instant,
  action: string,
): Promise<void> {
  if (perDay === Number.POSITIVE_INFINITY) return
  const since = now - DAY_MS
  const first = await audit.manyLately(tx, { actor: actor.id, action, since, most: perDay })
  if (first === undefined) return
  const again = first + DAY_MS
  throw new BrokerError(
    'TOO_MUCH_KEPT',
    `The audit log has '${action}' ${perDay} times of you in a day, the most that one user can do that (retention.auditPerDay). Do it again after ${formatInstant(again)}.`,
    { retryAfterSeconds: Math.max(1, Math.ceil((again - now) / 1_000)) },
  )
}

/** Records what an actor did, in the transaction in which it was done. */
export async function record(
  tx: Transaction,
  actor: Actor,
  now: Instant,
  action: string,
  target: string | undefined,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { id, name, address } = actor
  await audit.add(tx, { at: now, actor: id, actorName: name, address, action, target, outcome: 'done', detail })
}

function refuse(faults: readonly FieldFault[]): void {
  if (faults.length > 0)
    throw new BrokerError('UNPROCESSABLE', 'The account cannot have these values; the fields at fault are listed.', {
      faults,
    })
}

function nameFaults(username: string): FieldFault[] {
  if (USERNAME.test(username)) return []
  const detail = 'a user name has 1 to 100 letters, digits and . _ @ + -, and begins with a letter or a digit'
  return [{ pointer: '/username', detail }]
}

function passwordFaults(password: string, username: string, pointer: string): FieldFault[] {
  const { min, max } = PASSWORD_LENGTH
  const length = [...password].length
  if (length < min || length > max) return [{ pointer, detail: `a password has ${min} to ${max} characters` }]
  if (password.toLowerCase().includes(username.toLowerCase()) && username.length >= 4)
    return [{ pointer, detail: 'a password does not have the user name in it' }]
  return []
}

function rightsFaults(roles: readonly Role[] = [], groups: readonly string[] = []): FieldFault[] {
  const unknown = roles.flatMap((role, index) =>
    ROLES.includes(role) ? [] : [{ pointer: `/roles/${index}`, detail: `a role is one of ${ROLES.join(', ')}` }],
  )
  const unusable = groups.flatMap((group, index) =>
    GROUP.test(group)
      ? []
      : [{ pointer: `/groups/${index}`, detail: 'a group has 1 to 255 characters of ASCII without spaces' }],
  )
  return [...unknown, ...unusable]
}
