/** The pools of the platforms and their capacity over time. */
import type { Instant } from '../domain/dates.ts'
import type { Maintenance, PoolCapacity } from '../domain/pool-capacity.ts'
import type { Amounts, Resource } from '../domain/resources.ts'
import { at, json, type Database, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'pools.sql', [
  'keep',
  'capacity',
  'named',
  'drain',
  'drained',
  'setCapacity',
  'tell',
])

export type PoolId = number & { readonly brand: 'PoolId' }

/** The capacity of a pool as the database gives it, with instants in milliseconds. */
export interface CapacityRow {
  readonly configured?: readonly (readonly [resource: Resource, amount: number, fromAt: Instant])[]
  readonly maintenance?: readonly (readonly [
    id: string,
    fromAt: Instant,
    toAt: Instant,
    most: Maintenance['most'],
    reason: string,
  ])[]
}

/** Makes sure that a pool is there with this capacity from now on. May be repeated. */
export async function keep(
  database: Database,
  platform: string,
  name: string,
  amounts: Amounts,
  now: Instant,
): Promise<PoolId> {
  const list = Object.entries(amounts).map(([resource, amount]) => ({ resource, amount }))
  for (;;) {
    const [row] = await database.query<{ id: PoolId }>(sql.keep, { platform, name })
    // Nothing comes back when another process made the row at the same time; then it is there now.
    if (!row) continue
    await database.query(sql.setCapacity, { poolId: row.id, amounts: json(list), at: at(now) })
    return row.id
  }
}

/** The capacity of a pool over time. */
export async function capacity(db: Queryable, poolId: PoolId): Promise<PoolCapacity> {
  const [row = {}] = await db.query<CapacityRow>(sql.capacity, { poolId })
  return capacityIn(row)
}

/** The capacity that a row tells of. */
export function capacityIn({ configured = [], maintenance = [] }: CapacityRow): PoolCapacity {
  return {
    configured: configured.map(([resource, amount, fromAt]) => ({ resource, amount, fromAt })),
    maintenance: maintenance.map(([id, fromAt, toAt, most, reason]) => ({ id, fromAt, toAt, most, reason })),
  }
}

/** The pools of a platform, or the one of a name, as far as any broker has ever entered them. */
export async function named(db: Queryable, platform: string, name: string | undefined): Promise<PoolId[]> {
  const rows = await db.query<{ id: PoolId }>(sql.named, { platform, name: name ?? null })
  return rows.map(({ id }) => id)
}

/** Since when nothing new is offered in a pool, and why. */
export interface Drain {
  readonly drainedAt: Instant
  readonly drainReason?: string
}

/** Lets nothing new into a pool; undefined lets it in again. False when that is so already. */
export async function drain(
  db: Queryable,
  poolId: PoolId,
  drain: { readonly at: Instant; readonly reason: string | undefined } | undefined,
): Promise<boolean> {
  const rows = await db.query(sql.drain, { poolId, at: drain ? at(drain.at) : null, reason: drain?.reason ?? null })
  return rows.length > 0
}

/** Tells those who wait for capacity that something else of pools has changed than what is held. */
export async function tell(tx: Transaction, poolIds: readonly PoolId[]): Promise<void> {
  if (poolIds.length > 0) await tx.query(sql.tell, { poolIds: [...new Set(poolIds)] })
}

/** The pools in which nothing new is offered. */
export async function drained(db: Queryable): Promise<ReadonlyMap<PoolId, Drain>> {
  const rows = await db.query<Drain & { readonly poolId: PoolId }>(sql.drained, {})
  return new Map(rows.map(({ poolId, ...drain }) => [poolId, drain]))
}
