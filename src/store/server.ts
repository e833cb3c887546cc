/** A PostgreSQL server (14 or later), for production: any number of brokers on one database. */
import pg from 'pg'
import { BrokerError } from '../domain/errors.ts'
import { PooledDatabase, READERS, type Database } from './database.ts'
import { codeOf } from '../domain/error-code.ts'
import { DatabaseUnavailable, troubleOf } from './cannot-now.ts'
import { FACTS, unfit, type ServerFacts } from './fits.ts'

const LISTEN_RETRY_MS = 1_000
const CONNECT_WITHIN_MS = 10_000

interface ServerOptions {
  /** postgres://user@host/database */
  readonly url: string
  readonly connectionsMax: number
  /** Told of trouble with a connection, which is opened again by itself. */
  readonly onTrouble?: (error: unknown) => void
  /** Told that the listening connection is there again after it was lost. */
  readonly onBack?: () => void
}

/** Opens a pool of connections. Throws UNAVAILABLE when the server does not answer, UNPROCESSABLE when a broker cannot use the database. */
export async function openServer(options: ServerOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'execution-broker',
    types: READERS,
  })
  // An idle connection that breaks is replaced by the pool; the next query tells whether the server is there.
  pool.on('error', (error) => options.onTrouble?.(error))
  await requireFit(pool, options.url)
  const pooled = new PooledDatabase(pool, placeOf(options.url))
  const listener = new Listener(options)
  return {
    kind: 'server',
    get statementsSent() {
      return pooled.statementsSent
    },
    query: (statement, parameters) => pooled.query(statement, parameters),
    transaction: (work) => pooled.transaction(work),
    script: (tx, sql) => pooled.script(tx, sql),
    assertWritable: () => pooled.assertWritable(),
    listen: (channel, heard) => listener.listen(channel, heard),
    close: async () => {
      await listener.close()
      await pooled.end()
    },
  }
}

async function requireFit(pool: pg.Pool, url: string): Promise<void> {
  try {
    const { rows } = await pool.query<ServerFacts>(FACTS)
    const why = unfit(rows[0] as ServerFacts)
    if (why !== undefined) throw new BrokerError('UNPROCESSABLE', why)
  } catch (cause) {
    await pool.end()
    if (cause instanceof BrokerError) throw cause
    throw new DatabaseUnavailable(whyAway(cause, url), { cause })
  }
}

/** The address of a server, without the user and the password that are in its URL. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'a database server'
  const { hostname, port } = new URL(url)
  return `the database server at ${hostname || 'localhost'}:${port || '5432'}`
}

/** Why a database cannot be had, for the operator who has just named it: without the password that is in its URL. */
function whyAway(cause: unknown, url: string): string {
  const check = 'check database.url (BROKER_DATABASE_URL)'
  if (!URL.canParse(url)) return `The database is not given as postgres://user@host/database; ${check}.`
  const { pathname, username } = new URL(url)
  const code = codeOf(cause)
  if (code === '3D000') return `The database server has no database ${pathname.slice(1)}; create it, or ${check}.`
  if (code === '28P01' || code === '28000')
    return `The database server refuses the user ${username || 'of the broker'} or the password; ${check}.`
  if (/CERT|SIGNATURE/.test(code))
    return `The certificate of ${placeOf(url)} is not trusted (${code}); name the file of its authority in NODE_EXTRA_CA_CERTS, or ${check}.`
  if (cause instanceof Error && cause.message.includes('does not support SSL'))
    return `T${placeOf(url).slice(1)} speaks no TLS; turn it on there (ssl = on), or leave sslmode out of database.url (BROKER_DATABASE_URL).`
  const trouble = troubleOf(cause)
  if (trouble) return `${trouble.detail.split(';', 1)[0]} (${placeOf(url)}); wait, or ${check}.`
  return `T${placeOf(url).slice(1)} does not answer; start it, or ${check}.`
}

/** One connection that only listens, opened again when it breaks. */
class Listener {
  readonly #options: ServerOptions
  readonly #heard = new Map<string, (payload: string) => void>()
  #client: pg.Client | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ServerOptions) {
    this.#options = options
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#heard.set(channel, heard)
    if (this.#client) await this.#client.query(`listen ${pg.escapeIdentifier(channel)}`)
    else await this.#connect()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  /** Throws UNAVAILABLE. */
  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'execution-broker listener',
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
    })
    client.on('notification', ({ channel, payload }) => this.#heard.get(channel)?.(payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, undefined))
    try {
      await client.connect()
      for (const channel of this.#heard.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (cause) {
      void client.end()
      throw new DatabaseUnavailable('The database is not answering.', { cause })
    }
    if (this.#closed) return client.end()
    this.#client = client
  }

  /** One that never listened is told of by who connected it. */
  #lost(client: pg.Client, error: unknown): void {
    if (client !== this.#client) return
    this.#client = undefined
    this.#reconnectAfter(error)
  }

  #reconnectAfter(error: unknown): void {
    if (this.#closed) return
    if (error) this.#options.onTrouble?.(error)
    this.#retry = setTimeout(() => {
      this.#connect().then(
        () => this.#options.onBack?.(),
        (cause: unknown) => this.#reconnectAfter(cause),
      )
    }, LISTEN_RETRY_MS)
  }
}
