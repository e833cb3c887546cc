/** The databases that benches run on: the embedded one always, a PostgreSQL server when one is named. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { administer } from '../test/support/database.ts'
import { postgresServer } from '../test/support/engines.ts'
import type { Database } from '../src/store/database.ts'
import { openEmbedded } from '../src/store/embedded.ts'
import { migrate } from '../src/store/migrate.ts'
import { openServer } from '../src/store/server.ts'
import type { Reading, Skipped } from './benchmark.ts'
import type { Later } from './cleanly.ts'
import { serveBroker, type ServedBroker } from './served-broker.ts'

/** So many connections have both the broker and the baseline. */
export const CONNECTIONS = 16

/** Where the database of one broker is. */
export interface DatabasePlace {
  readonly kind: 'embedded' | 'server'
  /** What it adds to the configuration of a broker. */
  readonly config: Readonly<Record<string, unknown>>
  /** Opens the database of a broker that was stopped (embedded) or that may still run (server). */
  open(broker: Pick<ServedBroker, 'dataDirectory'>): Promise<Database>
  /** Leaves nothing behind. */
  drop(): Promise<void>
}

/** Measures on each database that is there, and says of the other why not. */
export async function onEachDatabase(
  measure: (kind: DatabasePlace['kind'], place: () => Promise<DatabasePlace>) => Promise<readonly Reading[]>,
): Promise<(Reading | Skipped)[]> {
  const { address, missing } = postgresServer()
  const results: (Reading | Skipped)[] = [...(await measure('embedded', embeddedPlace))]
  if (address) results.push(...(await measure('server', () => serverPlace(address))))
  else results.push({ name: 'server', skipped: missing ?? 'there is no server' })
  return results
}

async function embeddedPlace(): Promise<DatabasePlace> {
  return {
    kind: 'embedded',
    config: {},
    open: ({ dataDirectory }) => openEmbedded(join(dataDirectory, 'database')),
    drop: async () => undefined,
  }
}

/** A database of its own on a PostgreSQL server. */
export async function serverPlace(serverUrl: string): Promise<DatabasePlace> {
  const name = `broker_bench_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    kind: 'server',
    config: { database: { url: url.href, connections: CONNECTIONS } },
    open: () => openServer({ url: url.href, connectionsMax: CONNECTIONS }),
    drop: () => administer(serverUrl, `drop database ${name} with (force)`),
  }
}

/** A broker to measure, and a database of the same kind for the baseline, in which the same was done before. */
export interface BrokerAndBaseline<Result> {
  readonly broker: ServedBroker
  readonly database: Database
  /** What was done, as the broker of that database told it. */
  readonly result: Result
}

/** A database of its own with the schema of this program, which nobody else opens. */
export async function migratedDatabase(makePlace: () => Promise<DatabasePlace>, later: Later): Promise<Database> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-'))
  later(async () => rmSync(dataDirectory, { recursive: true, force: true }))
  const place = await makePlace()
  later(() => place.drop())
  const database = await place.open({ dataDirectory })
  later(() => database.close())
  await migrate(database, Date.now())
  return database
}

/**
 * Serves a broker on a database of its own, lets `use` do something with it, and opens the database. Since nobody else
 * may open an embedded database while its broker runs, that broker is stopped then, and another one is measured.
 */
export async function brokerAndBaseline<Result>(
  makePlace: () => Promise<DatabasePlace>,
  config: Readonly<Record<string, unknown>>,
  later: Later,
  use: (broker: ServedBroker) => Promise<Result>,
): Promise<BrokerAndBaseline<Result>> {
  const { broker, place } = await brokerAt(makePlace, config, later)
  const result = await use(broker)
  const embedded = place.kind === 'embedded'
  if (embedded) await broker.stop()
  const database = await place.open(broker)
  later(() => database.close())
  return { broker: embedded ? (await brokerAt(makePlace, config, later)).broker : broker, database, result }
}

/** A broker on a database of its own, and a client with as many connections as there are clients. */
export async function brokerAt(
  makePlace: () => Promise<DatabasePlace>,
  config: Readonly<Record<string, unknown>>,
  later: Later,
): Promise<{ broker: ServedBroker; place: DatabasePlace; client: Pool }> {
  const place = await makePlace()
  later(() => place.drop())
  const broker = await serveBroker({ ...config, ...place.config })
  later(() => broker.close())
  const client = new Pool(broker.url, { connections: CONNECTIONS })
  later(() => client.close())
  return { broker, place, client }
}
