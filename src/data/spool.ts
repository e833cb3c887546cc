/**
 * Spool: holds data on the disk of the broker for a moment, because a platform has to know the size of a file before its
 * first byte, and some sources do not tell it.
 */
import { randomUUID } from 'node:crypto'
import { open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isDiskFull } from '../domain/error-code.ts'
import { diskFull, SpoolRoom, type SpoolLimits } from './spool-room.ts'

/** Data to be held. */
export interface Spooled {
  readonly owner: string
  readonly bytes: AsyncIterable<Buffer>
  /** Bytes that the source gives at most before it fails. */
  readonly bytesMax: number
  readonly signal: AbortSignal
}

export class Spool {
  readonly #directory: string
  readonly #room: SpoolRoom

  /** A spool in a directory that is there, on a disk that `freeBytes` asks. */
  constructor(directory: string, limits: SpoolLimits, freeBytes: () => Promise<number>) {
    this.#directory = directory
    this.#room = new SpoolRoom(limits, freeBytes)
  }

  /** Removes files that a program left which ended just when it had made them. Other brokers may use the directory meanwhile. */
  async tidy(): Promise<void> {
    const left = (await readdir(this.#directory)).filter((name) => name.endsWith(SUFFIX))
    await Promise.all(left.map((name) => rm(join(this.#directory, name), { force: true })))
  }

  /**
   * Takes all bytes into a file and lets `use` read them back; gives what `use` gives. Nothing is left, whatever happens: the
   * file has no name any more before its first byte is written, so the system takes it back when this program ends, too.
   * Throws NO_SPACE, SPOOL_FULL and the reason of the signal.
   */
  async hold<Result>(spooled: Spooled, use: (content: Readable) => Promise<Result>): Promise<Result> {
    const claim = this.#room.enter(spooled.owner, spooled.bytesMax)
    try {
      const file = await orDiskFull(openNameless(this.#directory))
      try {
        await this.#take(file, spooled, (bytes) => this.#room.grow(claim, bytes, spooled.signal))
        return await readBack(file, use)
      } finally {
        await file.close()
      }
    } finally {
      this.#room.leave(claim)
    }
  }

  async #take(file: FileHandle, { bytes }: Spooled, makeRoom: (bytes: number) => Promise<void>): Promise<void> {
    let taken = 0
    for await (const chunk of bytes) {
      taken += chunk.length
      await makeRoom(taken)
      await orDiskFull(file.appendFile(chunk))
    }
  }
}

const SUFFIX = '.spooled'

async function readBack<Result>(file: FileHandle, use: (content: Readable) => Promise<Result>): Promise<Result> {
  const content = file.createReadStream({ start: 0 })
  try {
    return await use(content)
  } finally {
    content.destroy() // A file is not closed while one of its streams is open.
  }
}

async function orDiskFull<Result>(doing: Promise<Result>): Promise<Result> {
  try {
    return await doing
  } catch (error) {
    throw isDiskFull(error) ? diskFull('the disk of the broker is full', error) : error
  }
}

async function openNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, `${randomUUID()}${SUFFIX}`)
  const file = await open(path, 'wx+', 0o600)
  try {
    await rm(path, { force: true })
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}
