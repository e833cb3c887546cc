/** What was said about executions while they lived, and the one ordered list of everything that happened to one. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Message, MessageName } from '../domain/message.ts'
import { at, json, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'messages.sql', ['add', 'addAll', 'leaveOut', 'list', 'events'])

/** A message with its place: the component concerned, or none for the execution itself. */
export interface PlacedMessage extends Message {
  readonly executionId: ExecutionId
  readonly position?: number
}

/** Something that happened to an execution. Numbers grow in the order of the events of one execution. */
export interface ExecutionHappening {
  readonly number: number
  readonly type: 'phase' | 'message'
  readonly at: Instant
  readonly position?: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Says something. A `key` makes it take the place of the last message with that key at the same component. */
export async function add(
  db: Queryable,
  executionId: ExecutionId,
  position: number | undefined,
  said: Message,
  key?: string,
): Promise<void> {
  await db.query(sql.add, {
    executionId,
    position: position ?? null,
    key: key ?? null,
    at: at(said.at),
    name: said.name,
    level: said.level,
    template: said.template,
    values: json(said.values),
    text: said.text,
  })
}

/** Says something about each of some executions that are locked, all at one instant. */
export async function addAll(
  tx: Transaction,
  all: readonly { readonly executionId: ExecutionId; readonly said: Message }[],
): Promise<void> {
  const [first] = all
  if (!first) return
  const said = all.map(({ executionId, said: { name, level, template, values, text } }) => ({
    executionId,
    name,
    level,
    template,
    values,
    text,
  }))
  await tx.query(sql.addAll, { said: json(said), at: at(first.said.at) })
}

/** Removes the earliest messages with some names about an execution beyond the most that are kept; true if there were any. */
export async function leaveOut(
  tx: Transaction,
  executionId: ExecutionId,
  names: readonly MessageName[],
  most: number,
): Promise<boolean> {
  return (await tx.query(sql.leaveOut, { executionId, names, most })).length > 0
}

/** What was said about executions, oldest first. */
export async function list(db: Queryable, executionIds: readonly ExecutionId[]): Promise<PlacedMessage[]> {
  return db.query<PlacedMessage>(sql.list, { executionIds })
}

/** What happened to an execution after an event number, at most `limit` of it, in order. */
export async function happenings(
  db: Queryable,
  executionId: ExecutionId,
  after: number,
  limit: number,
): Promise<ExecutionHappening[]> {
  return db.query<ExecutionHappening>(sql.events, { executionId, after, limit })
}
