/** Images for tests, made on the spot from the host's static busybox: no registry is needed. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pack } from 'tar-stream'
import type { ImageDetails } from '../../src/platforms/docker/engine-answers.ts'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import { busyboxProgram } from './engines.ts'

export interface TestImage {
  /** What a request names it by. */
  readonly location: string
  /** `sha256:…`, as the engine calls it. */
  readonly id: string
  /** Removes it from the engine. */
  remove(): Promise<void>
}

/**
 * Makes an image with a shell and the usual small programs in `/bin`, and imports it into the engine at a socket. It
 * has a directory `/prepared` that only root may write to, with a file in it; `changes` are lines of a Dockerfile, such
 * as `USER 1000`, `programs` are scripts by their names in `/bin`, and `links` are where symbolic links at the root lead.
 */
export async function testImage(
  socket: string,
  changes: readonly string[] = [],
  programs: Readonly<Record<string, string>> = {},
  links: Readonly<Record<string, string>> = {},
): Promise<TestImage> {
  const client = new EngineClient(socket)
  const doing = 'importing the test image'
  const [repo, tag] = ['localhost/execution-broker-test', randomBytes(6).toString('hex')]
  const { body } = await client.ask<{ status: string }>({
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', changes: [`ENV PATH=/bin`, ...changes] },
    archive: await busyboxLayer(programs, links),
    doing,
  })
  const id = body.status.trim()
  await client.ask({ method: 'POST', path: `/images/${id}/tag`, query: { repo, tag }, doing })
  await client.close()
  return { location: `${repo}:${tag}`, id, remove: () => removeImage(socket, id) }
}

/** The file system of the test image, as an archive: also the one layer of an image in a registry. */
export async function busyboxLayer(
  programs: Readonly<Record<string, string>> = {},
  links: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const busybox = busyboxProgram
  if (!busybox) throw new Error('Test images are made of busybox, which is not here: install busybox-static.')
  const archive = pack()
  archive.entry({ name: 'bin', type: 'directory', mode: 0o755 })
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox))
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    if (applet !== 'busybox') archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  for (const [name, script] of Object.entries(programs)) archive.entry({ name: `bin/${name}`, mode: 0o755 }, script)
  for (const [name, linkname] of Object.entries(links)) archive.entry({ name, type: 'symlink', linkname })
  archive.entry({ name: 'tmp', type: 'directory', mode: 0o1777 })
  archive.entry({ name: 'prepared', type: 'directory', mode: 0o755 })
  archive.entry({ name: 'prepared/from-image', mode: 0o644 }, 'from the image')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Removes an image from an engine, whatever names it has. */
export async function removeImage(socket: string, id: string): Promise<void> {
  const client = new EngineClient(socket)
  await client.ask({
    method: 'DELETE',
    path: `/images/${id}`,
    query: { force: 1 },
    doing: 'removing an image',
    answers: [404],
  })
  await client.close()
}

/** The tags that an engine has for an image. */
export async function imageNames(socket: string, id: string): Promise<readonly string[]> {
  const client = new EngineClient(socket)
  const { body } = await client.ask<ImageDetails>({ path: `/images/${id}/json`, doing: 'looking at an image' })
  await client.close()
  return body.RepoTags ?? []
}
