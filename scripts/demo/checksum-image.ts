/** A container image that can compute a SHA-256, made on the spot from what this machine has: no registry is asked. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { pack } from 'tar-stream'
import { directoriesTo } from '../../src/platforms/docker/archive.ts'
import type { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import { HELPER_NAME } from '../../src/platforms/docker/helper-image.ts'
import { programFiles } from './program-files.ts'

const REPOSITORY = 'localhost/execution-broker-demo'

/** What Node is told to do when there is no other program; the path is an argument, so nothing in it is code. */
const SUM_IN_NODE =
  "const path = process.argv[1]; process.stdout.write(require('crypto').createHash('sha256').update(require('fs').readFileSync(path)).digest('hex') + '  ' + path + '\\n')"

/** How the checksum of a file is computed by a program of this machine. */
export interface ChecksumProgram {
  readonly path: string
  readonly files: readonly string[]
  /** The arguments that compute the SHA-256 of the file at a path. */
  readonly args: (path: string) => string[]
}

export interface ChecksumImage {
  /** What a request names it by. */
  readonly location: string
  readonly architecture: string
  /** Removes it; throws when something still uses it. */
  remove(): Promise<void>
}

const PROGRAMS = ['/bin/busybox', '/usr/bin/busybox', '/usr/bin/sha256sum', '/bin/sha256sum', process.execPath]

/** The first of these programs that can be taken along; undefined when there is none, as on a machine that is not Linux. */
export function findChecksumProgram(programs: readonly string[] = PROGRAMS): ChecksumProgram | undefined {
  for (const path of programs) {
    const files = existsSync(path) ? programFiles(path) : undefined
    if (files) return { path, files, args: argumentsOf(path) }
  }
  return undefined
}

function argumentsOf(program: string): ChecksumProgram['args'] {
  if (posix.basename(program) === 'busybox') return (path) => ['sha256sum', path]
  if (posix.basename(program) === 'sha256sum') return (path) => [path]
  return (path) => ['-e', SUM_IN_NODE, path]
}

/** Makes the image in an engine. */
export async function makeChecksumImage(client: EngineClient, program: ChecksumProgram): Promise<ChecksumImage> {
  const doing = 'making the image of the demonstration'
  const tag = randomBytes(6).toString('hex')
  const { body } = await client.ask<{ status: string }>({
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', changes: 'LABEL execution-broker.demo=1' },
    archive: await layerOf(program.files),
    doing,
    timeoutMs: 120_000,
  })
  const id = body.status.trim()
  await client.ask({ method: 'POST', path: `/images/${id}/tag`, query: { repo: REPOSITORY, tag }, doing })
  const { body: details } = await client.ask<{ Architecture: string }>({ path: `/images/${id}/json`, doing })
  return {
    location: `${REPOSITORY}:${tag}`,
    architecture: details.Architecture,
    remove: async () => {
      await client.ask({ method: 'DELETE', path: `/images/${id}`, doing: 'removing the image of the demonstration' })
    },
  }
}

/** Whether the engine has the image that brokers make to get files into volumes. */
export async function hasHelperImage(client: EngineClient): Promise<boolean> {
  const doing = 'looking for the helper image'
  return (await client.ask({ path: `/images/${HELPER_NAME}/json`, doing, answers: [404] })).status === 200
}

/** Removes that image, unless another broker uses it by now. */
export async function removeHelperImage(client: EngineClient): Promise<void> {
  const doing = 'removing the helper image'
  await client.ask({ method: 'DELETE', path: `/images/${HELPER_NAME}`, doing, answers: [404, 409] })
}

/** A file system with these files at their places, whatever links lead there on this machine. */
async function layerOf(files: readonly string[]): Promise<Buffer> {
  const archive = pack()
  const directories = new Set<string>()
  for (const file of files) {
    for (const directory of directoriesTo(posix.dirname(file))) {
      if (directories.has(directory.name)) continue
      directories.add(directory.name)
      archive.entry(directory)
    }
    archive.entry({ name: file.slice(1), mode: 0o755 }, readFileSync(file))
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
