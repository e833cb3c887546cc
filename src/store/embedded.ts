/**
 * Embedded Postgres (PGlite): in-process, its files in the data directory, for one broker at a time.
 *
 * PGlite does not guard its directory: two processes that open it lose each other's rows. The caller holds the lock of
 * data-directory.ts. It has one connection, so a query outside of an open transaction waits for its end.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'
import { PooledDatabase, READERS, type Database } from './database.ts'

/** An empty, initialised database: starting from it is faster than initdb and needs a third of its memory. */
const SEED = new URL('../../dist/store/seed.tgz', import.meta.url)

/** Opens the database in a directory, or one in memory when none is given. */
export async function openEmbedded(directory?: string): Promise<Database> {
  const fresh = directory === undefined || !existsSync(`${directory}/PG_VERSION`)
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 })
  const pglite = new PGlite({
    ...(directory === undefined ? {} : { dataDir: directory }),
    ...(fresh && existsSync(SEED) ? { loadDataDir: new Blob([await readFile(SEED)]) } : {}),
  })
  await pglite.waitReady
  const pool = new pg.Pool({ ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0, types: READERS } as pg.PoolConfig)
  const pooled = new PooledDatabase(pool)
  return {
    kind: 'embedded',
    query: (statement, parameters) => pooled.query(statement, parameters),
    transaction: (work) => pooled.transaction(work),
    script: (tx, sql) => pooled.script(tx, sql),
    listen: async (channel, heard) => {
      await pglite.listen(channel, heard)
    },
    close: async () => {
      await pooled.end()
      await pglite.close()
    },
  }
}
