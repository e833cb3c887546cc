/**
 * What the engine still has to do with: one row for each execution, taken by lease.
 *
 * A worker that holds a lease may act for the execution. The fence grows with every lease, so that a worker that was
 * away for longer than its lease cannot give back or remove what another one has taken over.
 */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Component } from './components.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { Execution } from './executions.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'work.sql', [
  'insert',
  'claim',
  'renew',
  'takeBack',
  'yield',
  'remove',
  'wake',
  'nextDue',
  'look',
  'queue',
])

/** The notification channel that says which execution needs attention. */
export const WORK_CHANNEL = 'work'

/** A lease as it was taken. */
export interface Lease {
  readonly executionId: ExecutionId
  readonly fence: number
  readonly wakes: number
  /** How often in a row the work has failed, and since when. */
  readonly attempts: number
  readonly failingSince?: Instant
}

/** Gives executions to the engine and tells the workers. */
export async function insert(tx: Transaction, executionIds: readonly ExecutionId[], runAt: Instant): Promise<void> {
  await tx.query(sql.insert, { executionIds, runAt: at(runAt) })
}

/** Takes the leases of at most `limit` executions that are due and that nobody works on. */
export async function claim(
  db: Queryable,
  owner: string,
  now: Instant,
  leasedUntil: Instant,
  limit: number,
): Promise<Lease[]> {
  return db.query<Lease>(sql.claim, { owner, at: at(now), leasedUntil: at(leasedUntil), limit })
}

/** Prolongs leases; gives those that are still the worker's. */
export async function renew(
  db: Queryable,
  owner: string,
  executionIds: readonly ExecutionId[],
  leasedUntil: Instant,
): Promise<ExecutionId[]> {
  const rows = await db.query<{ executionId: ExecutionId }>(sql.renew, {
    owner,
    executionIds,
    leasedUntil: at(leasedUntil),
  })
  return rows.map(({ executionId }) => executionId)
}

/** Ends all leases, so that what a program that was killed worked on goes on at once. Only for who is alone on the database. */
export async function takeBackLeases(db: Queryable): Promise<void> {
  await db.query(sql.takeBack, {})
}

/** A lease that is given back, and what becomes of the work. */
export interface GivenLease extends Pick<Lease, 'executionId' | 'fence' | 'attempts'> {
  /** When the execution is due again; at once when somebody asked for attention since `wakesSeen`. */
  readonly runAt: Instant
  readonly failingSince?: Instant | undefined
  readonly wakesSeen: number
}

/** Gives leases back. One that was lost stays with whoever has it. */
export async function yieldLeases(
  db: Queryable,
  owner: string,
  leases: readonly GivenLease[],
  now: Instant,
): Promise<void> {
  const given = leases.map(({ executionId, fence, attempts, runAt, failingSince, wakesSeen }) => ({
    ...{ executionId, fence, attempts, wakesSeen },
    ...{ runAt: at(runAt), failingSince: at(failingSince) },
  }))
  await db.query(sql.yield, { owner, given: json(given), at: at(now) })
}

/** Takes executions out of the work. One whose lease was lost stays in it. */
export async function remove(db: Queryable, owner: string, leases: readonly Lease[]): Promise<void> {
  await db.query(sql.remove, { owner, ...columnsOf(leases) })
}

/** Asks for attention to executions now. Those that the engine has done with are passed over. */
export async function wake(db: Queryable, executionIds: readonly ExecutionId[], now: Instant): Promise<void> {
  if (executionIds.length > 0) await db.query(sql.wake, { executionIds, at: at(now) })
}

/** When the next execution is due; undefined when there is none. */
export async function nextDue(db: Queryable): Promise<Instant | undefined> {
  const [row] = await db.query<{ at?: Instant }>(sql.nextDue, {})
  return row?.at
}

/** What a worker has to know before it acts. */
export interface Look {
  /** How often attention was asked for. */
  readonly wakes: number
  readonly execution: Execution
  readonly components: readonly Component[]
}

/** Looks at executions; one whose lease is not the worker's any more is not among them. */
export async function look(
  db: Queryable,
  owner: string,
  leases: readonly Lease[],
): Promise<ReadonlyMap<ExecutionId, Look>> {
  type Row = Execution & { wakes: number; parts: readonly Omit<Component, 'executionId'>[] }
  const rows = await db.query<Row>(sql.look, { owner, ...columnsOf(leases) })
  return new Map(
    rows.map(({ wakes, parts, ...execution }) => {
      const executionId = execution.id
      return [executionId, { wakes, execution, components: parts.map((part) => ({ executionId, ...part })) }]
    }),
  )
}

function columnsOf(leases: readonly Lease[]): { executionIds: ExecutionId[]; fences: number[] } {
  return { executionIds: leases.map(({ executionId }) => executionId), fences: leases.map(({ fence }) => fence) }
}

/** How much there is to do, for those who watch. */
export interface Queue {
  readonly due: number
  readonly leased: number
  readonly later: number
  readonly oldestSeconds: number
}

/** How much there is to do now. */
export async function queue(db: Queryable, now: Instant): Promise<Queue> {
  const [row] = await db.query<Queue>(sql.queue, { at: at(now) })
  return row as Queue
}
