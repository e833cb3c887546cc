/** Executions, from the offer to what became of it. `move` and `accept` are the only ways to change a phase. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionEvent, ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import { lowestIdAt, type ExecutionId, type OfferSetId } from '../domain/ids.ts'
import type { Cause } from '../domain/transition-table.ts'
import type { Amounts } from '../domain/resources.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import type { LoggedHold } from './ledger.ts'
import { parametersOf, storedPage, type PageMark, type StoredPage, type WantedPage } from './pages.ts'
import type { PoolId } from './pools.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'executions.sql', [
  'find',
  'listOfOfferSets',
  'listOpen',
  'list',
  'listShared',
  'listAny',
  'move',
  'accept',
  'ahead',
  'startEarly',
  'prepareEarly',
  'expire',
  'nextExpiry',
  'lock',
  'start',
  'end',
  'giveBack',
  'lockUnlessBusy',
  'change',
  'rename',
  'history',
  'running',
  'stillHeld',
  'openSetsOf',
  'goingOn',
  'phases',
])

export interface Execution {
  readonly id: ExecutionId
  readonly offerSetId: OfferSetId
  readonly position: number
  readonly owner: string
  readonly name?: string
  readonly description?: string
  readonly phase: ExecutionPhase
  readonly phaseSince: Instant
  readonly createdAt: Instant
  readonly modifiedAt: Instant
  readonly expiresAt: Instant
  readonly plan: ExecutionPlan
  /**
   * The start of the program and of its preparation; undefined before the offer is accepted. The promised start is in
   * the plan: this one is earlier once capacity was found for it.
   */
  readonly startAt?: Instant
  readonly prepareAt?: Instant
  /** The instant at which the program really began. */
  readonly startedAt?: Instant
  /** The instant at which the program has to end; known from the start on, and before it where the start was made earlier. */
  readonly endAt?: Instant
  /** When the program ended. */
  readonly endedAt?: Instant
  readonly exitCode?: number
  readonly givenBackAt?: Instant
  /** When its output and the body of its request left, because their time was over. */
  readonly compactedAt?: Instant
  /** The groups that it is shown to; only where one execution is found by its id. */
  readonly sharedWith?: readonly string[]
}

/** A change of phase that happened. */
export interface Move {
  readonly id: ExecutionId
  readonly fromPhase: ExecutionPhase
  readonly toPhase: ExecutionPhase
}

/** One change in the history of an execution, with who caused it. */
export interface HistoryEntry extends Omit<Move, 'id'> {
  readonly number: number
  readonly event: ExecutionEvent
  readonly at: Instant
  readonly cause: Cause
}

/** The numbers of open offers, and of accepted executions that have not released everything, by their phase. */
export function phases(db: Queryable): Promise<{ readonly phase: ExecutionPhase; readonly count: number }[]> {
  return db.query(sql.phases, {})
}

/** One execution; undefined when there is none. */
export async function find(db: Queryable, id: string): Promise<Execution | undefined> {
  const [row] = await db.query<Execution>(sql.find, { id })
  return row
}

/** The offers of sets, each set's in their order. */
export async function listOfOfferSets(db: Queryable, offerSetIds: readonly OfferSetId[]): Promise<Execution[]> {
  return db.query<Execution>(sql.listOfOfferSets, { offerSetIds })
}

/** The open offers of sets, each set's in their order. */
export async function listOpen(db: Queryable, offerSetIds: readonly OfferSetId[]): Promise<Execution[]> {
  return db.query<Execution>(sql.listOpen, { offerSetIds })
}

/** The most that the clocks of two brokers on one database are expected to differ. */
const CLOCKS_DIFFER_MS = 60_000

/** Which of an owner's executions are listed. */
export interface ListFilter {
  /** Without phases, those that were accepted. */
  readonly phases?: readonly ExecutionPhase[] | undefined
  readonly createdAfter?: Instant | undefined
  /** The name; `*` stands for any text. */
  readonly name?: string | undefined
}

/** Whose things are listed: one's own, those of others that one's groups are shown, or, for operators, anybody's. */
export type Listed =
  | { readonly whose: 'own'; readonly owner: string }
  | { readonly whose: 'shared'; readonly owner: string; readonly groups: readonly string[] }
  /** `owners` is null for everybody. */
  | { readonly whose: 'any'; readonly owners: readonly string[] | null }

