/** Where executions of a test live: data in memory, the simulated platform in a directory, a clock on which nobody waits. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { DataSink } from '../../../src/data/data-sink.ts'
import type { DataSource } from '../../../src/data/data-source.ts'
import { fileName } from '../../../src/data/location.ts'
import type { Clock } from '../../../src/domain/clock.ts'
import type { ExecutionId } from '../../../src/domain/ids.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import { SimulatedPlatform } from '../../../src/platforms/simulated/simulated-platform.ts'
import { HastyClock } from '../../support/fake-clock.ts'

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
  /** How often a program was started that was not started yet. */
  readonly starts: number
  /** Files of the broker that are there now. */
  files(): string[]
  close(): Promise<void>
}

/** A new place, where nothing has happened. */
export function newPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'steps-'))
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'steps-spool-'))
  const clock = new HastyClock()
  const saved = new Map<string, string>()
  // Hints would let the hasty clock jump to the end of a program as soon as it is started.
  const withoutHints: Clock = { now: () => clock.now(), at: () => () => undefined }
  const simulated = new SimulatedPlatform({
    name: 'simulated',
    directory,
    capacity: { cores: 4, memory: 16, storage: 100, accelerators: 0 },
    defaultDurationMs: 0,
    clock: withoutHints,
  })
  const counting = countingStarts(simulated)
  return {
    clock,
    platform: counting.platform,
    source: memorySource(),
    sink: memorySink(saved),
    saved,
    spoolDirectory,
    get starts() {
      return counting.starts
    },
    files: () => [...readdirSync(directory), ...readdirSync(spoolDirectory)],
    close: async () => {
      await simulated.close()
      rmSync(directory, { recursive: true })
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
    save: async ({ pathname }, { content }) => void saved.set(pathname, (await buffer(content)).toString()),
  }
  return sink
}
