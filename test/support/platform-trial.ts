/** A platform on trial: what the cases of its conformance suite make, ask and clean up. */
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DockerContainer } from '../../src/domain/execution-request.ts'
import { idSource, type ExecutionId } from '../../src/domain/ids.ts'
import type {
  Observation,
  OutputStream,
  Platform,
  PlatformCapabilities,
  VolumeRef,
  Workload,
} from '../../src/platforms/platform.ts'

/** What a program shall do. */
export interface Behaviour {
  /** Lines written to stdout before anything else. */
  readonly stdout?: readonly string[]
  readonly stderr?: readonly string[]
  /** Writes the content of this file to stdout. */
  readonly reads?: string
  /** Tries to write this file; its exit code is 1 when it cannot. */
  readonly writes?: string
  readonly seconds?: number
  readonly exitCode?: number
  readonly ignoresTerm?: boolean
  /** Takes more memory than it was given. */
  readonly takesTooMuchMemory?: boolean
  /** Answers at this TCP port over HTTP, until it is ended. */
  readonly serves?: number
}

/** A platform to be tested, with how to make its programs. */
export interface PlatformUnderTest {
  /** A new instance on the same engine, as after a restart of the broker. */
  open(): Platform
  /** An image that is there. */
  readonly executable: DockerContainer
  /** An image that is nowhere. */
  readonly missing: DockerContainer
  program(behaviour: Behaviour): Pick<Workload, 'entrypoint' | 'command' | 'environment'>
  /** A program that cannot be started. */
  readonly noProgram: Pick<Workload, 'entrypoint' | 'command' | 'environment'>
  /** True if the engine says that a program was killed for its memory; Podman does from version 5 on. */
  readonly tellsOutOfMemory: boolean
  /** Behaviours that this platform cannot show, with the reason. */
  readonly cannot: Partial<Record<keyof Behaviour, string>>
  close?(): Promise<void>
}

const ids = idSource(Date.now)

/** Opens the platform for the suite that this is called in, and gives everything back after it. */
export function platformTrial(name: string, make: () => Promise<PlatformUnderTest>) {
  let under: PlatformUnderTest
  let platform: Platform
  const executions: ExecutionId[] = []
  const volumes: VolumeRef[] = []

  beforeAll(async () => {
    under = await make()
    platform = under.open()
    await platform.probe()
  })
  async function releaseAll(): Promise<void> {
    for (const one of executions) await platform.releaseWorkload(one)
    for (const one of volumes) await platform.releaseVolume(one)
  }
  // Also when only some of the cases ran, or one of them failed.
  afterAll(async () => {
    await releaseAll()
    await platform.close()
    await under.close?.()
  })

  const quiet = new AbortController().signal
  const execution = () => {
    const id = ids.execution()
    executions.push(id)
    return id
  }
  const volume = (id: ExecutionId, volumeName = 'data-0') => {
    const ref = { execution: id, name: volumeName }
    volumes.push(ref)
    return ref
  }
  const image = () => platform.prepareImage(under.executable, () => undefined, quiet)

  async function prepared(behaviour: Behaviour, more: Partial<Workload> = {}): Promise<ExecutionId> {
    const id = more.execution ?? execution()
    await platform.prepareWorkload({
      imageId: await image(),
      cores: 1,
      memoryGib: 1,
      mounts: [],
      ports: [],
      ...under.program(behaviour),
      ...more,
      execution: id,
    })
    return id
  }
  async function started(behaviour: Behaviour, more: Partial<Workload> = {}): Promise<ExecutionId> {
    const id = await prepared(behaviour, more)
    await platform.start(id)
    return id
  }
  const observe = async (id: ExecutionId, on = platform) => (await on.observe([id])).get(id) as Observation
  async function exited(id: ExecutionId): Promise<Extract<Observation, { state: 'exited' }>> {
    // Following the output ends when the program has; an engine may take a moment longer to say so.
    await written(id, 'stdout', { follow: true })
    for (;;) {
      const seen = await observe(id)
      if (seen.state === 'exited') return seen
      if (seen.state !== 'running') throw new Error(`expected the workload to end, it is ${seen.state}`)
    }
  }
  async function written(
    id: ExecutionId,
    stream: OutputStream,
    { from = 0, follow = false, on = platform } = {},
  ): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of on.output(id, stream, { from, follow, signal: quiet })) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const put = (ref: VolumeRef, path: string, text: string) =>
    platform.writeFile(
      ref,
      { path, sizeBytes: Buffer.byteLength(text), content: Readable.from([Buffer.from(text)]) },
      quiet,
    )

  async function taken(ref: VolumeRef, path: string): Promise<string | undefined> {
    const found = await platform.readFile(ref, path, quiet)
    if (!found) return undefined
    const chunks: Buffer[] = []
    for await (const chunk of found.content as AsyncIterable<Buffer>) chunks.push(chunk)
    expect(Buffer.concat(chunks).length).toBe(found.sizeBytes)
    return Buffer.concat(chunks).toString()
  }

  function itIf(behaviour: keyof Behaviour, title: string, body: () => Promise<void>): void {
    it(title, async (context) => {
      const reason = under.cannot[behaviour]
      if (reason) return context.skip(reason)
      await body()
    })
  }
  function itWhen(
    capability: keyof PlatformCapabilities,
    title: string,
    body: () => Promise<void>,
    behaviour?: keyof Behaviour,
  ): void {
    it(title, async (context) => {
      if (!platform.capabilities[capability]) return context.skip(`${name} does not declare ${capability}`)
      const reason = behaviour && under.cannot[behaviour]
      if (reason) return context.skip(reason)
      await body()
    })
  }
  return {
    get under() {
      return under
    },
    get platform() {
      return platform
    },
    ...{ executions, releaseAll, quiet, execution, volume, image, prepared, started },
    ...{ observe, exited, written, put, taken, itIf, itWhen },
  }
}
