/**
 * Reads a request from the wire: fits it to the contract, fills the defaults, reads the dates, resolves the references.
 *
 * Three outcomes: a request that can be planned; reasons for the answer NO; or BAD_REQUEST for a body that does not
 * follow the contract.
 */
import { DateError, parseDuration, parseStartWindow, type Instant, type StartWindow } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { RESOURCES_PER_REQUEST_MAX } from '../domain/execution-plan.ts'
import type {
  ComputeRequest,
  DataRequest,
  DockerContainer,
  ExecutionRequest,
  StorageRequest,
  VolumeMount,
} from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import type { Range } from '../domain/resources.ts'
import { conform } from './conform.ts'
import { faultsOf, type Schemas } from './contract.ts'
import { KIND, shortKind } from './kinds.ts'
import { readLimits } from './read-limits.ts'
import { referable, resolveReference, type Referable } from './references.ts'

/** What was read. `request` is there only when nothing speaks for NO. */
export interface ReadRequest {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly request: ExecutionRequest | undefined
  readonly messages: readonly Message[]
}

/** The defaults of a site that a request leaves open. */
export interface RequestDefaults {
  readonly durationMs: number
}

/**
 * Reads the body of a request. Throws BAD_REQUEST, with the fields at fault, for a body that does not follow the
 * contract.
 */
export function readRequest(body: unknown, now: Instant, defaults: RequestDefaults): ReadRequest {
  const { value, unknownFields, unknownKinds } = conform('ExecutionRequest', body)
  const faults = faultsOf('ExecutionRequest', value)
  if (faults.length > 0) {
    throw new BrokerError('BAD_REQUEST', 'The request does not follow the contract; the fields at fault are listed.', {
      faults,
    })
  }
  const wire = value as Schemas['ExecutionRequest']
  const reader = new RequestReader(now)
  for (const pointer of unknownFields) reader.say(message('unknown-field', now, { pointer }))
  for (const { pointer, kind, known } of unknownKinds) {
    reader.say(message('unknown-kind', now, { pointer, kind, known: known.join(', ') }))
  }
  const request = unknownKinds.length > 0 ? undefined : reader.read(wire, defaults)
  const refused = reader.messages.some((one) => one.level === 'ERROR')
  return {
    name: nonEmpty(wire.meta?.name),
    description: nonEmpty(wire.meta?.description),
    request: refused ? undefined : request,
    messages: reader.messages,
  }
}

/** Reads one request, collecting every message rather than stopping at the first. */
class RequestReader {
  readonly messages: Message[] = []
  readonly #now: Instant

  constructor(now: Instant) {
    this.#now = now
  }

  say(said: Message): void {
    this.messages.push(said)
  }

  read(wire: Schemas['ExecutionRequest'], defaults: RequestDefaults): ExecutionRequest | undefined {
    const now = this.#now
    if (!wire.executable) {
      this.say(message('executable-required', now, { pointer: '/executable' }))
      return undefined
    }
    for (const family of ['storage', 'data'] as const) {
      const count = wire[family]?.length ?? 0
      if (count <= RESOURCES_PER_REQUEST_MAX) continue
      this.say(
        message('invalid-value', now, {
          pointer: `/${family}`,
          value: `${count} entries`,
          reason: `at most ${RESOURCES_PER_REQUEST_MAX} are possible`,
        }),
      )
      return undefined
    }
    const storage = (wire.storage ?? []).map((resource, index) => this.#storage(resource, `/storage/${index}`))
    const storageNames = (wire.storage ?? []).map((resource, index) => referable('storage', index, resource.meta))
    const dataNames = (wire.data ?? []).map((resource, index) => referable('data', index, resource.meta))
    this.#uniqueNames([...storageNames, ...dataNames])
    const data = (wire.data ?? []).map((resource, index) => this.#data(resource, index, storage, storageNames))
    const executable = this.#executable(wire.executable)
    const compute = this.#compute(wire.compute, [...storageNames, ...dataNames])
    const schedule = this.#schedule(wire.schedule, defaults)
    const limits = readLimits(wire, this.#now, (said) => this.say(said))
    if (!executable) return undefined
    return {
      ...names(wire.meta),
      executable,
      compute,
      storage,
      data: data.filter((one) => one !== undefined),
      ...schedule,
      limits,
    }
  }

  /** Every kind of executable is part of the contract; containers are what there is to run them with. */
  #executable(wire: Schemas['Executable']): DockerContainer | undefined {
    if (wire.kind === KIND.dockerContainer) return this.#container(wire)
    this.#unsupportedKind('/executable/kind', wire.kind, [KIND.dockerContainer])
    return undefined
  }

  #container(wire: Schemas['DockerContainer']): DockerContainer {
    const locations = (wire.image?.locations ?? [])
      .map((location) => location.trim())
      .filter((location) => location !== '')
    if (locations.length === 0)
      this.#invalid('/executable/image/locations', '', 'at least one image reference is needed')
    const entrypoint = nonEmpty(wire.entrypoint)
    return {
      type: 'docker-container',
      ...names(wire.meta),
      image: {
        locations,
        ...(wire.image?.digest ? { digest: wire.image.digest } : {}),
        architecture: wire.image?.platform?.architecture ?? 'amd64',
        os: wire.image?.platform?.os ?? 'linux',
      },
      ...(entrypoint ? { entrypoint } : {}),
      command: wire.command ?? [],
      environment: { ...wire.environment },
      privileged: wire.privileged ?? false,
      ports: (wire.network?.ports ?? []).map((port, index) => this.#port(port, `/executable/network/ports/${index}`)),
    }
  }

  #port(wire: Schemas['ContainerPort'], pointer: string): DockerContainer['ports'][number] {
    if (wire.internal?.port === undefined) this.#invalid(`${pointer}/internal/port`, '', 'a port number is needed')
    if (wire.external)
      this.#invalid(
        `${pointer}/external`,
        JSON.stringify(wire.external),
        'the broker chooses where the port is published',
      )
    return {
      internalPort: wire.internal?.port ?? 0,
      protocol: wire.protocol ?? 'TCP',
      ...(wire.access ? { access: wire.access } : {}),
      ...(wire.path ? { path: wire.path } : {}),
    }
  }

