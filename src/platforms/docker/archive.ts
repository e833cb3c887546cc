/** Files in and out of a container's file system, through the archive API: whole tar archives, and what a path is. */
import { posix } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack, type Pack } from 'tar-stream'
import type { Clock } from '../../domain/clock.ts'
import type { VolumeFile, VolumeNames } from '../platform.ts'
import type { PathStat } from './engine-answers.ts'
import { readJson, unreadable, type EngineClient } from './engine-client.ts'
import { pathStat } from './answer-shapes.ts'

export type ArchiveEntry = Parameters<Pack['entry']>[0]

/** An archive of directories, links and empty files. */
export async function archiveOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const entry of entries) archive.entry(entry, '')
  return whole(archive)
}

/** An archive of files by their paths. */
export async function filesArchive(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
  return whole(archive)
}

async function whole(archive: Pack): Promise<Buffer> {
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The directories that a path lies in, outermost first, as entries of an archive. */
export function parentsOf(path: string): ArchiveEntry[] {
  return directoriesTo(posix.dirname(path))
}

/** A directory and those that it lies in, outermost first, as entries of an archive. */
export function directoriesTo(directory: string): ArchiveEntry[] {
  const parts = directory.split('/').filter((part) => part !== '' && part !== '.')
  return parts.map((_, index) => ({ type: 'directory', name: parts.slice(0, index + 1).join('/'), mode: 0o755 }))
}

/** Unpacks an archive into a directory of a container. */
export async function putArchive(
  client: EngineClient,
  container: string,
  directory: string,
  archive: Buffer,
  doing: string,
): Promise<void> {
  await client.ask({
    method: 'PUT',
    path: `/containers/${container}/archive`,
    query: { path: directory },
    archive,
    doing,
    timeoutMs: 0,
  })
}

/** How long an engine may take to notice that an archive has ended too early, in milliseconds. */
const CUT_SHORT_MS = 10_000

/**
 * Puts a file of any size into a directory of a container, as it comes. The content is destroyed when that fails.
 *
 * When the content breaks off or is not wanted any more, the archive ends there and the engine is waited for. Podman
 * hands archives to a program of its own, which could otherwise still write after the same file was begun anew.
 */
export async function putFile(
  client: EngineClient,
  clock: Clock,
  container: string,
  directory: string,
  file: VolumeFile,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const { content, path, sizeBytes, writable = false } = file
  const archive = pack()
  for (const parent of parentsOf(path)) archive.entry(parent)
  const entry = archive.entry({ name: path, size: sizeBytes, mode: writable ? 0o666 : 0o644 })

  let answered = false
  let sourceFault: Error | undefined
  const source = exactly(content, sizeBytes, (error) => {
    // Once the engine has answered the source is broken off from here, and that is no fault of its own.
    if (!answered) sourceFault = error
  })
  const patience = new AbortController()
  let hurry: (() => void) | undefined
  const filled = pipeline(source, entry, { signal }).then(
    () => archive.finalize(),
    (error: unknown) => {
      archive.destroy(error as Error)
      hurry = clock.at(clock.now() + CUT_SHORT_MS, () => patience.abort(error))
      throw error
    },
  )
  const sent = client
    .ask({
      method: 'PUT',
      path: `/containers/${container}/archive`,
      query: { path: directory },
      archive: asFarAsItGoes(archive),
      doing: `writing the file ${path}`,
      timeoutMs: 0,
      signal: patience.signal,
    })
    .finally(() => {
      answered = true
      content.destroy()
    })
  const [filling, sending] = await Promise.allSettled([filled, sent])
  hurry?.()
  signal.throwIfAborted()
  if (sourceFault !== undefined) throw sourceFault
  if (sending.status === 'rejected') throw sending.reason
  if (filling.status === 'rejected') throw filling.reason
}

/** The bytes of an archive, which end where filling it failed. Why it did is told by the filling. */
function asFarAsItGoes(archive: Pack): Readable {
  const bytes = new PassThrough()
  archive.on('data', (chunk) => {
    if (!bytes.write(chunk)) archive.pause()
  })
  bytes.on('drain', () => archive.resume())
  archive.on('error', () => undefined)
  archive.on('close', () => bytes.end())
  // Whoever reads them may stop doing so, with or without an error; it is the one to tell.
  bytes.on('error', () => undefined)
  bytes.on('close', () => archive.destroy())
  return bytes
}

/** What a path in a container is; undefined when there is nothing. A link is told of even when it leads nowhere. */
export async function statPath(client: EngineClient, container: string, path: string): Promise<PathStat | undefined> {
  const { headers } = await client.ask({
    method: 'HEAD',
    path: `/containers/${container}/archive`,
    query: { path },
    doing: `looking at ${path}`,
    // Podman says so of a link that leads nowhere, too, and yet describes the link.
    answers: [404],
  })
  // One that is there twice says the same twice.
  const [stat] = [headers['x-docker-container-path-stat']].flat()
  if (stat === undefined) return undefined
  const said = readJson(Buffer.from(stat, 'base64').toString())
  if (!pathStat(said)) throw unreadable(`looking at ${path}`)
  return said
}

/** The bits of Go's `os.FileMode` that are set for whatever is no regular file. */
const NO_FILE_BITS = 0x8f28_0000

/** The bit of a symbolic link. */
const SYMBOLIC_LINK = 2 ** 27

/** Whether it is a file, and no directory, link or device. Of a link in a volume, Podman tells what it leads to there. */
export function isFile({ mode }: PathStat): boolean {
  return (mode & NO_FILE_BITS) === 0
}

/** True for a symbolic link; the modes of Go have 32 bits, of which the bit operators take the first for a sign. */
export function isLink({ mode }: PathStat): boolean {
  return Math.floor(mode / SYMBOLIC_LINK) % 2 === 1
}

/** The bytes of a file in a container, as they come. */
export function getFile(client: EngineClient, container: string, path: string, signal: AbortSignal): Readable {
  return Readable.from(read(), { objectMode: false })

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    const archive = extract()
    const question = { path: `/containers/${container}/archive`, query: { path }, doing: `reading the file ${path}` }
    // The failure reaches whoever reads the archive, which ends with it.
    const filling = pipeline(client.open({ ...question, signal }), archive).catch(() => undefined)
    try {
      for await (const entry of archive) {
        if (entry.header.type === 'file') yield* entry as AsyncIterable<Buffer>
        else entry.resume()
      }
    } finally {
      archive.destroy()
      await filling
    }
  }
}

