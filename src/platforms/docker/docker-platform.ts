/**
 * A Docker Engine (from 20.10) or Podman (from 4) as a platform: one container for each execution, one volume for each
 * of its resources, a network where the program has one, all found again by name and label. Where the two engines differ, the difference is in this folder
 * and said at its place.
 */
import type { Clock } from '../../domain/clock.ts'
import type { Endpoint } from '../../domain/connectors.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { Executable, ExecutionRequest } from '../../domain/execution-request.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { BYTES_PER_GIB, type Amounts } from '../../domain/resources.ts'
import type {
  ImageProgress,
  Observation,
  OutputStream,
  Owned,
  Platform,
  PlatformCapabilities,
  PlatformEstimate,
  PlatformFacts,
  RootUse,
  Unsupported,
  VolumeContent,
  VolumeNames,
  VolumeFile,
  VolumeRef,
  VolumeUse,
  Workload,
} from '../platform.ts'
import { workloadSettings, type Confinement } from './container-settings.ts'
import { watchEnds } from './ends-watch.ts'
import type { ContainerSummary } from './engine-answers.ts'
import { EngineClient, EngineRefusal } from './engine-client.ts'
import { readFacts, type Engine, type EngineFacts } from './engine-facts.ts'
import { probeEngine } from './engine-probe.ts'
import { assertPullable, findImage, obtainImage, type PullingEngine } from './image.ts'
import { Marks } from './marks.ts'
import { MountCheck } from './mount-check.ts'
import { endpointsOf, Networks, publishesPorts } from './networks.ts'
import { outputOf } from './output.ts'
import { isFaultOfProgram, ProgramCheck } from './program-check.ts'
import { RunContainers } from './run-containers.ts'
import type { LoginAt } from './registry-login.ts'
import { observationOf, stageOf, wasStarted } from './state-map.ts'
import { stopContainer } from './stopping.ts'
import { unsupportedBy } from './unsupported.ts'
import { Volumes } from './volumes.ts'
import { containerSummaries, imageDetails } from './answer-shapes.ts'

export interface DockerOptions extends Confinement {
  readonly name: string
  /** The path of the engine's socket, or `http://host:port`. */
  readonly socket: string
  /** Tells brokers apart that share an engine: 6 to 12 of a-z and 0-9. */
  readonly brokerId: string
  /** What the platform has, where that is not what the engine says. */
  readonly capacity: Partial<Amounts>
  /** GiB that a program may write outside of its volumes. */
  readonly rootGib: number
  readonly clock: Clock
  /** What registries are shown that images are pulled from. Nobody is shown anything when it is left out. */
  readonly loginAt?: LoginAt
  /** Asks a registry what a tag means. Images that are pulled by their digest get no tag when it is left out. */
  readonly digestOfTag?: PullingEngine['digestOfTag']
  readonly log?: (level: 'info' | 'warn', message: string, context: Readonly<Record<string, unknown>>) => void
}

/** No engine tells how much its volumes can hold. */
const STORAGE_GIB_DEFAULT = 100
/** What things take that are not measured: of the order of what both engines need on a machine that has other work too. */
const ESTIMATED_MS = { image: 60_000, start: 500, remove: 500, volume: 200 }

export class DockerPlatform implements Platform {
  readonly type = 'docker'
  readonly name: string
  readonly #options: DockerOptions
  readonly #client: EngineClient
  readonly #marks: Marks
  readonly #volumes: Volumes
  readonly #mounts: MountCheck
  readonly #networks: Networks
  readonly #runs: RunContainers
  readonly #programs = new ProgramCheck()
  readonly #watches = new Set<() => void>()
  /** When containers started, by their id: a container starts only once, so a long run is not inspected at every look. */
  readonly #startedAt = new Map<string, Instant>()
  #facts: Promise<EngineFacts> | undefined
  #engine: Promise<Engine> | undefined
  #known: Engine | undefined

