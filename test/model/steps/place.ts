/** Where executions of a test live: a platform, data in memory, a clock on which nobody waits. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { DataSink } from '../../../src/data/data-sink.ts'
import type { DataSource } from '../../../src/data/data-source.ts'
import { fileName } from '../../../src/domain/file-name.ts'
import type { Clock } from '../../../src/domain/clock.ts'
import type { Executable } from '../../../src/domain/execution-request.ts'
import type { ExecutionId } from '../../../src/domain/ids.ts'
import type { DockerPlatform } from '../../../src/platforms/docker/docker-platform.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import { SimulatedPlatform } from '../../../src/platforms/simulated/simulated-platform.ts'
import { executableOf, observed, outputOf } from '../../support/docker-platform.ts'
import { HastyClock } from '../../support/fake-clock.ts'
import type { TestImage } from '../../support/images.ts'
import type { Story } from './stories.ts'

/** What the source has, by path; of the second it does not tell the size. */
const CONTENT: Readonly<Record<string, string>> = { '/measured': 'what was measured', '/changing': 'what will change' }
const UNSIZED = '/changing'

export interface Place {
  readonly clock: HastyClock
  readonly platform: Platform
  readonly source: DataSource
  readonly sink: DataSink
  /** What was saved, by path. */
  readonly saved: ReadonlyMap<string, string>
  readonly spoolDirectory: string
  /** A program that copies what it has been given to where its result is saved from, and says so. */
  readonly executable: (story: Story) => Executable
  /** How often a program was started that was not started yet. */
  readonly starts: number
  /** Lets time pass in which there is nothing to do. */
  pass(execution: ExecutionId): Promise<void>
  /** Files of the broker that are there now. */
  files(): string[]
  close(): Promise<void>
}

/** The directories that the program finds. */
const FROM = '/store/in/content'
const TO = '/store/out/content'
const SECOND_MS = 1_000
/** The longest pause between two attempts, in milliseconds; a wait beyond it is for the end of something. */
const PAUSE_MS_MAX = 60_000

/** A new place with the simulated platform, where nothing has happened. */
export function simulatedPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'steps-'))
  const clock = new HastyClock(PAUSE_MS_MAX)
  // Hints would let the hasty clock jump to the end of a program as soon as it is started.
  const withoutHints: Clock = { now: () => clock.now(), at: () => () => undefined }
  const simulated = new SimulatedPlatform({
    name: 'simulated',
    directory,
    capacity: { cores: 4, memory: 16, storage: 100, accelerators: 0 },
    defaultDurationMs: 0,
    clock: withoutHints,
  })
  return placeOf(clock, simulated, {
    executable: ({ runs }) => ({
      ...executableOf('example.org/test:1'),
      command: ['cp', FROM, TO],
      environment: { SIMULATED_DURATION: runs, SIMULATED_STDOUT: 'done\n' },
    }),
    pass: async () => clock.advance(SECOND_MS),
    files: () => readdirSync(directory),
    close: async () => {
      await simulated.close()
      rmSync(directory, { recursive: true })
    },
  })
}

/** A new place with a real engine, which has this image. Its programs end by themselves. */
export function enginePlace(engine: DockerPlatform, { location }: TestImage): Place {
  const clock = new HastyClock(PAUSE_MS_MAX)
  return placeOf(clock, engine, {
    executable: () => ({
      ...executableOf(location),
      entrypoint: '/bin/sh',
      command: ['-c', `cat ${FROM} > ${TO} && echo done`],
    }),
    pass: async (execution) => {
      if ((await observed(engine, execution)).state === 'running') await outputOf(engine, execution)
      clock.advance(SECOND_MS)
    },
    files: () => [],
    close: () => Promise.resolve(),
  })
}

function placeOf(
  clock: HastyClock,
  platform: Platform,
  own: Pick<Place, 'executable' | 'pass' | 'files' | 'close'>,
): Place {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'steps-spool-'))
  const saved = new Map<string, string>()
  const counting = countingStarts(platform)
  return {
    ...own,
    ...{ clock, saved, spoolDirectory, platform: counting.platform },
    ...{ source: memorySource(), sink: memorySink(saved) },
    get starts() {
      return counting.starts
    },
    files: () => [...own.files(), ...readdirSync(spoolDirectory)],
    close: async () => {
      await own.close()
      rmSync(spoolDirectory, { recursive: true })
    },
  }
}

function countingStarts(platform: Platform): { readonly platform: Platform; readonly starts: number } {
  const counting = {
    starts: 0,
    platform: new Proxy(platform, {
      get: (_, name) => {
        if (name === 'start') return start
        const member = Reflect.get(platform, name, platform) as unknown
        return typeof member === 'function' ? (member.bind(platform) as unknown) : member
      },
    }),
  }
  const isUnstarted = async (id: ExecutionId) => (await platform.observe([id])).get(id)?.state === 'created'
  async function start(id: ExecutionId): Promise<void> {
    const before = await isUnstarted(id)
    await platform.start(id)
    if (before && !(await isUnstarted(id))) counting.starts += 1
  }
  return counting
}

function memorySource(): DataSource {
  const source: DataSource = {
    schemes: ['https:'],
    as: () => source,
    describe: async (location) => {
      const sizeBytes = CONTENT[location.pathname]?.length as number
      const size = location.pathname === UNSIZED ? {} : { sizeBytes }
      return { name: fileName(location), version: 'one', resumable: true, ...size }
    },
    open: async ({ pathname }, from) => Readable.from([Buffer.from(CONTENT[pathname] as string).subarray(from)]),
  }
  return source
}

function memorySink(saved: Map<string, string>): DataSink {
  const sink: DataSink = {
    schemes: ['https:'],
    as: () => sink,
    save: async ({ pathname }, { read }) => void saved.set(pathname, (await buffer(await read())).toString()),
    stored: async ({ pathname }) => ({ sizeBytes: Buffer.byteLength(saved.get(pathname) ?? '') }),
  }
  return sink
}
