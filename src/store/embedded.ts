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
import { extract } from 'tar-stream'
import { codeOf, isDiskFull } from '../domain/error-code.ts'
import { BrokerError } from '../domain/errors.ts'
import { EmbeddedEngine } from './embedded-engine.ts'
import { DatabaseUnavailable } from './cannot-now.ts'
import { PooledDatabase, READERS, type Database, type Parameters } from './database.ts'
import type { Statement } from './statements.ts'

/** An empty, initialised database, made by the build: unpacking it takes a third of the memory of initialising one. */
const SEED = new URL('../../dist/store/seed.tgz', import.meta.url)

/** Opens the database in a directory, which is made when it is missing. Throws UNAVAILABLE for a full disk. */
export async function openEmbedded(directory: string): Promise<Database> {
  const engine = new EmbeddedEngine(directory)
  await unlessFull(directory, async () => {
    if (!existsSync(directory)) await plantSeed(directory)
    await engine.start()
  })
  const pooled = new PooledDatabase(engine.pool({ types: READERS }), directory)
  return {
    kind: 'embedded',
    get statementsSent() {
      return pooled.statementsSent
    },
    query: <Row>(statement: Statement, parameters: Parameters) =>
      pooled.query<Row>(statement, parameters).finally(letOthersRun),
    transaction: (work) => pooled.transaction(work).finally(letOthersRun),
    script: (tx, sql) => pooled.script(tx, sql),
    assertWritable: async () => {
      await unlessFull(directory, () => engine.assertRoom())
      await pooled.assertWritable()
    },
    listen: (channel, heard) => engine.listen(channel, heard),
    close: async () => {
      await pooled.end()
      await engine.close()
    },
  }
}

async function unlessFull(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    if (!isDiskFull(cause) && codeOf(cause) !== '53100') throw cause
    const context = { forOperator: `The disk of ${directory} is full; free space there, and try again.` }
    throw new DatabaseUnavailable('The disk of the database is full; try again later.', { cause, context })
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
