/** The docker adapter on an engine, with what its tests ask of it again and again. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe } from 'vitest'
import type { DockerContainer } from '../../src/domain/execution-request.ts'
import type { ExecutionId } from '../../src/domain/ids.ts'
import { DockerPlatform, type DockerOptions } from '../../src/platforms/docker/docker-platform.ts'
import type { Observation, OutputStream, Platform, VolumeRef, Workload } from '../../src/platforms/platform.ts'
import { systemClock } from '../../src/system-clock.ts'
import { dockerEngine, podmanEngine } from './engines.ts'

/** Runs a suite on each engine that is there; `address` is its socket. */
export function describeOnEngines(title: string, suite: (engine: { name: string; address: string }) => void): void {
  for (const { name, address = '', missing } of [dockerEngine(), podmanEngine()]) {
    const why = missing === undefined ? '' : ` (skipped: ${missing})`
    describe.skipIf(missing !== undefined)(`${title}, on ${name}${why}`, () => suite({ name, address }))
  }
}

/** An id of a broker that no other test has. */
export function testBrokerId(): string {
  return `t${randomBytes(5).toString('hex')}`
}

/** The adapter with the settings of most tests. */
export function dockerPlatform(socket: string, options: Partial<DockerOptions> = {}): DockerPlatform {
  return new DockerPlatform({
    name: 'docker',
    socket,
    brokerId: testBrokerId(),
    capacity: {},
    network: 'none',
    pidsMax: 100,
    readOnlyRoot: false,
    rootGib: 10,
    capabilities: [],
    outputMaxBytes: 1e6,
    clock: systemClock,
    ...options,
  })
}

/** An executable with an image and nothing else. */
export function executableOf(location: string, digest?: string): DockerContainer {
  return {
    type: 'docker-container',
    image: { locations: [location], architecture: 'amd64', os: 'linux', ...(digest ? { digest } : {}) },
    command: [],
    environment: {},
    privileged: false,
    ports: [],
  }
}

/** A workload that runs a script in the shell of the test image. */
export function shellWorkload(
  execution: ExecutionId,
  imageId: string,
  script: string,
  more: Partial<Workload> = {},
): Workload {
  const defaults = { environment: {}, cores: 1, memoryGib: 1, mounts: [], ports: [] }
  return { execution, imageId, entrypoint: '/bin/sh', command: ['-c', script], ...defaults, ...more }
}

/** Puts a file of some text into a volume. */
export function putText(platform: Platform, volume: VolumeRef, path: string, text: string): Promise<void> {
  const content = Buffer.from(text)
  const file = { path, sizeBytes: content.length, content: Readable.from([content]) }
  return platform.writeFile(volume, file, new AbortController().signal)
}

/** What a program has written; with `follow`, once it has ended. */
export async function outputOf(
  platform: Platform,
  execution: ExecutionId,
  stream: OutputStream = 'stdout',
  { from = 0, follow = true } = {},
): Promise<Buffer> {
  const chunks: Buffer[] = []
  const { signal } = new AbortController()
  for await (const chunk of platform.output(execution, stream, { from, follow, signal })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What is true of one workload. */
export async function observed(platform: Platform, execution: ExecutionId): Promise<Observation> {
  return (await platform.observe([execution])).get(execution) as Observation
}

/** Removes all that a platform holds for its broker, and closes it. */
export async function releaseAll(platform: Platform): Promise<void> {
  const owned = await platform.owned()
  for (const one of owned) if (one.kind === 'workload') await platform.releaseWorkload(one.execution)
  for (const one of owned) if (one.kind === 'volume') await platform.releaseVolume(one)
  await platform.close()
}
