/** The names of accounts: of those who come for the first time, and of all when the sources of users are others. */
import type { Account } from '../domain/account.ts'
import type { Instant } from '../domain/dates.ts'
import type { IdSource } from '../domain/ids.ts'
import { namesInSource, type UserNames } from '../identity/user-names.ts'
import * as audit from '../store/audit.ts'
import type { Database, Queryable } from '../store/database.ts'
import * as identities from '../store/identities.ts'
import { THE_BROKER } from './accounts.ts'

/** Somebody for whom somebody else vouches. */
export interface Known {
  readonly subject: string
  /** The name that the issuer gives it; undefined where that can be no user name. */
  readonly username: string | undefined
  readonly displayName?: string | undefined
}

/** The account of somebody; it is made at the first visit, and once when two visits are the first. */
export async function provision(
  { database, ids, names }: { readonly database: Database; readonly ids: IdSource; readonly names: UserNames },
  issuer: string,
  { subject, username: wanted, displayName }: Known,
  now: Instant,
): Promise<Account> {
  const known = await identities.findSubject(database, issuer, subject)
  if (known) return known
  const id = ids.uuid()
  const rest = { displayName, roles: ['user'] as const, groups: [], mustChangePassword: false }
  for (const nameInSource of namesInSource(wanted, subject, id))
    for (const username of names.namesOf({ id, issuer, nameInSource })) {
      const made = await identities.insert(database, { id, issuer, subject, username, nameInSource, ...rest }, now)
      const found = made ?? (await identities.findSubject(database, issuer, subject))
      if (found) return found
    }
  throw new Error(`no name is free for ${subject} of ${issuer}, not even its id`)
}

/**
 * Gives all accounts the names that the configured sources of users ask for; gives how many are known by another name now.
 * May be repeated.
 */
export async function nameAccounts(database: Database, names: UserNames, now: Instant): Promise<number> {
  if ((await wronglyNamed(database, names)).size === 0) return 0
  return database.transaction(async (tx) => {
    await identities.lockAll(tx)
    const renamed = await wronglyNamed(tx, names)
    if (renamed.size === 0) return 0
    await identities.rename(tx, renamed)
    const { id: actor, address } = THE_BROKER
    const details = new Map([...renamed].map(([id, username]) => [id, { username }]))
    await audit.addAll(tx, { at: now, actor, address, action: 'rename identity', outcome: 'done' }, details)
    return renamed.size
  })
}

/** The names of those accounts that should have others, by id. */
async function wronglyNamed(db: Queryable, names: UserNames): Promise<ReadonlyMap<string, string>> {
  const all = await identities.named(db)
  const right = names.assign(all)
  return new Map(
    all.flatMap(({ id, username }) => {
      const name = right.get(id)
      return name === undefined || name === username ? [] : [[id, name] as const]
    }),
  )
}
