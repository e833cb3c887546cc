/** A request out of a file, or from the input. */
import { readFile, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { RequestDocument } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failures.ts'

/** Reads it; `-` is the input. The name of the file says in which notation it is. */
export async function readDocument(file: string): Promise<RequestDocument> {
  const mediaType = file.endsWith('.json') ? 'application/json' : 'application/yaml'
  if (file === '-') return { text: await text(process.stdin), mediaType }
  try {
    return { text: await readFile(file, 'utf8'), mediaType }
  } catch (error) {
    const code = fileCodeOf(error)
    if (code === 'ENOENT') throw new CommandError(`There is no file ${file}.`, EXIT.usage)
    if (code === 'EISDIR') throw new CommandError(`${file} is a directory; name the file with the request.`, EXIT.usage)
    if (code === 'EACCES') throw new CommandError(`The file ${file} may not be read by this user.`, EXIT.usage)
    throw new CommandError(`The file ${file} cannot be read (${code}).`, EXIT.usage)
  }
}

/**
 * True if a word on the command line means a file with a request rather than an image: the input, what is called like
 * one, a path, and every file that is there.
 */
export async function isRequestFile(word: string): Promise<boolean> {
  if (word === '-' || /^[./~]/.test(word) || /\.(ya?ml|json)$/i.test(word)) return true
  return stat(word).then(
    (found) => found.isFile(),
    (error: unknown) => {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(fileCodeOf(error) ?? '')) return false
      throw error
    },
  )
}

/** The code by which the system says why something cannot be done with a file; undefined for any other error. */
export function fileCodeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
