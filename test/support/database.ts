/** A migrated database for one test file, on whichever database the suite runs. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Database } from '../../src/store/database.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { migrate, migrations } from '../../src/store/migrate.ts'
import { openServer } from '../../src/store/server.ts'

export interface TestDatabase {
  readonly database: Database
  /** For a second broker on the same database; undefined on the embedded one, which has only one user. */
  readonly url: string | undefined
  /** Closes the database and leaves nothing behind. */
  drop(): Promise<void>
}

/** Which database this run of the suites is on. */
export const onServer = process.env.BROKER_TEST_DATABASE === 'server'

/** Makes a database of its own, with the schema of this program, or of one that knew fewer migrations. */
export async function testDatabase(known = migrations()): Promise<TestDatabase> {
  const made = onServer ? await onTheServer() : await embedded()
  await migrate(made.database, Date.now(), known)
  return made
}

async function embedded(): Promise<TestDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'database-'))
  const database = await openEmbedded(join(directory, 'database'))
  return {
    database,
    url: undefined,
    drop: async () => {
      await database.close()
      rmSync(directory, { recursive: true })
    },
  }
}

async function onTheServer(): Promise<TestDatabase> {
  const temporary = await makeOnServer()
  const database = await openServer({ url: temporary.url, connectionsMax: 10 })
  return {
    database,
    url: temporary.url,
    drop: async () => {
      await database.close()
      await temporary.drop()
    },
  }
}

/** An empty database on the server for a broker that opens it itself; undefined when the suite is on the embedded one. */
export async function temporaryDatabase(): Promise<{ url: string; drop(): Promise<void> } | undefined> {
  return onServer ? makeOnServer() : undefined
}

async function makeOnServer(): Promise<{ url: string; drop(): Promise<void> }> {
  const base = new URL(process.env.BROKER_TEST_DATABASE_URL as string)
  const name = `broker_test_${randomBytes(6).toString('hex')}`
  await administer(base.href, `create database ${name}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => administer(base.href, `drop database ${name} with (force)`) }
}

/** Has a server do something outside of any database of ours. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