/** A page of executions, newest first. */
export async function list(
  db: Queryable,
  { whose, ...of }: Listed,
  filter: ListFilter,
  wanted: WantedPage,
): Promise<StoredPage<Execution>> {
  const statement = { own: sql.list, shared: sql.listShared, any: sql.listAny }[whose]
  const rows = await db.query<Execution & PageMark>(statement, {
    ...of,
    ...parametersOf(wanted),
    phases: filter.phases ?? null,
    createdAfter: at(filter.createdAfter),
    // The ids grow with time, so the index leads to the newest; clocks of several brokers may differ a little.
    lowestId: filter.createdAfter === undefined ? null : lowestIdAt(filter.createdAfter - CLOCKS_DIFFER_MS),
    name: filter.name?.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%') ?? null,
  })
  return storedPage(rows)
}

/** An execution that is to be moved, and by which event. */
export interface WantedMove {
  readonly id: ExecutionId
  readonly event: ExecutionEvent
}

/**
 * Moves executions, each by its event and only if the table allows it from the phase it is in now. No execution is among
 * them twice. Gives those that moved.
 */
export async function moveEach(db: Queryable, wanted: readonly WantedMove[], now: Instant): Promise<Move[]> {
  if (wanted.length === 0) return []
  const [ids, events] = [wanted.map(({ id }) => id), wanted.map(({ event }) => event)]
  return db.query<Move>(sql.move, { ids, events, at: at(now) })
}

/** As `moveEach`, all by one event. */
export async function move(
  db: Queryable,
  ids: readonly ExecutionId[],
  event: ExecutionEvent,
  now: Instant,
): Promise<Move[]> {
  return moveEach(
    db,
    ids.map((id) => ({ id, event })),
    now,
  )
}

/** An offer that is accepted, and when it starts. */
export interface Acceptance {
  readonly id: ExecutionId
  readonly startAt: Instant
  readonly prepareAt: Instant
  /** The program may start from then on when the capacity is free. */
  readonly earliestAt: Instant
  /** The event that follows at once. */
  readonly next?: 'wait' | 'prepare' | undefined
}

/**
 * Accepts offers, each only if it is OFFERED and has not expired, fixes when they start, and withdraws their siblings. The
 * sets are locked. Gives those that were accepted.
 */
export async function accept(tx: Transaction, offers: readonly Acceptance[], now: Instant): Promise<Move[]> {
  if (offers.length === 0) return []
  const rows = offers.map(({ id, startAt, prepareAt, earliestAt, next }) => ({
    ...{ id, next },
    ...{ startAt: at(startAt), prepareAt: at(prepareAt), earliestAt: at(earliestAt) },
  }))
  const moved = await tx.query<Move & { accepted: boolean }>(sql.accept, { offers: json(rows), at: at(now) })
  return moved.filter(({ accepted }) => accepted)
}

/** A change of phase of an offer, with its set. */
export interface OfferMove extends Move {
  readonly offerSetId: OfferSetId
}

/** Ends the open offers of sets whose time is over; the sets are locked. Gives those that ended. */
export async function expire(tx: Transaction, offerSetIds: readonly OfferSetId[], now: Instant): Promise<OfferMove[]> {
  return tx.query<OfferMove>(sql.expire, { offerSetIds, at: at(now) })
}

/** When the next open offer ends; undefined when there is none. */
export async function nextExpiry(db: Queryable): Promise<Instant | undefined> {
  const [row] = await db.query<{ at?: Instant }>(sql.nextExpiry, {})
  return row?.at
}

/** An accepted execution whose start lies ahead and may be earlier, with what it holds of its pool. */
export interface Ahead {
  readonly id: ExecutionId
  readonly offerSetId: OfferSetId
  readonly owner: string
  readonly startAt: Instant
  readonly prepareAt: Instant
  /** The time that its preparation takes as far as that is known, in milliseconds. */
  readonly prepareMs: number
  /** True when everything is prepared, so that it can start at once. */
  readonly isReady: boolean
  readonly holds: readonly LoggedHold[]
}

/**
 * The executions of a pool that could start earlier, or those of them with these ids, the oldest first; only those that
 * what is `free` now suffices for, or all where that is undefined.
 */
export async function listAhead(
  db: Queryable,
  poolId: PoolId,
  free: Amounts | undefined,
  now: Instant,
  limit: number,
  ids?: readonly ExecutionId[],
): Promise<Ahead[]> {
  return db.query<Ahead>(sql.ahead, { poolId, free: free ? json(free) : null, at: at(now), limit, ids: ids ?? null })
}

/** Makes the start of executions that are locked now, each with the instant at which its program has to end. */
export async function startEarly(tx: Transaction, starts: readonly ProgramStart[], now: Instant): Promise<void> {
  const rows = starts.map(({ id, endAt }) => ({ id, endAt: at(endAt) }))
  await tx.query(sql.startEarly, { starts: json(rows), at: at(now) })
}

