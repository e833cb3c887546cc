/**
 * The simulated platform: containers that are nothing but a record of what they do, and volumes that are directories.
 *
 * It is a platform like any other, for development, demonstrations, and tests of load and faults. Its records are files
 * in one directory, written once and never changed, so that any number of brokers see the same and a run goes on while
 * no broker is there: what is true of a container follows from its records and the clock.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, lstat, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { until, type Clock } from '../../domain/clock.ts'
import type { Endpoint } from '../../domain/connectors.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { Executable, ExecutionRequest } from '../../domain/execution-request.ts'
import { groupBy } from '../../domain/group-by.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { BYTES_PER_GIB, type Amounts } from '../../domain/resources.ts'
import {
  UNPRIVILEGED,
  type ImageProgress,
  type Observation,
  type OutputStream,
  type Owned,
  type Platform,
  type PlatformCapabilities,
  type PlatformEstimate,
  type PlatformFacts,
  type RootUse,
  type Unsupported,
  type VolumeContent,
  type VolumeNames,
  type VolumeFile,
  type VolumeRef,
  type VolumeUse,
  type Workload,
} from '../platform.ts'
import { decideRun, failureOf, imageDurationMs, variableFaults, type Run, writtenBy } from './program.ts'
import { bytesIn, namesIn, whenMissing } from './volume-files.ts'
import { codeOf } from '../../domain/error-code.ts'

export interface SimulatedOptions {
  readonly name: string
  /** Where records and volumes are kept. */
  readonly directory: string
  readonly capacity: Amounts
  /** How long a program runs when nothing says otherwise, in milliseconds. */
  readonly defaultDurationMs: number
  readonly clock: Clock
}

/** Where ports of simulated programs are: a name of which every resolver says that it is nowhere (RFC 6761). */
const NOWHERE = 'simulated.invalid'
/** How often the output of a running program is looked at while somebody follows it, in milliseconds. */
const FOLLOW_MS = 50
/** The records of a container, in the order in which they are removed. */
const RECORDS = ['stopped', 'started', 'workload']
/** A part of a record: what a process was writing when it was killed, unless one is writing it now. */
const PART = /^(?<of>.+)\.(?:workload|started|stopped|size)\.[0-9a-f-]{36}$/

interface Started extends Run {
  readonly startedAt: Instant
}

interface Stopped {
  readonly stoppedAt: Instant
  readonly exitCode: number
}

