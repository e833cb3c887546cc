/**
 * The engine of the embedded database, which ends for good at what a PostgreSQL server would restart after, such as a
 * full disk: whoever asks it then waits for ever. Here it is replaced by a new one on the same files.
 */
import { statfs } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'

/** Bytes that have to be free: a segment of the write-ahead log, and a little more. Without them the engine ends or does not start. */
const ROOM_BYTES_MIN = 20 * 1_048_576

/** An error as PostgreSQL reports it. */
class EngineGone extends Error {
  readonly code: string | undefined

  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export class EmbeddedEngine {
  readonly #directory: string
  readonly #heard = new Map<string, (payload: string) => void>()
  #current: Promise<PGlite> | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** A pool with the one connection that there is. */
  pool(settings: pg.PoolConfig): pg.Pool {
    const connection = () => createPgConfig(this.#standIn()).connection
    class Client extends pg.Client {
      constructor(options?: pg.ClientConfig) {
        // The driver takes a connection of another kind in the place of its own.
        super({ ...options, connection: connection() } as pg.ClientConfig)
      }
    }
    return new pg.Pool({ ...settings, max: 1, idleTimeoutMillis: 0, Client })
  }

  /** Starts the engine where it does not run. Throws when it cannot run. */
  async start(): Promise<void> {
    await this.#engine()
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#heard.set(channel, heard)
    await (await this.#engine()).listen(channel, heard)
  }

  async close(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await (await current?.catch(() => undefined))?.close()
  }

  /** Makes sure that there is room for what the engine writes whatever it is asked. Throws with the code of a full disk. */
  async assertRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#directory)
    if (bavail * bsize < ROOM_BYTES_MIN) throw new EngineGone('there is not enough room on the disk', '53100')
  }

  #engine(): Promise<PGlite> {
    const starting = (this.#current ??= this.#begin())
    starting.catch(() => this.#forget(starting))
    return starting
  }

  async #begin(): Promise<PGlite> {
    await this.assertRoom()
    const engine = new PGlite({ dataDir: this.#directory })
    await engine.waitReady
    for (const [channel, heard] of this.#heard) await engine.listen(channel, heard)
    return engine
  }

  #forget(engine: Promise<PGlite>): void {
    if (this.#current === engine) this.#current = undefined
  }

  /** The engine as one connection sees it: one that has ended fails what it is asked, as a lost server does. */
  #standIn(): PGlite {
    const engine = this.#engine()
    let ended: EngineGone | undefined
    const execProtocolStream: PGlite['execProtocolStream'] = async (message, options) => {
      if (ended) throw ended
      const answers = await (await engine).execProtocolStream(message, options)
      const fatal = answers.map((answer) => answer as ReportedError).find(isFatal)
      if (fatal) {
        ended = new EngineGone('the embedded database has ended', fatal.code)
        this.#forget(engine)
      }
      return answers
    }
    // A failure to start is told to the first question, where the driver expects it.
    return { waitReady: engine.then(ignored, ignored), execProtocolStream } as unknown as PGlite
  }
}

const ignored = () => undefined

/** The parts of a message of the database that errors have. */
interface ReportedError {
  readonly severity?: string
  readonly code?: string
}

/** True for an error after which a server ends the connection, and the embedded engine itself. */
function isFatal({ severity }: ReportedError): boolean {
  return severity === 'FATAL' || severity === 'PANIC'
}