  #compute(wire: Schemas['ComputeResource'] | undefined, targets: readonly Referable[]): ComputeRequest {
    const volumes = (wire?.volumes ?? []).map((volume, index) =>
      this.#volume(volume, `/compute/volumes/${index}`, targets),
    )
    const mounts = volumes.filter((volume) => volume !== undefined)
    this.#distinctPaths(mounts)
    return {
      ...names(wire?.meta),
      cores: this.#range(wire?.cores, '/compute/cores'),
      memory: this.#range(wire?.memory, '/compute/memory'),
      volumes: mounts,
    }
  }

  #volume(wire: Schemas['VolumeMount'], pointer: string, targets: readonly Referable[]): VolumeMount | undefined {
    const target = this.#reference(wire.resource, `${pointer}/resource`, targets, 'a data or storage resource')
    if (!target) return undefined
    const path = nonEmpty(wire.path) ?? `/volumes/${target.name ?? `${target.family}-${target.index}`}`
    const fault = pathFault(path)
    if (fault) this.#invalid(`${pointer}/path`, path, fault)
    return {
      ...names(wire.meta),
      path,
      mode: wire.mode ?? 'READONLY',
      target: { family: target.family, index: target.index },
    }
  }

  #storage(wire: Schemas['StorageResource'], pointer: string): StorageRequest {
    return { ...names(wire.meta), size: this.#range(wire.size, `${pointer}/size`), implied: false }
  }

  /** Data that name no storage get one of their own, appended to `storage`. */
  #data(
    wire: Schemas['DataResource'],
    index: number,
    storage: StorageRequest[],
    storageNames: readonly Referable[],
  ): DataRequest | undefined {
    const pointer = `/data/${index}`
    if (wire.kind !== KIND.simpleData) {
      this.#unsupportedKind(`${pointer}/kind`, wire.kind, [KIND.simpleData])
      return undefined
    }
    const location = nonEmpty(wire.location)
    if (!location) this.#invalid(`${pointer}/location`, '', 'an http or https URL is needed')
    let store: number
    if (nonEmpty(wire.storage)) {
      const target = this.#reference(wire.storage, `${pointer}/storage`, storageNames, 'a storage resource')
      if (!target) return undefined
      store = target.index
    } else {
      store = storage.push({ size: { min: 1, max: 1 }, implied: true }) - 1
    }
    return { type: 'simple-data-resource', ...names(wire.meta), location: location ?? '', storage: store }
  }

  #schedule(
    wire: Schemas['RequestedSchedule'] | undefined,
    defaults: RequestDefaults,
  ): Pick<ExecutionRequest, 'durationMs' | 'starts'> {
    const { duration, start } = wire?.requested ?? {}
    const listed = Array.isArray(start)
    const texts = start === undefined ? [] : listed ? start : [start]
    const starts = texts.map((text, index) => {
      const pointer = listed ? `/schedule/requested/start/${index}` : '/schedule/requested/start'
      const window = this.#date<StartWindow>(text, pointer, parseStartWindow)
      return window && { ...window, pointer }
    })
    const windows = starts.filter((window) => window !== undefined)
    const beginAt = windows[0]?.fromAt ?? this.#now
    const durationMs = nonEmpty(duration)
      ? this.#date(duration as string, '/schedule/requested/duration', (text) => parseDuration(text, beginAt))
      : undefined
    return { durationMs: durationMs ?? defaults.durationMs, starts: windows }
  }

  /** Reads a date and reports what was wrong with it or how it was read. */
  #date<Value>(
    text: string,
    pointer: string,
    parse: (text: string) => { value: Value; readAs?: string },
  ): Value | undefined {
    try {
      const { value, readAs } = parse(text)
      if (readAs) this.say(message('date-read-as', this.#now, { pointer, text, readAs }))
      return value
    } catch (error) {
      if (!(error instanceof DateError)) throw error
      this.say(message('invalid-value', this.#now, { pointer, value: text, reason: error.detail }))
      return undefined
    }
  }

  /** At least `min` (1 when not given), at most `max` (the minimum when not given). */
  #range(wire: Schemas['MinMaxInteger'] | undefined, pointer: string): Range {
    const min = wire?.min ?? Math.min(1, wire?.max ?? 1)
    const max = wire?.max ?? min
    if (max < min) this.say(message('minimum-above-maximum', this.#now, { pointer, minimum: min, maximum: max }))
    else if (max < 1) this.#invalid(pointer, String(max), 'at least 1 is needed')
    return { min: Math.max(1, min), max }
  }

  #reference(
    reference: string | undefined,
    pointer: string,
    targets: readonly Referable[],
    expected: string,
  ): Referable | undefined {
    const found = resolveReference(reference, targets)
    if (found === 'none')
      this.say(message('reference-not-found', this.#now, { pointer, reference: reference ?? '', expected }))
    else if (found === 'several')
      this.say(message('reference-ambiguous', this.#now, { pointer, reference: reference ?? '' }))
    else return found
    return undefined
  }

  #uniqueNames(named: readonly Referable[]): void {
    const seen = new Set<string>()
    for (const { family, index, name } of named) {
      if (name === undefined) continue
      if (seen.has(name))
        this.say(message('duplicate-name', this.#now, { pointer: `/${family}/${index}/meta/name`, name }))
      seen.add(name)
    }
  }

  #distinctPaths(volumes: readonly VolumeMount[]): void {
    volumes.forEach((volume, index) => {
      const clash = volumes.slice(0, index).some((other) => overlaps(other.path, volume.path))
      if (clash)
        this.say(message('duplicate-path', this.#now, { pointer: `/compute/volumes/${index}/path`, path: volume.path }))
    })
  }

  #unsupportedKind(pointer: string, kind: string, possible: readonly string[]): void {
    const reason = `${shortKind(kind)} is not supported yet; possible: ${possible.map(shortKind).join(', ')}`
    this.say(message('not-supported', this.#now, { pointer, reason }))
  }

  #invalid(pointer: string, value: string, reason: string): void {
    this.say(message('invalid-value', this.#now, { pointer, value, reason }))
  }
}

function names(meta: Schemas['ComponentMetadata'] | undefined): { name?: string; description?: string } {
  const name = nonEmpty(meta?.name)
  const description = nonEmpty(meta?.description)
  return { ...(name ? { name } : {}), ...(description ? { description } : {}) }
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}

/** What is wrong with a mount path; undefined when nothing is. */
function pathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it must be an absolute path'
  if (path.includes('\0') || path.includes(':') || path.includes(','))
    return 'it must not contain a colon, a comma or NUL'
  const parts = path.split('/').slice(1)
  if (parts.some((part) => part === '..' || part === '.')) return 'it must not contain . or ..'
  if (path.replaceAll('/', '') === '') return 'the root cannot be replaced'
  const top = parts.find((part) => part !== '')
  if (['proc', 'sys', 'dev'].includes(top ?? '')) return `/${top} belongs to the system`
  return undefined
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => `${path.replace(/\/+/g, '/').replace(/\/$/, '')}/`) as [string, string]
  return a.startsWith(b) || b.startsWith(a)
}