/** The bytes of an archive that are gone through for the names in it: engines have no other way to list files. */
const LISTED_MAX = { entries: 1_000, bytes: 2 ** 28 }

/** The names of the files and directories in a directory of a container, as far as it is gone through. */
export async function namesInDirectory(
  client: EngineClient,
  container: string,
  directory: string,
  signal: AbortSignal,
): Promise<VolumeNames> {
  const question = { path: `/containers/${container}/archive`, query: { path: directory } }
  const doing = `listing ${directory}`
  const archive = extract()
  let fault: unknown
  const filling = pipeline(client.open({ ...question, doing, signal }), archive).catch((error: unknown) => {
    fault = error
  })
  const names = new Set<string>()
  let entries = 0
  let bytes = 0
  let isNamed = false
  let isComplete = true
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header
      const parts = name.split('/').filter((part) => part !== '' && part !== '.')
      // Docker puts the name of the directory before all of them, which comes first; Podman does not.
      if (entries === 0) isNamed = parts.length === 1 && parts[0] === posix.basename(directory)
      const inside = parts[isNamed ? 1 : 0]
      if (inside && (type === 'file' || type === 'directory')) names.add(inside)
      bytes += size
      isComplete = ++entries < LISTED_MAX.entries && bytes <= LISTED_MAX.bytes
      if (!isComplete) break
      entry.resume()
    }
  } catch (error) {
    throw fault ?? error
  } finally {
    archive.destroy()
    await filling
  }
  return { names: [...names], isComplete }
}

/** Fails when there is more or less than was announced: the archive has said the size before the content. */
async function* exactly(
  content: Readable,
  sizeBytes: number,
  onFault: (error: Error) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > sizeBytes) throw new Error(`the source gave more than ${sizeBytes} bytes`)
      yield chunk
    }
    if (bytes < sizeBytes) throw new Error(`the source gave ${bytes} of ${sizeBytes} bytes`)
  } catch (error) {
    onFault(error as Error)
    throw error
  }
}
