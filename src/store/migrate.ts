/**
 * Brings a database to the schema of this program. Migrations are numbered files that only go forward; each is one
 * transaction, and one process does it at a time.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { componentLifecycle } from '../domain/component-lifecycle.ts'
import { BrokerError } from '../domain/errors.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import type { Lifecycle } from '../domain/transition-table.ts'
import { at, json, type Database, type Queryable, type Transaction } from './database.ts'
import { loadStatements } from './statements.ts'

const sql = loadStatements(import.meta.url, 'migrations.sql', [
  'lock',
  'applied',
  'isThere',
  'record',
  'loadExecutionTransitions',
  'loadComponentTransitions',
])

/** A migration: its number and name from its file name (`0001-foundation.sql`), and its text. */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly text: string
}

/** The migrations of this program, in their order. */
export function migrations(): readonly Migration[] {
  const directory = new URL('migrations/', import.meta.url)
  return numbered(readdirSync(directory)).map(({ file, ...one }) => ({
    ...one,
    text: readFileSync(new URL(file, directory), 'utf8'),
  }))
}

/** The files that are migrations, in their order. Throws when two have one number, of which only one would be applied. */
export function numbered(files: readonly string[]): { number: number; name: string; file: string }[] {
  const found = files
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => ({ number: Number(file.slice(0, 4)), name: file.slice(5, -4), file }))
  const twice = found.find(({ number }, index) => found[index + 1]?.number === number)
  if (twice) throw new Error(`two migrations have the number ${twice.number}; give the newer one the next free number`)
  return found
}

/**
 * Applies what is missing; may be repeated. Throws UNPROCESSABLE when the database was made by a newer program, whose
 * schema this one does not know.
 */
export async function migrate(
  database: Database,
  now: number,
  known: readonly Migration[] = migrations(),
): Promise<void> {
  const done = await database.transaction(async (tx) => {
    await tx.query(sql.lock, {})
    await database.script(tx, readFileSync(new URL('migrations/table.sql', import.meta.url), 'utf8'))
    return tx.query<{ number: number; name: string }>(sql.applied, {})
  })
  const newest = Math.max(0, ...done.map(({ number }) => number))
  const newestKnown = Math.max(0, ...known.map(({ number }) => number))
  if (newest > newestKnown) {
    throw new BrokerError(
      'UNPROCESSABLE',
      `The database has schema ${newest} of a newer broker; this program knows schemas up to ${newestKnown}.`,
    )
  }
  for (const migration of known) await database.transaction((tx) => apply(database, tx, migration, now))
  await database.transaction(loadTransitions)
}

/** The number of the newest migration that was applied; undefined for a database without any. Changes nothing. */
export async function schemaOf(db: Queryable): Promise<number | undefined> {
  const [found] = await db.query<{ there: boolean }>(sql.isThere, {})
  if (!found?.there) return undefined
  return (await db.query<{ number: number }>(sql.applied, {})).at(-1)?.number
}

async function apply(database: Database, tx: Transaction, migration: Migration, now: number): Promise<void> {
  await tx.query(sql.lock, {})
  const done = await tx.query<{ number: number }>(sql.applied, {})
  if (done.some(({ number }) => number === migration.number)) return
  await tx.query(sql.record, { number: migration.number, name: migration.name, at: at(now) })
  await database.script(tx, migration.text)
}

async function loadTransitions(tx: Transaction): Promise<void> {
  await tx.query(sql.lock, {})
  await tx.query(sql.loadExecutionTransitions, { rows: json(transitionRows(executionLifecycle)) })
  await tx.query(sql.loadComponentTransitions, { rows: json(transitionRows(componentLifecycle)) })
}

function transitionRows(machine: Lifecycle<string, string>) {
  return machine.transitions.flatMap(({ event, from, to, cause }) =>
    from.map((phase) => ({ event, from: phase, to, cause })),
  )
}
