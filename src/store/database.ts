/**
 * The database: one code path for embedded Postgres and for a PostgreSQL server.
 *
 * Rows come back with camelCase names, instants as milliseconds since 1970, and bigint as number (every amount and
 * sequence here stays far below 2^53).
 */
import pg from 'pg'
import { loadStatements, type Statement } from './statements.ts'
import { codeOf } from '../domain/error-code.ts'
import { DatabaseUnavailable, troubleOf } from './cannot-now.ts'

const sql = loadStatements(import.meta.url, 'database.sql', ['mayWrite', 'takeRoom', 'giveRoomBack'])

/** Values by parameter name. An instant is passed as `at(milliseconds)`, an object or array of objects as `json(value)`. */
export type Parameters = Readonly<Record<string, unknown>>

/** Something that runs statements: the database itself, or one transaction. */
export interface Queryable {
  query<Row>(statement: Statement, parameters: Parameters): Promise<Row[]>
}

/** A transaction. A function that takes one must be called inside one. */
export interface Transaction extends Queryable {
  readonly inTransaction: true
}

/** What a database can tell of itself and do, beside running statements. */
export interface Database extends Queryable {
  readonly kind: 'embedded' | 'server'
  /** Runs `work` in one transaction: commits when it returns, rolls back when it throws. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>
  /** Runs a script of several statements without parameters, such as a migration. */
  script(tx: Transaction, sql: string): Promise<void>
  /** Calls `heard` for every notification on a channel; resolves when listening. Notifications can be lost: they are hints. */
  listen(channel: string, heard: (payload: string) => void): Promise<void>
  /** Makes sure that it takes changes. Throws UNAVAILABLE with the reason. */
  assertWritable(): Promise<void>
  /** How many statements were sent so far, with those that begin and end transactions. */
  readonly statementsSent: number
  close(): Promise<void>
}

/** An instant as a parameter. */
export const at = (instant: number | undefined): Date | null => (instant === undefined ? null : new Date(instant))

/** A JSON value as a parameter. */
export const json = (value: unknown): string => JSON.stringify(value)

const TIMESTAMPTZ = 1184
const INT8 = 20
const NUMERIC = 1700

/** How values are read: the driver's own way but for instants and big numbers. */
export const READERS: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === TIMESTAMPTZ)
        return (text: string) => Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
      if (oid === INT8 || oid === NUMERIC) return Number
    }
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown
  },
}

/** The part of a database that is the same for both kinds: a pool of connections. */
export class PooledDatabase implements Queryable {
  readonly #pool: pg.Pool
  /** The place of its files, for the operator. */
  readonly #place: string
  #statementsSent = 0
  /** True when the last trouble was one that lasts, and nothing was written since. */
  #isTroubled = false

  constructor(pool: pg.Pool, place: string) {
    this.#pool = pool
    this.#place = place
    // A server that goes away may say so in the same breath in which it lets a connection in, before whoever waits for
    // the connection has it and listens; an error that nobody hears would end the process. The next statement tells.
    pool.on('connect', (connection) => connection.on('error', () => undefined))
  }

  get statementsSent(): number {
    return this.#statementsSent
  }

  async query<Row>(statement: Statement, parameters: Parameters): Promise<Row[]> {
    this.#statementsSent++
    return this.#withConnection((connection) => run<Row>(connection, statement, parameters))
  }

  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.#withConnection(async (connection) => {
      this.#statementsSent += 2
      await ask(connection, { text: 'begin' })
      try {
        const result = await work(transactionOn(connection, () => this.#statementsSent++))
        await ask(connection, { text: 'commit' })
        return result
      } catch (error) {
        // A lost connection has rolled back by itself; the first error is the one to tell in any case.
        if (!(error instanceof ConnectionLost)) await ask(connection, { text: 'rollback' }).catch(() => undefined)
        throw error
      }
    })
  }

  async script(tx: Transaction, script: string): Promise<void> {
    await ask((tx as PooledTransaction).connection, { text: script })
  }

  async assertWritable(): Promise<void> {
    const [found] = await this.query<{ mayWrite: boolean }>(sql.mayWrite, {})
    if (found?.mayWrite === false) throw this.#unavailable({ code: '25006' })
    if (!this.#isTroubled) return
    // A row that was there already can be changed on a full disk as well, so room is asked for.
    await this.transaction(async (tx) => {
      await tx.query(sql.takeRoom, {})
      await tx.query(sql.giveRoomBack, {})
    })
    this.#isTroubled = false
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }

  /** A statement that fails leaves the connection usable; only a lost connection is thrown away. */
  async #withConnection<Result>(work: (connection: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const connection = await this.#connect()
    let lost: Error | undefined
    const onError = (error: Error) => (lost = error)
    connection.on('error', onError)
    try {
      return await work(connection)
    } catch (error) {
      if (error instanceof ConnectionLost) lost = error
      throw lost || troubleOf(error) ? this.#unavailable(error) : error
    } finally {
      connection.off('error', onError)
      connection.release(lost)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (cause) {
      throw this.#unavailable(cause)
    }
  }

  #unavailable(cause: unknown): DatabaseUnavailable {
    const { detail, lasts } = troubleOf(cause) ?? { detail: 'The database is not answering.', lasts: false }
    if (lasts) this.#isTroubled = true
    // Where the database is, is for its operator only.
    const context = { forOperator: `${detail.replace(/\.$/, '')} (${this.#place}).` }
    return new DatabaseUnavailable(detail, { cause, context })
  }
}

interface PooledTransaction extends Transaction {
  readonly connection: pg.PoolClient
}

function transactionOn(connection: pg.PoolClient, sending: () => void): PooledTransaction {
  return {
    inTransaction: true,
    connection,
    query: (statement, parameters) => {
      sending()
      return run(connection, statement, parameters)
    },
  }
}

async function run<Row>(connection: pg.PoolClient, statement: Statement, parameters: Parameters): Promise<Row[]> {
  const values = statement.parameters.map((name) => {
    if (!Object.hasOwn(parameters, name)) throw new Error(`${statement.name} needs the parameter ${name}`)
    return parameters[name]
  })
  const result = await ask(connection, { name: statement.name, text: statement.text, values, rowMode: 'array' })
  const names = result.fields.map((field) => camelCase(field.name))
  return (result.rows as unknown[][]).map(
    (row) => Object.fromEntries(row.map((value, index) => [names[index], value ?? undefined])) as Row,
  )
}

/** The connection to the database is gone; what was asked may or may not have happened. */
class ConnectionLost extends Error {}

/** SQLSTATE classes that mean that the server is going away (connection exceptions, operator intervention). */
const SERVER_GONE = /^(?:08|57P0)/
/** Severities after which the server ends the connection, whatever the error is. */
const ENDING = ['FATAL', 'PANIC']

/** Asks the database, and tells a lost connection from a statement that failed. */
async function ask(
  connection: pg.PoolClient,
  query: pg.QueryConfig & { rowMode?: 'array' },
): Promise<pg.QueryArrayResult> {
  try {
    return await connection.query(query as pg.QueryArrayConfig)
  } catch (cause) {
    const answered = cause instanceof Error && 'severity' in cause && codeOf(cause) !== ''
    if (answered && !SERVER_GONE.test(codeOf(cause)) && !ENDING.includes(String(cause.severity))) throw cause
    throw new ConnectionLost('the connection to the database was lost', { cause })
  }
}

const camelCases = new Map<string, string>()
function camelCase(name: string): string {
  let known = camelCases.get(name)
  if (known === undefined) {
    known = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    camelCases.set(name, known)
  }
  return known
}
