/**
 * What the engine still has to do with: one row for each execution, taken by lease.
 *
 * A worker that holds a lease may act for the execution. The fence grows with every lease, so that a worker that was
 * away for longer than its lease cannot give back or remove what another one has taken over.
 */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { kindOfPreparation, type WorkKind } from '../domain/work-kind.ts'
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
  'parked',
  'retry',
])

/** The notification channel that says which execution needs attention. */
export const WORK_CHANNEL = 'work'

/** A lease as it was taken. */
export interface Lease {
  readonly executionId: ExecutionId
  readonly owner: string
  readonly fence: number
  readonly wakes: number
  /** How often in a row a worker went away while it was at it. */
  readonly abandoned: number
  /** Of which kind the work was when the lease was taken. */
  readonly platform: string
  readonly kind: WorkKind
  /** How often in a row the work has failed, and since when. */
  readonly attempts: number
  readonly failingSince?: Instant
  /** What caused the work, where traces are collected. */
  readonly traceparent?: string
}

/** An offer that is accepted, and what caused that, where traces are collected. */
export interface Accepted {
  readonly offer: Execution
  readonly traceparent?: string | undefined
}

/** Gives executions to the engine, each from `runAt` on, and tells the workers. */
export async function insert(
  tx: Transaction,
  accepted: readonly (Accepted & { readonly runAt: Instant })[],
): Promise<void> {
  const works = accepted.map(({ offer: { id, owner, plan }, traceparent, runAt }) => ({
    ...{ executionId: id, owner, platform: plan.platform },
    kind: kindOfPreparation(plan),
    ...{ traceparent, runAt: at(runAt) },
  }))
  await tx.query(sql.insert, { works: json(works) })
}

/** One kind of work on one platform. */
export interface Lane {
  readonly platform: string
  readonly kind: WorkKind
}

/** A lane, and an owner for whom something is done there. */
export interface OwnersLane extends Lane {
  readonly owner: string
}

/** How much of each lane may be taken. */
export interface Rooms {
  /** Of lanes that are not among `left`: of those that bring images and data, and of others. */
  readonly fetches: number
  readonly concurrency: number
  readonly left: readonly (Lane & { readonly room: number })[]
  /** Of each lane, how much is left to owners for whom nothing is done there; those in `busy` get no more of it. */
  readonly spareFetches: number
  readonly spare: number
  readonly busy: readonly OwnersLane[]
}

/** Takes the leases of executions that are due and that nobody works on, as far as there is room in their lanes. */
export async function claim(
  db: Queryable,
  owner: string,
  now: Instant,
  leasedUntil: Instant,
  { fetches, concurrency, left, spareFetches, spare, busy }: Rooms,
): Promise<Lease[]> {
  return db.query<Lease>(sql.claim, {
    ...{
      owner,
      at: at(now),
      leasedUntil: at(leasedUntil),
      limit: concurrency,
      roomToFetch: fetches,
      spareFetches,
      spare,
    },
    busy: busy.map(keyOf),
    platforms: left.map(({ platform }) => platform),
    kinds: left.map(({ kind }) => kind),
    rooms: left.map(({ room }) => room),
  })
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
  /** Of which kind the next work is; undefined when that is not known. */
  readonly kind?: WorkKind | undefined
  /** The reason that the work is parked until somebody asks for another try. */
  readonly parkedFor?: string | undefined
}

/** Gives leases back. One that was lost stays with whoever has it. */
export async function yieldLeases(
  db: Queryable,
  owner: string,
  leases: readonly GivenLease[],
  now: Instant,
): Promise<void> {
  const given = leases.map(({ executionId, fence, attempts, runAt, failingSince, wakesSeen, kind, parkedFor }) => ({
    ...{ executionId, fence, attempts, wakesSeen, kind, parkedFor },
    ...{ runAt: at(runAt), failingSince: at(failingSince) },
  }))
  await db.query(sql.yield, { owner, given: json(given), at: at(now) })
}

/** Takes executions out of the work. One whose lease was lost stays in it. */
export async function remove(db: Queryable, owner: string, leases: readonly Lease[]): Promise<void> {
  await db.query(sql.remove, { owner, ...columnsOf(leases) })
}

/**
 * Asks for attention to executions now; `kind` is that of the work, where it is known. Those that the engine has done with
 * are passed over.
 */
export async function wake(
  db: Queryable,
  executionIds: readonly ExecutionId[],
  now: Instant,
  kind?: WorkKind,
): Promise<void> {
  if (executionIds.length > 0) await db.query(sql.wake, { executionIds, at: at(now), kind: kind ?? null })
}

/** A lane with an owner as one text. The names of platforms and kinds have no space in them. */
const keyOf = ({ platform, kind, owner }: OwnersLane) => `${platform} ${kind} ${owner}`

/** When the next execution is due that is in none of these lanes; undefined when there is none. */
export async function nextDue(
  db: Queryable,
  full: readonly Lane[],
  closed: readonly OwnersLane[] = [],
): Promise<Instant | undefined> {
  const lanes = full.map(({ platform, kind }) => `${platform} ${kind}`)
  const [row] = await db.query<{ at?: Instant }>(sql.nextDue, { lanes, owners: closed.map(keyOf) })
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
  readonly parked: number
  readonly oldestSeconds: number
}

/** Work that was parked. */
export interface ParkedWork extends Lane {
  readonly executionId: ExecutionId
  readonly owner: string
  readonly name?: string
  readonly phase: Execution['phase']
  readonly attempts: number
  readonly failingSince?: Instant
  readonly parkedAt: Instant
  readonly parkedReason: string
}

/** Parked work, the oldest first, at most `limit` of it. */
export async function parked(db: Queryable, limit: number): Promise<ParkedWork[]> {
  return db.query<ParkedWork>(sql.parked, { limit })
}

/** Takes up again what was parked. Gives those that were. */
export async function retry(db: Queryable, executionIds: readonly ExecutionId[], now: Instant): Promise<ExecutionId[]> {
  const rows = await db.query<{ executionId: ExecutionId }>(sql.retry, { executionIds, at: at(now) })
  return rows.map(({ executionId }) => executionId)
}

/** How much there is to do now. */
export async function queue(db: Queryable, now: Instant): Promise<Queue> {
  const [row] = await db.query<Queue>(sql.queue, { at: at(now) })
  return row as Queue
}