/** Makes the preparation of executions that are locked begin now. Their start stays. */
export async function prepareEarly(tx: Transaction, ids: readonly ExecutionId[], now: Instant): Promise<void> {
  await tx.query(sql.prepareEarly, { ids, at: at(now) })
}

/** A program that begins now, and when it has to end. */
export interface ProgramStart {
  readonly id: ExecutionId
  readonly endAt: Instant
}

/**
 * Notes that programs begin now and when they have to end, once; repeating changes nothing. Gives those executions, which
 * are locked, that this has moved.
 */
export async function start(tx: Transaction, starts: readonly ProgramStart[], now: Instant): Promise<Move[]> {
  if (starts.length === 0) return []
  const rows = starts.map(({ id, endAt }) => ({ id, endAt: at(endAt) }))
  return tx.query<Move>(sql.start, { starts: json(rows), at: at(now) })
}

/** A program that ended, and its exit code where it is known. */
export interface ProgramEnd {
  readonly id: ExecutionId
  readonly endedAt: Instant
  readonly exitCode: number | undefined
  /** The event that moves the execution, if its phase allows it. */
  readonly event?: 'finish' | 'fail'
}

/**
 * Notes when programs ended, and their exit codes. Each is noted once; repeating changes nothing, nor does an instant
 * for one that never started. Gives those executions that this has moved.
 */
export async function end(db: Queryable, ends: readonly ProgramEnd[], now: Instant): Promise<Move[]> {
  const rows = ends.map((one) => ({ ...one, endedAt: at(one.endedAt) }))
  return db.query<Move>(sql.end, { ends: json(rows), at: at(now) })
}

/**
 * Notes that the platform has everything back of executions, once, and completes those that were releasing it; repeating
 * changes nothing. Gives those that were not noted before, with the phase that is their last.
 */
export async function noteGivenBack(db: Queryable, ids: readonly ExecutionId[], now: Instant): Promise<Move[]> {
  return db.query<Move>(sql.giveBack, { ids, at: at(now) })
}

/** Waits until nobody else changes executions, and keeps others from them to the end of the transaction. Gives them as they are. */
export async function lock(tx: Transaction, ids: readonly ExecutionId[]): Promise<Execution[]> {
  return tx.query<Execution>(sql.lock, { ids })
}

/** As `lock`, without waiting: gives the execution as it is, or undefined when somebody else has it locked or it is not there. */
export async function lockUnlessBusy(tx: Transaction, id: ExecutionId): Promise<Execution | undefined> {
  const [row] = await tx.query<Execution>(sql.lockUnlessBusy, { id })
  return row
}

/** Changes what is promised, and when a program that runs has to end. The execution is locked. */
export async function change(
  tx: Transaction,
  id: ExecutionId,
  plan: ExecutionPlan,
  endAt: Instant | undefined,
  now: Instant,
): Promise<void> {
  await tx.query(sql.change, { id, plan: json(plan), endAt: at(endAt), at: at(now) })
}

/** Changes the name or the description. */
export async function rename(
  db: Queryable,
  id: ExecutionId,
  change: { name?: string; description?: string },
  now: Instant,
): Promise<void> {
  await db.query(sql.rename, { id, name: change.name ?? null, description: change.description ?? null, at: at(now) })
}

/** The changes of phase of an execution, oldest first. */
export async function history(
  db: Queryable,
  ids: readonly ExecutionId[],
): Promise<(HistoryEntry & { readonly executionId: ExecutionId })[]> {
  return ids.length === 0 ? [] : db.query(sql.history, { ids })
}

/** The executions whose program should be running on a platform. */
export async function running(db: Queryable, platform: string): Promise<ExecutionId[]> {
  return (await db.query<{ id: ExecutionId }>(sql.running, { platform })).map(({ id }) => id)
}

/** Which of these executions exist and have not given everything back. */
export async function stillHeld(db: Queryable, ids: readonly ExecutionId[]): Promise<ReadonlySet<ExecutionId>> {
  return new Set((await db.query<{ id: ExecutionId }>(sql.stillHeld, { ids })).map(({ id }) => id))
}

/** Offer sets of an owner that have open offers, at most so many. */
export async function openSetsOf(db: Queryable, owner: string, limit: number): Promise<OfferSetId[]> {
  const rows = await db.query<{ offerSetId: OfferSetId }>(sql.openSetsOf, { owner, limit })
  return rows.map(({ offerSetId }) => offerSetId)
}

/** Accepted executions of an owner whose program has not ended, at most so many. */
export async function goingOn(db: Queryable, owner: string, limit: number): Promise<ExecutionId[]> {
  return (await db.query<{ id: ExecutionId }>(sql.goingOn, { owner, limit })).map(({ id }) => id)
}
