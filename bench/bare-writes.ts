/**
 * The baseline of everything that is written: the very rows that the broker wrote, written again without the broker, in
 * as many transactions, through the same driver.
 *
 * They go into copies of the tables that have the same columns and indexes but no foreign keys and no triggers. Rows
 * that were written more than once are there as they were left, so the baseline writes a little less than the broker.
 */
import { groupBy } from '../src/domain/group-by.ts'
import { idSource } from '../src/domain/ids.ts'
import type { Database, Queryable, Transaction } from '../src/store/database.ts'
import type { Statement } from '../src/store/statements.ts'

/** What one offer set, and the executions in it, had written. */
export interface BareWrites {
  readonly transactions: number
  readonly rows: number
  /** Writes it all again, under new ids. */
  readonly again: () => Promise<void>
}

interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
}

interface Insert {
  readonly statement: Statement
  /** The values as text, row after row. */
  readonly values: readonly (string | null)[]
}

const COPIES = 'bare'

/** Looks at what was written for an offer set, or the one of an execution, to write it again in the same database. */
export async function recordWrites(database: Database, id: string): Promise<BareWrites> {
  const offerSetId = await offerSetOf(database, id)
  const columns = groupBy(await columnsOf(database), ({ table }) => table)
  const rowsByWriter = new Map<string, Insert[]>()
  let rowCount = 0
  await database.transaction(async (tx) => {
    await database.script(tx, `create schema ${COPIES}`)
    for (const [table, ofTable] of columns) {
      const found = await rowsOf(tx, table, ofTable, offerSetId)
      if (found.length === 0) continue
      await database.script(tx, `create table ${COPIES}."${table}" (like public."${table}" including all)`)
      rowCount += found.length
      for (const [writer, rows] of groupBy(found, ({ writtenBy }) => writtenBy)) {
        const inserts = rowsByWriter.get(writer) ?? []
        rowsByWriter.set(writer, [
          ...inserts,
          { statement: insertInto(table, ofTable, rows.length), values: rows.flatMap(({ values }) => values) },
        ])
      }
    }
  })
  const executionIds = await executionsOf(database, offerSetId)
  const transactions = [...rowsByWriter.values()]
  return {
    transactions: transactions.length,
    rows: rowCount,
    again: async () => {
      const renew = newIds(offerSetId, executionIds)
      for (const inserts of transactions)
        await database.transaction(async (tx) => {
          for (const { statement, values } of inserts) await tx.query(statement, byName(values, renew))
        })
    },
  }
}

/** The columns that a row is written with; the database gives the others their values. */
async function columnsOf(database: Queryable): Promise<Column[]> {
  return database.query<Column>(
    {
      name: 'bare.columns',
      text: `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
               from pg_class c
               join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
               left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                and a.attidentity = '' and a.attgenerated = ''
                and coalesce(pg_get_expr(d.adbin, d.adrelid), '') not like 'nextval(%'
              order by c.relname, a.attnum`,
      parameters: [],
    },
    {},
  )
}

/** The rows of a table that belong to an offer set, each with the transaction that wrote it. */
async function rowsOf(
  tx: Transaction,
  table: string,
  columns: readonly Column[],
  offerSetId: string,
): Promise<{ writtenBy: string; values: (string | null)[] }[]> {
  const owner = ownerIn(table, columns)
  if (!owner) return []
  const values = columns.map(({ name }) => `"${name}"::text`).join(', ')
  return tx.query(
    {
      name: `bare.rows.${table}`,
      text: `select xmin::text as written_by, array[${values}] as values from public."${table}" where ${owner}`,
      parameters: ['offerSetId'],
    },
    { offerSetId },
  )
}

/** The condition that a row of a table belongs to the offer set `$1`; undefined where rows belong to none. */
function ownerIn(table: string, columns: readonly Column[]): string | undefined {
  if (table === 'offer_set') return 'id = $1::uuid'
  if (columns.some(({ name }) => name === 'offer_set_id')) return 'offer_set_id = $1::uuid'
  if (columns.some(({ name }) => name === 'execution_id'))
    return 'execution_id in (select id from public.execution where offer_set_id = $1::uuid)'
  return undefined
}

async function offerSetOf(database: Queryable, id: string): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    {
      name: 'bare.offerSet',
      text: `select id from public.offer_set
              where id = $1::uuid or id = (select offer_set_id from public.execution where id = $1::uuid)`,
      parameters: ['id'],
    },
    { id },
  )
  if (!row) throw new Error(`there is no offer set and no execution ${id}`)
  return row.id
}

async function executionsOf(database: Queryable, offerSetId: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    {
      name: 'bare.executions',
      text: 'select id from public.execution where offer_set_id = $1::uuid',
      parameters: ['offerSetId'],
    },
    { offerSetId },
  )
  return rows.map(({ id }) => id)
}

function insertInto(table: string, columns: readonly Column[], rows: number): Statement {
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const row = (index: number) =>
    `(${columns.map(({ type }, column) => `$${index * columns.length + column + 1}::${type}`).join(', ')})`
  return {
    name: `bare.insert.${table}.${rows}`,
    text: `insert into ${COPIES}."${table}" (${names}) values ${Array.from({ length: rows }, (_, index) => row(index)).join(', ')}`,
    parameters: Array.from({ length: rows * columns.length }, (_, index) => String(index)),
  }
}

const ids = idSource(Date.now)

/** Gives every id of the recorded rows a new one, wherever it stands. */
function newIds(offerSetId: string, executionIds: readonly string[]): (text: string) => string {
  const fresh = new Map<string, string>([
    [offerSetId, ids.offerSet()],
    ...executionIds.map((id) => [id, ids.execution()] as const),
  ])
  return (text) => {
    let renewed = text
    for (const [old, id] of fresh) if (renewed.includes(old)) renewed = renewed.replaceAll(old, id)
    return renewed
  }
}

function byName(values: readonly (string | null)[], renew: (text: string) => string): Record<string, string | null> {
  return Object.fromEntries(values.map((value, index) => [String(index), value === null ? null : renew(value)]))
}