export class SimulatedPlatform implements Platform {
  readonly type = 'simulated'
  readonly name: string
  readonly capabilities: PlatformCapabilities = {
    simulated: true,
    enforcesMemory: true,
    enforcesVolumeSize: true,
    rootGib: 0,
    survivesBroker: true,
    publishesPorts: true,
  }
  readonly #options: SimulatedOptions
  readonly #watchers = new Set<(execution: ExecutionId) => void>()
  readonly #timers = new Map<ExecutionId, () => void>()
  /** The parts of records, as they were last seen, by what they are removed with: an execution or the name of a volume. */
  #parts: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(options: SimulatedOptions) {
    this.#options = options
    this.name = options.name
  }

  async probe(): Promise<PlatformFacts> {
    const { directory, capacity } = this.#options
    await mkdir(directory, { recursive: true })
    const file = join(directory, 'identity')
    const known = await this.#read<string>(file)
    if (known === undefined) await this.#writeOnce(file, randomUUID())
    const identity = known ?? (await this.#read<string>(file))
    return { product: 'simulated containers', capacity, ...(identity === undefined ? {} : { identity }) }
  }

  unsupported(request: ExecutionRequest): readonly Unsupported[] {
    const { privileged, environment } = request.executable
    return [
      // As with engines: what is tried out here is to run there.
      ...(privileged ? [UNPRIVILEGED] : []),
      ...variableFaults(environment).map(({ variable, reason }) => ({
        pointer: `/executable/environment/${variable}`,
        reason,
      })),
    ]
  }

  async estimate(request: ExecutionRequest): Promise<PlatformEstimate> {
    return { imageMs: imageDurationMs(request.executable.environment), startMs: 0, removeMs: 0, volumeMs: 0 }
  }

  async prepareImage(executable: Executable, progress: ImageProgress, signal: AbortSignal): Promise<string> {
    const { clock } = this.#options
    const [location = ''] = executable.image.locations
    const durationMs = imageDurationMs(executable.environment)
    if (durationMs > 0) {
      progress('layer 1 of 1')
      await until(clock, clock.now() + durationMs, signal)
    }
    if (failureOf(executable.environment) === 'image') {
      throw new BrokerError('IMAGE_UNAVAILABLE', `the image ${location} is unknown (as programmed)`)
    }
    return executable.image.digest ?? `sha256:${createHash('sha256').update(location).digest('hex')}`
  }

  async prepareVolume(volume: VolumeRef, sizeGib: number, directories: readonly string[]): Promise<void> {
    const path = this.#volumePath(volume)
    await mkdir(path, { recursive: true })
    for (const directory of directories) await mkdir(join(path, directory), { recursive: true })
    await this.#writeOnce(`${path}.size`, sizeGib)
  }

  async writeFile(volume: VolumeRef, file: VolumeFile, signal: AbortSignal): Promise<void> {
    // A source that fails before it is read says so to nobody, which would end the process; reading it tells again.
    file.content.on('error', () => undefined)
    const sizeGib = await this.#read<number>(`${this.#volumePath(volume)}.size`)
    if (file.sizeBytes > (sizeGib ?? 0) * BYTES_PER_GIB) {
      file.content.destroy()
      throw new BrokerError('NO_SPACE', `the volume holds ${sizeGib ?? 0} GiB, the file has ${file.sizeBytes} bytes`)
    }
    const target = join(this.#volumePath(volume), file.path)
    const part = `${target}.${randomUUID()}`
    await mkdir(dirname(target), { recursive: true })
    try {
      await pipeline(file.content, createWriteStream(part), { signal })
      await rename(part, target)
    } finally {
      await rm(part, { force: true })
    }
  }

  async readFile(volume: VolumeRef, path: string): Promise<VolumeContent | undefined> {
    const place = join(this.#volumePath(volume), path)
    const found = await lstat(place).catch(whenMissing)
    if (!found) return undefined
    if (!found.isFile()) throw new BrokerError('PLATFORM_REFUSED', `${path} is not a file`)
    return { sizeBytes: found.size, content: createReadStream(place) }
  }

  async namesIn(volume: VolumeRef): Promise<VolumeNames> {
    return { names: await namesIn(this.#volumePath(volume)), isComplete: true }
  }

  async volumeUse(): Promise<readonly VolumeUse[]> {
    const volumes = (await this.owned()).filter((one) => one.kind === 'volume')
    return Promise.all(
      volumes.map(async ({ execution, name }) => {
        const bytes = await bytesIn(this.#volumePath({ execution, name }))
        return { execution, name, bytes }
      }),
    )
  }

  /** Simulated programs write to files of their volumes only. */
  async rootUse(): Promise<readonly RootUse[]> {
    return []
  }

  volumeName({ execution, name }: VolumeRef): string {
    return `${execution}.volume.${name}`
  }

  async writeLink(volume: VolumeRef, path: string, target: string): Promise<void> {
    const place = join(this.#volumePath(volume), path)
    const part = `${place}.${randomUUID()}`
    await symlink(target, part)
    await rename(part, place)
  }

  async prepareWorkload(workload: Workload): Promise<void> {
    await this.#writeOnce(this.#path(workload.execution, 'workload'), workload)
  }

  async start(execution: ExecutionId): Promise<void> {
    if (await this.#started(execution)) return
    const workload = await this.#read<Workload>(this.#path(execution, 'workload'))
    if (!workload) throw new BrokerError('PLATFORM_REFUSED', `there is no container of ${execution}`)
    const run = await decideRun(
      {
        imageId: workload.imageId,
        argv: [...(workload.entrypoint ? [workload.entrypoint] : []), ...workload.command],
        environment: workload.environment,
        resolve: (path) => this.#fileIn(workload, path),
        resolveForWriting: (path) => this.#fileIn(workload, path, { writing: true }),
      },
      this.#options.defaultDurationMs,
    )
    if (run.fail === 'start') throw new BrokerError('PROGRAM_NOT_STARTED', 'the program was not found (as programmed)')
    await this.#writeOnce(this.#path(execution, 'started'), { ...run, startedAt: this.#options.clock.now() })
    await this.#tellWhenOver(execution)
  }

  async observe(executions: readonly ExecutionId[]): Promise<ReadonlyMap<ExecutionId, Observation>> {
    const seen = await Promise.all(
      executions.map(async (execution) => [execution, await this.#observeOne(execution)] as const),
    )
    return new Map(seen)
  }

  async endpoints(execution: ExecutionId): Promise<readonly Endpoint[]> {
    if ((await this.#observeOne(execution)).state !== 'running') return []
    const workload = await this.#read<Workload>(this.#path(execution, 'workload'))
    return (workload?.ports ?? []).map((one) => ({ ...one, host: NOWHERE, publishedPort: one.port }))
  }

  async *output(
    execution: ExecutionId,
    stream: OutputStream,
    { from, follow, signal }: { from: number; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<Buffer> {
    const { clock } = this.#options
    let sent = from
    while (!signal.aborted) {
      const started = await this.#started(execution)
      const seen = await this.#observeOne(execution)
      if (started) {
        const upTo = seen.state === 'exited' ? seen.finishedAt : clock.now()
        const written = writtenBy(started[stream], started, upTo)
        if (written.length > sent) yield written.subarray(sent)
        sent = Math.max(sent, written.length)
      }
      if (!follow || seen.state === 'exited' || seen.state === 'gone') return
      await until(clock, clock.now() + FOLLOW_MS, signal).catch(() => undefined)
    }
  }

  async stop(execution: ExecutionId, graceMs: number): Promise<void> {
    const { clock } = this.#options
    const started = await this.#started(execution)
    if (!started || (await this.#observeOne(execution)).state !== 'running') return
    if (started.fail === 'stop')
      await until(clock, Math.min(clock.now() + graceMs, started.startedAt + started.durationMs))
    if ((await this.#observeOne(execution)).state !== 'running') return
    const exitCode = started.fail === 'stop' ? 137 : 143
    await this.#writeOnce(this.#path(execution, 'stopped'), { stoppedAt: clock.now(), exitCode })
    this.#tell(execution)
  }

  async releaseWorkload(execution: ExecutionId): Promise<void> {
    this.#timers.get(execution)?.()
    this.#timers.delete(execution)
    for (const record of RECORDS) await rm(this.#path(execution, record), { force: true })
    await this.#removeParts(execution)
  }

  async releaseVolume(volume: VolumeRef): Promise<void> {
    const path = this.#volumePath(volume)
    await rm(path, { recursive: true, force: true })
    await rm(`${path}.size`, { force: true })
    await this.#removeParts(this.volumeName(volume))
  }

  async owned(): Promise<readonly Owned[]> {
    const names = await readdir(this.#options.directory)
    this.#parts = groupBy(
      names.filter((name) => PART.test(name)),
      (name) => PART.exec(name)?.groups?.of ?? '',
    )
    const owned = new Map<string, Owned>()
    for (const name of names) {
      const [execution, kind, volume] = name.split('.') as [ExecutionId, string, string | undefined]
      // Any record or directory: a process that was held may make one after the others were removed.
      if (RECORDS.includes(kind)) owned.set(execution, { kind: 'workload', execution })
      else if (kind === 'volume' && volume !== undefined)
        owned.set(`${execution}/${volume}`, { kind, execution, name: volume })
    }
    return [...owned.values()]
  }

  async #removeParts(of: string): Promise<void> {
    for (const name of this.#parts.get(of) ?? []) await rm(join(this.#options.directory, name), { force: true })
  }

  watch(changed: (execution: ExecutionId) => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  async close(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#watchers.clear()
  }

  async #observeOne(execution: ExecutionId): Promise<Observation> {
    const started = await this.#started(execution)
    if (!started) {
      const workload = await this.#read(this.#path(execution, 'workload'))
      return workload ? { state: 'created' } : { state: 'gone' }
    }
    const now = this.#options.clock.now()
    const { startedAt, durationMs, exitCode, fail } = started
    if (fail === 'lost' && now >= startedAt + durationMs / 2) return { state: 'gone' }
    const stopped = await this.#read<Stopped>(this.#path(execution, 'stopped'))
    if (stopped)
      return {
        state: 'exited',
        startedAt,
        finishedAt: stopped.stoppedAt,
        exitCode: stopped.exitCode,
        outOfMemory: false,
      }
    const finishedAt = startedAt + durationMs
    if (now < finishedAt) return { state: 'running', startedAt }
    return { state: 'exited', startedAt, finishedAt, exitCode, outOfMemory: fail === 'memory' }
  }

  async #tellWhenOver(execution: ExecutionId): Promise<void> {
    const started = await this.#started(execution)
    if (!started) return
    const { startedAt, durationMs, fail } = started
    const over = startedAt + (fail === 'lost' ? durationMs / 2 : durationMs)
    this.#timers.get(execution)?.()
    this.#timers.set(
      execution,
      this.#options.clock.at(over, () => this.#tell(execution)),
    )
  }

  #tell(execution: ExecutionId): void {
    for (const changed of this.#watchers) changed(execution)
  }

  /** The real file behind a path in the container; undefined when no volume is mounted there. */
  #fileIn(workload: Workload, path: string, { writing = false } = {}): string | undefined {
    const mount = workload.mounts.findLast(
      (candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`),
    )
    if (!mount || (writing && mount.readOnly)) return undefined
    const root = this.#volumePath(mount.volume)
    const file = join(root, path.slice(mount.path.length))
    return relative(root, file).startsWith('..') ? undefined : file
  }

  #started(execution: ExecutionId): Promise<Started | undefined> {
    return this.#read<Started>(this.#path(execution, 'started'))
  }

  #path(execution: ExecutionId, record: string): string {
    return join(this.#options.directory, `${execution}.${record}`)
  }

  #volumePath({ execution, name }: VolumeRef): string {
    return join(this.#options.directory, this.volumeName({ execution, name }))
  }

  async #read<Value>(path: string): Promise<Value | undefined> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as Value
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Writes a record whole or not at all; one that is there already stays as it is. */
  async #writeOnce(path: string, value: unknown): Promise<void> {
    const part = `${path}.${randomUUID()}`
    await writeFile(part, JSON.stringify(value))
    try {
      await link(part, path)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    } finally {
      await rm(part)
    }
  }
}
