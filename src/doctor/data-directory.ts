/** Whether the data directory can be used and has room. Nothing is made or written in it. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { about, type Finding } from './finding.ts'

const { ok, warning, problem } = about('data directory')
const ELSEWHERE = 'choose another with dataDirectory (BROKER_DATA_DIRECTORY)'

const MIB = 1_048_576
/** Below so much space a broker is about to fail, or should be looked after; in bytes. */
const SPACE = { problem: 64 * MIB, warning: 1_024 * MIB }
/** The same for files that can still be made. */
const FILES = { problem: 100, warning: 10_000 }

/** What a file system has left. */
export interface Room {
  readonly freeBytes: number
  /** How many files can be made; undefined for a file system that does not count them. */
  readonly freeFiles: number | undefined
}

/** Looks at the data directory. */
export async function examineDataDirectory(directory: string): Promise<Finding[]> {
  const place = resolve(directory)
  const there = await nearestThere(place)
  const isDirectory = (await stat(there)).isDirectory()
  if (!isDirectory) return [problem(`${there} is a file, so ${place} cannot be used.`, `Remove it, or ${ELSEWHERE}.`)]
  if (!(await mayBeWritten(there)))
    return [problem(`This user may not write to ${there}.`, `Let the user of the broker write there, or ${ELSEWHERE}.`)]
  const found = there === place ? `${place} can be written to.` : `${place} will be made at the first start.`
  const { bavail, bsize, files, ffree } = await statfs(there)
  return [ok(found), ...roomOf({ freeBytes: bavail * bsize, freeFiles: files > 0 ? ffree : undefined })]
}

/** What is to be said of the room that is left. Pure. */
export function roomOf({ freeBytes, freeFiles }: Room): Finding[] {
  const space = judged(freeBytes, SPACE, `There are ${Math.floor(freeBytes / MIB)} MiB of free space.`)
  if (freeFiles === undefined) return [space]
  return [space, judged(freeFiles, FILES, `There is room for ${freeFiles} more files.`)]
}

function judged(left: number, limits: { problem: number; warning: number }, found: string): Finding {
  const advice = `Free some, let less be kept (retention), or ${ELSEWHERE}.`
  if (left < limits.problem) return problem(found, advice)
  return left < limits.warning ? warning(found, advice) : ok(found)
}

/** The path, or the nearest of what it lies in that is there. */
async function nearestThere(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  const parent = dirname(path)
  return isThere || parent === path ? path : nearestThere(parent)
}

function mayBeWritten(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}