  constructor(options: DockerOptions) {
    this.#options = options
    this.name = options.name
    this.#client = new EngineClient(options.socket)
    this.#marks = new Marks(options.brokerId)
    const architecture = async () => (await this.#theFacts()).architecture
    this.#volumes = new Volumes(this.#client, options.clock, this.#marks, architecture)
    this.#mounts = new MountCheck(this.#client, options.clock, this.#marks)
    this.#networks = new Networks(this.#client, options.clock, this.#marks, options)
    this.#runs = new RunContainers(this.#client, options.clock, this.#marks)
  }

  get capabilities(): PlatformCapabilities {
    return {
      simulated: false,
      enforcesMemory: this.#known?.limits.memory ?? false,
      enforcesVolumeSize: false,
      rootGib: this.#options.readOnlyRoot ? 0 : this.#options.rootGib,
      survivesBroker: true,
      publishesPorts: publishesPorts(this.#options, this.#known),
    }
  }

  async probe(): Promise<PlatformFacts> {
    const { product, cores, memoryBytes, clockAt, identity } = await readFacts(this.#client)
    // It is another engine now, by an update; what was found out about the one before may be wrong.
    if (this.#known && (this.#known.product !== product || this.#known.identity !== identity))
      this.#facts = this.#engine = undefined
    await this.#theEngine()
    const { capacity } = this.#options
    const memory = Math.floor(memoryBytes / BYTES_PER_GIB)
    return {
      product,
      capacity: { cores, memory, storage: STORAGE_GIB_DEFAULT, accelerators: 0, ...capacity },
      ...(clockAt === undefined ? {} : { clockAt }),
      ...(identity === undefined ? {} : { identity }),
    }
  }

  unsupported(request: ExecutionRequest): readonly Unsupported[] {
    return unsupportedBy(request, this.#options, this.#known)
  }

  async estimate(request: ExecutionRequest): Promise<PlatformEstimate> {
    const { image: wanted } = request.executable
    const found = await findImage(this.#client, wanted)
    if (!found) assertPullable(wanted)
    const { image, start: startMs, remove: removeMs, volume: volumeMs } = ESTIMATED_MS
    const imageDigest = found?.digest === undefined ? {} : { imageDigest: found.digest }
    return { imageMs: found ? 0 : image, startMs, removeMs, volumeMs, ...imageDigest }
  }

  prepareImage({ image }: Executable, progress: ImageProgress, signal: AbortSignal): Promise<string> {
    const { loginAt = () => undefined, digestOfTag = async () => undefined } = this.#options
    return obtainImage({ client: this.#client, loginAt, digestOfTag }, image, progress, signal)
  }

  async prepareVolume(volume: VolumeRef, _sizeGib: number, directories: readonly string[]): Promise<void> {
    const { isPodman } = await this.#theFacts()
    await this.#volumes.prepare(volume, directories, isPodman)
  }

  writeFile(volume: VolumeRef, file: VolumeFile, signal: AbortSignal): Promise<void> {
    return this.#volumes.writeFile(volume, file, signal)
  }

  writeLink(volume: VolumeRef, path: string, target: string): Promise<void> {
    return this.#volumes.writeLink(volume, path, target)
  }

  readFile(volume: VolumeRef, path: string, signal: AbortSignal): Promise<VolumeContent | undefined> {
    return this.#volumes.readFile(volume, path, signal)
  }

  namesIn(volume: VolumeRef, signal: AbortSignal): Promise<VolumeNames> {
    return this.#volumes.namesIn(volume, signal)
  }

  volumeUse(signal: AbortSignal): Promise<readonly VolumeUse[]> {
    return this.#volumes.use(signal)
  }

  rootUse(signal: AbortSignal): Promise<readonly RootUse[]> {
    return this.#runs.rootUse(signal, () => this.#volumes.sizes(signal))
  }

  volumeName(volume: VolumeRef): string {
    return this.#marks.volume(volume).name
  }

  async prepareWorkload(workload: Workload): Promise<void> {
    const engine = await this.#theEngine()
    if (workload.mounts.length > 0) await this.#volumes.assertThere(workload.mounts.map(({ volume }) => volume))
    const networkMode = await this.#networks.modeOf(workload, engine.isPodman)
    const settings = workloadSettings(workload, this.#marks, engine, this.#options, networkMode)
    try {
      await this.#mounts.assertPlain(workload)
      const warnings = await this.#runs.make(workload.execution, settings)
      if (warnings.length > 0)
        this.#log('warn', 'the engine warned about a container', { execution: workload.execution, warnings })
    } catch (error) {
      throw (await this.#faultOfImage(workload, error)) ?? error
    }
  }

  async start(execution: ExecutionId): Promise<void> {
    try {
      await this.#runs.start(execution, (container) => this.#programs.assertThere(this.#client, container))
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error
      const after = await this.#runs.find(execution)
      if (after && wasStarted(after.State)) return
      throw isFaultOfProgram(error, after)
        ? new BrokerError('PROGRAM_NOT_STARTED', error.words, { cause: error })
        : error
    }
  }

  async observe(executions: readonly ExecutionId[]): Promise<ReadonlyMap<ExecutionId, Observation>> {
    const [first] = executions
    // To list all of them for one costs the engine more than to look at that one.
    if (first !== undefined && executions.length === 1) return new Map([[first, await this.#lookAt(first)]])
    const listed = await this.#runs.all()
    this.#forgetAllBut([...listed.values()].map(({ Id }) => Id))
    const seen = executions.map(
      async (execution) => [execution, await this.#observeOne(execution, listed.get(execution))] as const,
    )
    return new Map(await Promise.all(seen))
  }

  async endpoints(execution: ExecutionId): Promise<readonly Endpoint[]> {
    const container = await this.#runs.find(execution)
    return container ? endpointsOf(container, this.#options) : []
  }

  output(
    execution: ExecutionId,
    stream: OutputStream,
    options: { from: number; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<Buffer> {
    return outputOf(this.#client, this.#options.clock, () => this.#runs.find(execution), stream, options)
  }

  async stop(execution: ExecutionId, graceMs: number): Promise<void> {
    const container = await this.#runs.find(execution)
    if (!container || stageOf(container.State.Status) !== 'running') return
    await stopContainer(this.#client, this.#options.clock, container, graceMs)
  }

  async releaseWorkload(execution: ExecutionId): Promise<void> {
    const removed = await this.#runs.remove(execution)
    await this.#networks.release(execution, removed)
  }

  releaseVolume(volume: VolumeRef): Promise<void> {
    return this.#volumes.release(volume)
  }

  async owned(): Promise<readonly Owned[]> {
    const owned = new Map<string, Owned>()
    const own = ({ execution, name }: VolumeRef) =>
      owned.set(`${execution}/${name}`, { kind: 'volume', execution, name })
    for (const { Names, Labels } of await this.#containers()) {
      const mark = this.#marks.own(Names ?? [], Labels)
      if (mark?.role === 'run' || mark?.role === 'look')
        owned.set(mark.execution, { kind: 'workload', execution: mark.execution })
      // The stage of a volume goes with it, also when the volume itself is gone.
      if (mark?.role === 'stage') own({ execution: mark.execution, name: mark.volume })
    }
    for (const volume of await this.#volumes.list()) own(volume)
    // A network goes with its workload, also when the container itself is gone.
    for (const execution of await this.#networks.list()) owned.set(execution, { kind: 'workload', execution })
    return [...owned.values()]
  }

  watch(changed: (execution: ExecutionId) => void): () => void {
    const lost = (error: unknown) =>
      this.#log('warn', 'the events of the engine broke off', { error: error instanceof Error ? error.message : error })
    const end = watchEnds(this.#client, this.#options.clock, this.#marks, changed, lost)
    this.#watches.add(end)
    return () => {
      end()
      this.#watches.delete(end)
    }
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end()
    this.#watches.clear()
    await this.#client.close()
  }

  async #observeOne(execution: ExecutionId, listed: ContainerSummary | undefined): Promise<Observation> {
    if (!listed) return { state: 'gone' }
    const startedAt = this.#startedAt.get(listed.Id)
    const stage = stageOf(listed.State)
    if (startedAt !== undefined && stage === 'running') return { state: 'running', startedAt }
    const { isPodman } = await this.#theFacts()
    // Docker answers no question about a container while it starts it, and many such questions would keep all others
    // waiting. Podman calls containers `created` that ran before the host went down, so there it is not enough.
    if (stage === 'created' && !isPodman) return { state: 'created', workload: listed.Id }
    const seen = await this.#inspect(execution)
    if (seen.state === 'running') this.#startedAt.set(listed.Id, seen.startedAt)
    return seen
  }

  /** One that was found before is not looked for again. */
  async #lookAt(execution: ExecutionId): Promise<Observation> {
    return this.#runs.isKnown(execution)
      ? this.#inspect(execution)
      : this.#observeOne(execution, await this.#runs.listed(execution))
  }

  async #inspect(execution: ExecutionId): Promise<Observation> {
    const container = await this.#runs.find(execution)
    return container ? observationOf(container) : { state: 'gone' }
  }

  #forgetAllBut(containers: readonly string[]): void {
    const there = new Set(containers)
    for (const id of this.#startedAt.keys()) if (!there.has(id)) this.#startedAt.delete(id)
  }

  async #containers(): Promise<readonly ContainerSummary[]> {
    const { body } = await this.#client.ask(
      {
        path: '/containers/json',
        query: { all: 1, filters: this.#marks.filter() },
        doing: 'listing the containers',
      },
      containerSummaries,
    )
    return body
  }

  /** What the engine says that it is. It is asked at the first need, and again when that failed. */
  #theFacts(): Promise<EngineFacts> {
    this.#facts ??= readFacts(this.#client).catch((error: unknown) => {
      this.#facts = undefined
      throw error
    })
    return this.#facts
  }

  /** What the engine can do, found out in the same way. */
  #theEngine(): Promise<Engine> {
    this.#engine ??= this.#tryOut().catch((error: unknown) => {
      this.#engine = undefined
      throw error
    })
    return this.#engine
  }

  async #tryOut(): Promise<Engine> {
    const facts = await this.#theFacts()
    const engine = await probeEngine(this.#client, this.#options.clock, this.#marks, facts, this.#options)
    const { limits, init, connects, product } = engine
    const off = [...Object.entries(limits), ['init', init] as const, ['slirp4netns', connects] as const]
      .filter(([, on]) => !on)
      .map(([what]) => what)
    if (off.length > 0) this.#log('warn', `${product} does without: ${off.join(', ')}`, { limits, init, connects })
    this.#known = engine
    return engine
  }

  /** Whether making a container failed for what its image is. */
  async #faultOfImage({ imageId, entrypoint, command }: Workload, cause: unknown): Promise<BrokerError | undefined> {
    if (!(cause instanceof EngineRefusal)) return undefined
    const path = `/images/${imageId}/json`
    const doing = 'looking for the image'
    const { status, body } = await this.#client.ask({ path, doing, answers: [404] }, imageDetails)
    if (status === 404) return new BrokerError('IMAGE_UNAVAILABLE', 'the image is not there any more', { cause })
    const programs = [...(body.Config?.Entrypoint ?? []), ...(body.Config?.Cmd ?? [])]
    if (entrypoint !== undefined || command.length > 0 || programs.length > 0) return undefined
    const detail = 'neither the request nor the image names a program'
    return new BrokerError('PROGRAM_NOT_STARTED', detail, { cause })
  }

  #log(level: 'info' | 'warn', message: string, context: Readonly<Record<string, unknown>>): void {
    this.#options.log?.(level, message, { platform: this.name, ...context })
  }
}
