/**
 * Holds data on the disk of the broker for a moment: a platform has to know the size of a file before its first byte,
 * and some sources do not tell it.
 */
import { randomUUID } from 'node:crypto'
import { open, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { BrokerError } from '../domain/errors.ts'
import { isDiskFull } from '../domain/error-code.ts'

/**
 * Takes all bytes into a file in the directory and lets `use` read them back; gives what `use` gives. Nothing is left,
 * whatever happens: the file has no name any more before its first byte is written, so the system takes it back when
 * this program ends, too. Throws NO_SPACE.
 */
export async function spool<Result>(
  directory: string,
  bytes: AsyncIterable<Buffer>,
  use: (content: Readable) => Promise<Result>,
): Promise<Result> {
  const file = await openNameless(directory)
  try {
    await writeFile(file, bytes)
    const content = file.createReadStream({ start: 0 })
    try {
      return await use(content)
    } finally {
      content.destroy() // A file is not closed while one of its streams is open.
    }
  } catch (error) {
    if (!isDiskFull(error)) throw error
    throw new BrokerError('NO_SPACE', 'the broker has no room to hold data of unknown size', { cause: error })
  } finally {
    await file.close()
  }
}

async function openNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, randomUUID())
  const file = await open(path, 'wx+', 0o600)
  try {
    await rm(path)
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}
