/**
 * Embedded Postgres (PGlite): in-process, its files in the data directory, for one broker at a time.
 *
 * PGlite does not guard its directory: two processes that open it lose each other's rows. The caller holds the lock of
 * data-directory.ts. It has one connection, so a query outside of an open transaction waits for its end.
 */
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'
import { extract } from 'tar-stream'
import { BrokerError } from '../domain/errors.ts'
import { PooledDatabase, READERS, type Database, type Parameters } from './database.ts'
import type { Statement } from './statements.ts'

/** An empty, initialised database, made by the build: unpacking it takes a third of the memory of initialising one. */
const SEED = new URL('../../dist/store/seed.tgz', import.meta.url)

/** Opens the database in a directory, which is made when it is missing. */
export async function openEmbedded(directory: string): Promise<Database> {
  if (!existsSync(directory)) await plantSeed(directory)
  const pglite = new PGlite({ dataDir: directory })
  await pglite.waitReady
  const pool = new pg.Pool({ ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0, types: READERS })
  const pooled = new PooledDatabase(pool)
  return {
    kind: 'embedded',
    get statementsSent() {
      return pooled.statementsSent
    },
    query: <Row>(statement: Statement, parameters: Parameters) =>
      pooled.query<Row>(statement, parameters).finally(letOthersRun),
    transaction: (work) => pooled.transaction(work).finally(letOthersRun),
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

/**
 * The database answers in this very thread, without letting timers and sockets have their turn in between; whoever asks
 * it again and again would keep everybody else waiting.
 */
const letOthersRun = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Unpacks the seed beside the directory and renames it, so that the directory is there whole or not at all. */
async function plantSeed(directory: string): Promise<void> {
  if (!existsSync(SEED)) {
    throw new BrokerError('UNAVAILABLE', "The seed of the embedded database is not built; run 'npm run build' once.")
  }
  const part = `${directory}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true, mode: 0o700 })
  const archive = extract()
  // A pipe does not hand failures on; without this a damaged file would be waited for without end.
  const fail = (error: Error) => archive.destroy(error)
  createReadStream(SEED).on('error', fail).pipe(createGunzip()).on('error', fail).pipe(archive)
  for await (const entry of archive) {
    const path = join(part, entry.header.name)
    if (entry.header.type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 })
      entry.resume()
    } else {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeFile(path, await buffer(entry), { mode: 0o600 })
    }
  }
  await rename(part, directory)
}
