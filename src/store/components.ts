/** The components of accepted executions. `move` is the only way to change a phase. */
import type { ComponentEvent, ComponentPhase } from '../domain/component-lifecycle.ts'
import type { Instant } from '../domain/dates.ts'
import type { ComponentFamily, ComponentPlace } from '../domain/execution-plan.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'components.sql', [
  'accept',
  'list',
  'changes',
  'move',
  'describe',
  'describeWhenOver',
  'giveBack',
])

export interface Component {
  readonly executionId: ExecutionId
  readonly position: number
  readonly family: ComponentFamily
  readonly phase: ComponentPhase
  readonly phaseSince: Instant
  readonly detail: Readonly<Record<string, unknown>>
  readonly givenBackAt?: Instant
}

/** Makes the components of executions whose offers this transaction has accepted. */
export async function accept(
  tx: Transaction,
  places: readonly (ComponentPlace & { readonly executionId: ExecutionId })[],
  now: Instant,
): Promise<void> {
  await tx.query(sql.accept, { components: json(places), at: at(now) })
}

/** The components of executions, each execution's in their order. */
export async function list(db: Queryable, executionIds: readonly ExecutionId[]): Promise<Component[]> {
  return db.query<Component>(sql.list, { executionIds })
}

/** The changes of phase of an execution's components, oldest first. */
export async function changes(
  db: Queryable,
  executionId: ExecutionId,
): Promise<{ readonly position: number; readonly event: ComponentEvent; readonly at: Instant }[]> {
  return db.query(sql.changes, { executionId })
}

/**
 * Moves components by one event, each only if the table allows it from the phase it is in now, and adds `detail` to what
 * is known of those that moved. Gives their positions.
 */
export async function move(
  db: Queryable,
  executionId: ExecutionId,
  positions: readonly number[],
  event: ComponentEvent,
  now: Instant,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<number[]> {
  if (positions.length === 0) return []
  const parameters = { executionId, positions, event, at: at(now), detail: json(detail) }
  const moved = await db.query<{ position: number }>(sql.move, parameters)
  return moved.map(({ position }) => position)
}

/** Adds to what is known of a component. */
export async function describe(
  db: Queryable,
  executionId: ExecutionId,
  position: number,
  detail: Record<string, unknown>,
): Promise<void> {
  await db.query(sql.describe, { executionId, position, detail: json(detail) })
}

/** As `describe`, for a running execution whose time is over; false when it is not, because it has just got longer or has ended. */
export async function describeWhenOver(
  db: Queryable,
  executionId: ExecutionId,
  position: number,
  detail: Record<string, unknown>,
  now: Instant,
): Promise<boolean> {
  const parameters = { executionId, position, detail: json(detail), at: at(now) }
  return (await db.query(sql.describeWhenOver, parameters)).length > 0
}

/** Notes that the platform has these components back. Noted once; repeating changes nothing. */
export async function noteGivenBack(
  db: Queryable,
  executionId: ExecutionId,
  positions: readonly number[],
  now: Instant,
): Promise<void> {
  if (positions.length > 0) await db.query(sql.giveBack, { executionId, positions, at: at(now) })
}
