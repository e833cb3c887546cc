/** The files of a simulated volume, which is a directory. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../domain/error-code.ts'

/** The names of the files and directories in it, without links. */
export async function namesIn(directory: string): Promise<string[]> {
  const found = (await readdir(directory, { withFileTypes: true }).catch(whenMissing)) ?? []
  return found.filter((one) => !one.isSymbolicLink()).map(({ name }) => name)
}

/** Bytes in all files of a directory and below. */
export async function bytesIn(directory: string): Promise<number> {
  const found = (await readdir(directory, { withFileTypes: true, recursive: true }).catch(whenMissing)) ?? []
  const files = found.filter((one) => one.isFile())
  const sizes = files.map(async (one) => (await lstat(join(one.parentPath, one.name)).catch(whenMissing))?.size ?? 0)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Nothing for what is not there; any other failure goes on. */
export function whenMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}
