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
  'kept',
  'changes',
  'move',
  'describe',
  'describeOnce',
  'describeWhenOver',
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

/** The components of executions of a platform that failed before an instant, in which results stay. */
export async function kept(db: Queryable, platform: string, before: Instant): Promise<Component[]> {
  return db.query<Component>(sql.kept, { platform, at: at(before) })
}

/** A component that is to be moved, by which event, and what becomes known of it by that. */
export interface WantedMove {
  readonly executionId: ExecutionId
  readonly position: number
  readonly event: ComponentEvent
  readonly detail?: Readonly<Record<string, unknown>>
  /** True where the platform has it back, whatever its phase is. */
  readonly givenBack?: boolean
}

/** A change of phase of a component. */
export interface Change {
  readonly executionId: ExecutionId
  readonly position: number
  readonly event: ComponentEvent
  readonly at: Instant
}

/** The changes of phase of executions' components, each execution's oldest first. */
export async function changes(db: Queryable, executionIds: readonly ExecutionId[]): Promise<Change[]> {
  return db.query<Change>(sql.changes, { executionIds })
}

/**
 * Moves components, each by its event and only if the table allows it from the phase it is in now, and adds `detail` to
 * what is known of those that moved. Of those that are given back it is noted, once. No component is among them twice.
 */
export async function move(db: Queryable, wanted: readonly WantedMove[], now: Instant): Promise<void> {
  if (wanted.length === 0) return
  const executionIds = [...new Set(wanted.map(({ executionId }) => executionId))]
  const moves = json(wanted.map((one) => ({ ...one, detail: one.detail ?? {} })))
  await db.query(sql.move, { executionIds, moves, at: at(now) })
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

/** As `describe`, of what is not known yet: what was there first stays. Gives all that is known then. */
export async function describeOnce<Detail extends Record<string, unknown>>(
  db: Queryable,
  executionId: ExecutionId,
  position: number,
  detail: Detail,
): Promise<Detail> {
  const [known] = await db.query<{ detail: Detail }>(sql.describeOnce, { executionId, position, detail: json(detail) })
  if (!known) throw new Error(`${executionId} has no component ${position}`)
  return known.detail
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
