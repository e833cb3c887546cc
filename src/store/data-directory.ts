/**
 * The lock of a data directory: one process at a time, also between containers that share the directory.
 *
 * The lock is a Unix socket in the directory that its owner listens on. A socket that nobody listens on was left by a
 * process that died, and is taken over; a process id in a file could not tell that from a living one in another
 * container. The socket is linked into place, so of two processes that start at once only one succeeds.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { access, link, mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { dirname, resolve } from 'node:path'
import { BrokerError } from '../domain/errors.ts'
import { codeOf } from '../domain/error-code.ts'

/** A lock that is held. */
export interface DirectoryLock {
  /** Gives the lock up. May be repeated. */
  release(): Promise<void>
}

/** Takes the lock of a directory, making the directory when it is missing. Throws UNAVAILABLE when another process has it. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await makeDirectory(directory)
  // A socket's path is limited to 107 bytes; through the open directory it is short whatever the directory is called.
  const handle = openSync(directory, 'r')
  const inside = (name: string) => `/proc/self/fd/${handle}/${name}`
  const lock = inside('lock')
  const mine = inside(`lock.${process.pid}.${Date.now().toString(36)}`)
  const server = await listen(mine).catch((error: unknown) => {
    closeSync(handle)
    throw unusable(directory, error)
  })
  try {
    await claim(lock, mine, directory)
  } catch (error) {
    await close(server)
    closeSync(handle)
    throw error
  }
  let released: Promise<void> | undefined
  return {
    release: () =>
      (released ??= rm(lock, { force: true })
        .then(() => close(server))
        .then(() => closeSync(handle))),
  }
}

/** Whether a process has the lock of a directory. Nothing is taken and nothing is made. */
export async function isLocked(directory: string): Promise<boolean> {
  const handle = openSync(directory, 'r')
  try {
    return await somebodyAnswers(`/proc/self/fd/${handle}/lock`)
  } finally {
    closeSync(handle)
  }
}

/** Makes the data directory when it is missing. Throws UNAVAILABLE with what to do when this user may not. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await makePath(resolve(directory))
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(directory, cause)
  }
}

/**
 * Makes a directory with those that it lies in. Not by Node's own `recursive`, which tries for ever where the file system
 * says that a new directory is not there, as that of /proc does.
 */
async function makePath(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' && (await stat(directory)).isDirectory()) return
    const parent = dirname(directory)
    if (code !== 'ENOENT' || (await isThere(parent))) throw error
    await makePath(parent)
    await makePath(directory)
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** What is wrong with a directory, for the operator who has just named it; an error that is not of the directory as it is. */
function unusable(directory: string, cause: unknown): unknown {
  const why = UNUSABLE[codeOf(cause)]
  if (!why) return cause
  const detail = `The data directory ${directory} cannot be used, because ${why}; ${ANOTHER_DIRECTORY}.`
  return new BrokerError('UNAVAILABLE', detail, { cause })
}

/** Free bytes below which a file system counts as full. */
const FULL_BYTES = 1_048_576

/** A failure at the start as a sentence, where the file system of the data directory has no space left: only that matters then. */
export async function becauseFull(directory: string, cause: unknown): Promise<unknown> {
  if (cause instanceof BrokerError) return cause
  const isFull = codeOf(cause) === 'ENOSPC' || (await freeBytes(directory)) < FULL_BYTES
  if (!isFull) return cause
  const detail = `There is no space left for the data directory ${directory}; make room there (df -h), or ${ANOTHER_DIRECTORY}.`
  return new BrokerError('NO_SPACE', detail, { cause })
}

/** Bytes that this user can still write to the file system of a directory; infinite where that is not known. */
export async function freeBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    // Where nothing can be told of the file system, the failure itself is shown.
    return Infinity
  }
}

const ANOTHER_DIRECTORY = 'choose another with --data-directory or BROKER_DATA_DIRECTORY'

const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a read-only file system',
  EEXIST: 'it is a file',
  ENOENT: 'nothing can be made there',
  ENOTDIR: 'a part of its path is a file',
  ENOSPC: 'there is no space left',
}

async function claim(lock: string, mine: string, directory: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await linked(mine, lock)) return
    if (await somebodyAnswers(lock)) throw inUse(directory, lock)
    const aside = `${mine}.old`
    await rename(lock, aside).catch(ignoreMissing)
    // Between the question and the renaming another process may have taken the lock over: then it goes back to it.
    if (await somebodyAnswers(aside)) {
      await rename(aside, lock)
      throw inUse(directory, lock)
    }
    await rm(aside, { force: true })
  }
  throw inUse(directory, lock)
}

function inUse(directory: string, lock: string): BrokerError {
  return new BrokerError(
    'UNAVAILABLE',
    `The data directory ${directory} is in use by another broker; stop that one, or ${ANOTHER_DIRECTORY}.`,
    {
      context: { lock },
    },
  )
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => {
      // Whoever asks may go away before the answer; an error that nobody hears would end the process.
      connection.on('error', () => undefined).end()
    })
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function somebodyAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    // Refused or missing: nobody listens there.
    connection.once('error', () => resolve(false))
  })
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
