/** Windows of maintenance: when a platform or one of its pools has less than usual. */
import type { Instant } from '../domain/dates.ts'
import type { Maintenance } from '../domain/pool-capacity.ts'
import type { Resource } from '../domain/resources.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { Execution } from './executions.ts'
import type { PoolId } from './pools.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'maintenance.sql', [
  'insert',
  'find',
  'remove',
  'list',
  'forget',
  'promised',
])

/** A window, and where it is: in one pool of the platform, or in all of them. */
export interface PlacedMaintenance extends Maintenance {
  readonly platform: string
  readonly pool?: string
}

/** What was promised to somebody, as far as it matters to those who maintain a pool. */
export type Promised = Pick<
  Execution,
  'id' | 'offerSetId' | 'owner' | 'name' | 'phase' | 'plan' | 'startAt' | 'prepareAt' | 'endAt'
>

/** Where promises are looked for. */
export interface PromisesWanted {
  readonly poolId: PoolId
  readonly resources: readonly Resource[]
  readonly fromAt: Instant
  readonly toAt: Instant
  /** Whether only offers are wanted that nobody has accepted. */
  readonly openOnly: boolean
  /** Only those with a greater id. */
  readonly after: string | undefined
  readonly limit: number
}

/** Keeps a window. Its pools are locked. */
export async function insert(tx: Transaction, window: PlacedMaintenance): Promise<void> {
  const { id, platform, pool, fromAt, toAt, most, reason } = window
  const times = { fromAt: at(fromAt), toAt: at(toAt) }
  await tx.query(sql.insert, { id, platform, pool: pool ?? null, ...times, most: json(most), reason })
}

export async function find(db: Queryable, id: string): Promise<PlacedMaintenance | undefined> {
  const [window] = await db.query<PlacedMaintenance>(sql.find, { id })
  return window
}

/** Removes a window, also one that has begun. Its pools are locked. False when it was not there. */
export async function remove(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query(sql.remove, { id })).length > 0
}

/** The windows that are not over after an instant, the next one first. */
export async function list(db: Queryable, after: Instant): Promise<PlacedMaintenance[]> {
  return db.query<PlacedMaintenance>(sql.list, { after: at(after) })
}

/** Lets windows leave that were over before an instant; gives how many. */
export async function forget(db: Queryable, before: Instant, limit: number): Promise<number> {
  return (await db.query(sql.forget, { before: at(before), limit })).length
}

/** What holds some of these resources in a time, in the order of their ids. */
export async function promised(db: Queryable, wanted: PromisesWanted): Promise<Promised[]> {
  const { fromAt, toAt, after, ...others } = wanted
  return db.query<Promised>(sql.promised, { ...others, fromAt: at(fromAt), toAt: at(toAt), after: after ?? null })
}
