/**
 * The shape that an answer of an engine has to have for the broker to read it. Behind the socket may be another program, another
 * version, or a proxy with a page of its own, and none of them is to look like a mistake of the broker.
 */
import type {
  ContainerCreated,
  ContainerDetails,
  ContainerState,
  ContainerSummary,
  DiskUse,
  EngineEvent,
  EngineInfo,
  EngineVersion,
  ImageDetails,
  NetworkDetails,
  PathStat,
  PullLine,
  VolumeDetails,
} from './engine-answers.ts'

/** A test for values of a type: of an object as far as its fields are read here, and those that may be missing are. */
export type Shape<Value> = (value: unknown) => value is Value

const text: Shape<string> = (value) => typeof value === 'string'
const truth: Shape<boolean> = (value) => typeof value === 'boolean'
const number: Shape<number> = (value) => typeof value === 'number'
/** An amount that can be counted with. */
const amount: Shape<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const exitCode: Shape<number> = (value): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < 2 ** 31

/** Both engines leave out what they have nothing to say of, or say null. */
function maybe<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (value): value is Value | undefined => value === undefined || value === null || shape(value)
}

function list<Value>(shape: Shape<Value>): Shape<readonly Value[]> {
  return (value): value is readonly Value[] => Array.isArray(value) && value.every(shape)
}

function map<Value>(shape: Shape<Value>): Shape<Readonly<Record<string, Value>>> {
  return (value): value is Readonly<Record<string, Value>> => isObject(value) && Object.values(value).every(shape)
}

function object<Value>(fields: { readonly [Name in keyof Value]-?: (value: unknown) => boolean }): Shape<Value> {
  const shapes = Object.entries<(value: unknown) => boolean>(fields)
  return (value): value is Value => isObject(value) && shapes.every(([name, shape]) => shape(value[name]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const labels = maybe(map(text))
const texts = maybe(list(text))

const containerState = object<ContainerState>({
  Status: text,
  Running: maybe(truth),
  OOMKilled: maybe(truth),
  ExitCode: exitCode,
  Error: maybe(text),
  StartedAt: text,
  FinishedAt: maybe(text),
})

export const containerDetails = object<ContainerDetails>({
  Id: text,
  Name: text,
  Image: maybe(text),
  State: containerState,
  Config: object<ContainerDetails['Config']>({
    Labels: labels,
    Env: texts,
    Entrypoint: texts,
    Cmd: texts,
    WorkingDir: maybe(text),
  }),
  HostConfig: object<ContainerDetails['HostConfig']>({ Memory: maybe(number), NetworkMode: maybe(text) }),
  NetworkSettings: maybe(
    object<NonNullable<ContainerDetails['NetworkSettings']>>({
      Ports: maybe(map(maybe(list(object<{ HostIp: string; HostPort: string }>({ HostIp: text, HostPort: text }))))),
    }),
  ),
  Mounts: maybe(list(object<{ Destination: string }>({ Destination: text }))),
})

export const containerSummaries = list(
  object<ContainerSummary>({
    Id: text,
    Names: maybe(list(text)),
    SizeRw: maybe(number),
    Mounts: maybe(list(object<{ Name?: string }>({ Name: maybe(text) }))),
    State: text,
    Created: maybe(number),
    HostConfig: maybe(object<NonNullable<ContainerSummary['HostConfig']>>({ NetworkMode: maybe(text) })),
    Labels: labels,
  }),
)

export const containerCreated = object<ContainerCreated>({ Id: text, Warnings: texts })
export const networkList = list(object<NetworkDetails>({ Id: text, Name: text, Labels: labels }))
export const networkCreated = object<{ Id: string }>({ Id: text })
export const volumeDetails = object<VolumeDetails>({ Name: text, Labels: labels })
export const volumeList = object<{ Volumes: readonly VolumeDetails[] | null }>({ Volumes: maybe(list(volumeDetails)) })

const measuredVolumes = maybe(
  list(
    object<VolumeDetails & { UsageData?: { Size: number } | null }>({
      Name: text,
      Labels: labels,
      UsageData: maybe(object<{ Size: number }>({ Size: number })),
    }),
  ),
)
export const diskUse = object<DiskUse>({
  Volumes: measuredVolumes,
  VolumeUsage: maybe(object<NonNullable<DiskUse['VolumeUsage']>>({ Items: measuredVolumes })),
})

export const imageDetails = object<ImageDetails>({
  Id: text,
  RepoTags: texts,
  RepoDigests: texts,
  Architecture: maybe(text),
  Os: maybe(text),
  Config: maybe(object<NonNullable<ImageDetails['Config']>>({ Entrypoint: texts, Cmd: texts })),
})

export const engineVersion = object<EngineVersion>({
  Version: text,
  Components: maybe(list(object<{ Name: string }>({ Name: text }))),
})
export const engineInfo = object<EngineInfo>({
  NCPU: amount,
  MemTotal: amount,
  Architecture: maybe(text),
  OSType: maybe(text),
  MemoryLimit: maybe(truth),
  CpuCfsQuota: maybe(truth),
  PidsLimit: maybe(truth),
  SystemTime: maybe(text),
  ID: maybe(text),
})
export const secretInfo = object<{ ID: string }>({ ID: text })

export const pullLine = object<PullLine>({
  status: maybe(text),
  id: maybe(text),
  progressDetail: maybe(
    object<NonNullable<PullLine['progressDetail']>>({ current: maybe(number), total: maybe(number) }),
  ),
  error: maybe(text),
})
export const engineEvent = object<EngineEvent>({
  Type: maybe(text),
  Action: maybe(text),
  Actor: maybe(object<NonNullable<EngineEvent['Actor']>>({ Attributes: labels })),
  time: maybe(number),
  timeNano: maybe(number),
})
export const pathStat = object<PathStat>({ size: amount, mode: number, linkTarget: maybe(text) })
