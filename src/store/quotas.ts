/** What counts for the quotas: who uses how much. */
import type { Instant } from '../domain/dates.ts'
import { lowestIdAt, type OfferSetId } from '../domain/ids.ts'
import type { CountedUse, QuotaAccount } from '../domain/quota.ts'
import { at, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'quotas.sql', ['lock', 'groups', 'use', 'busiest'])

/** An execution that began longer ago than this before a window is not looked for, in milliseconds. */
const LONGEST_LIFE_MS = 400 * 86_400_000

/** What is counted. */
export interface Counting {
  readonly now: Instant
  /** What had ended before this does not count any more. */
  readonly since: Instant
  /** The offer set that does not count, because it is the one in question. */
  readonly except?: OfferSetId | undefined
}

/** Waits until nobody else counts for these accounts. To be taken before any other lock of the transaction. */
export async function lock(tx: Transaction, accounts: readonly QuotaAccount[]): Promise<void> {
  await tx.query(sql.lock, { accounts: accounts.map(({ of, name }) => `${of} ${name}`) })
}

/** The groups that an offer set counts for. */
export async function groupsOf(db: Queryable, offerSetId: OfferSetId): Promise<string[]> {
  return (await db.query<{ groupName: string }>(sql.groups, { offerSetId })).map(({ groupName }) => groupName)
}

/** What an account uses. */
export async function useOf(
  db: Queryable,
  { of, name }: QuotaAccount,
  { now, since, except }: Counting,
): Promise<CountedUse> {
  const lowestId = lowestIdAt(Math.max(0, since - LONGEST_LIFE_MS))
  const [use] = await db.query<CountedUse>(sql.use, {
    of,
    name,
    lowestId,
    at: at(now),
    since: at(since),
    except: except ?? null,
  })
  return use as CountedUse
}

/** The owners of most of what is open or being done, at most so many. */
export async function busiest(
  db: Queryable,
  now: Instant,
  limit: number,
): Promise<{ readonly owner: string; readonly username?: string }[]> {
  return db.query(sql.busiest, { at: at(now), limit })
}
