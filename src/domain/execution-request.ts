/**
 * A request as the broker thinks of it: defaults filled, dates read, references resolved. The notation, the spelling
 * and the schema generation that it came in are forgotten here (`protocol/` knows them).
 */
import type { StartWindow } from './dates.ts'
import type { Range } from './resources.ts'

/** An OCI image and how to find it. `digest` is `sha256:…`: of the image in a registry, or a local image id. */
export interface ContainerImage {
  /** References such as `registry.example/project/name:tag`, in the order in which they are tried. */
  readonly locations: readonly string[]
  readonly digest?: string
  readonly architecture: string
  readonly os: string
}

/** A port of a container that the client wants to reach. */
export interface ContainerPort {
  /** False keeps the port out of the connectors. In plans of earlier versions, a word for its purpose. */
  readonly access?: boolean | string
  /** A word for what it is for. */
  readonly purpose?: string
  readonly internalPort: number
  readonly protocol: PortProtocol
  readonly path?: string
}

/** The protocol at a port. */
export const PORT_PROTOCOLS = ['UDP', 'TCP', 'HTTP', 'HTTPS'] as const
export type PortProtocol = (typeof PORT_PROTOCOLS)[number]

/** What carries the protocol of a port. */
export const transportOf = ({ protocol }: Pick<ContainerPort, 'protocol'>): Transport =>
  protocol === 'UDP' ? 'udp' : 'tcp'

export type Transport = 'tcp' | 'udp'

/** A program packed in an OCI image. */
export interface DockerContainer {
  readonly type: 'docker-container'
  readonly name?: string
  readonly description?: string
  readonly image: ContainerImage
  /** Replaces the entry point of the image; an empty one takes it away. */
  readonly entrypoint?: string
  /** The arguments; without an entry point they replace the command of the image. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly privileged: boolean
  readonly ports: readonly ContainerPort[]
}

/** A notebook, as the container that the site runs notebooks with. */
export interface JupyterNotebook extends Omit<DockerContainer, 'type'> {
  readonly type: 'jupyter-notebook'
  /** The URL of the notebook. */
  readonly location: string
  /** Run by itself, or served to its user; BATCH when missing. */
  readonly mode?: 'BATCH' | 'INTERACTIVE'
}

export type Executable = DockerContainer | JupyterNotebook

/** Whether a program serves its user until that user is done, so that the end of its time is no failure. */
export const isInteractive = (executable: Executable): boolean =>
  executable.type === 'jupyter-notebook' && executable.mode === 'INTERACTIVE'

/** The field of a request by which a program has ports: that of a notebook says that it is served. */
export const portsPointer = ({ type }: Executable): string =>
  type === 'jupyter-notebook' ? '/executable/mode' : '/executable/network/ports'

/** Where a volume mount leads: the data or storage resource of that index in the request. */
export interface VolumeTarget {
  readonly family: 'data' | 'storage'
  readonly index: number
}

export interface VolumeMount {
  readonly name?: string
  readonly description?: string
  /** Absolute path in the container. */
  readonly path: string
  readonly mode: 'READONLY' | 'READWRITE'
  readonly target: VolumeTarget
}

/** How many accelerators a client asks for, and of which kind; without a kind any will do. */
export interface AcceleratorRequest extends Range {
  /** As the site names it, compared without regard to case. */
  readonly type?: string
}

export interface ComputeRequest {
  readonly name?: string
  readonly description?: string
  readonly cores: Range
  /** GiB. */
  readonly memory: Range
  /** Processors beside the cores, such as GPUs; undefined for none. */
  readonly accelerators?: AcceleratorRequest
  readonly volumes: readonly VolumeMount[]
}

export interface StorageRequest {
  readonly name?: string
  readonly description?: string
  /** GiB. */
  readonly size: Range
  /** True when the client did not ask for it: it was made for data that name no storage, and is as large as they are. */
  readonly implied: boolean
}

/** What the program does with data: reads them, makes them, or changes them. */
export type DataAccess = 'READONLY' | 'WRITEONLY' | 'READWRITE'

/** Data that are copied in from a URL before the program starts, saved to it when the program has ended, or both. */
export interface DataRequest {
  readonly type: 'simple-data-resource'
  readonly name?: string
  readonly description?: string
  readonly location: string
  /** Index of the storage resource that holds it. */
  readonly storage: number
  /** READONLY when missing. */
  readonly access?: DataAccess
  /** Saved as well when the program has failed. */
  readonly saveOnFailure?: true
}

/** Whether data are there before the program starts. */
export const isCopiedIn = ({ access }: Pick<DataRequest, 'access'>): boolean => access !== 'WRITEONLY'

/** Whether data are saved when the program has ended. */
export const isSaved = ({ access = 'READONLY' }: Pick<DataRequest, 'access'>): boolean => access !== 'READONLY'

/** A limit on a cost or a metric of the whole execution, or of one of its parts. */
export interface Limit {
  /** The field of the request, as a JSON Pointer. */
  readonly pointer: string
  readonly about: 'cost' | 'metric'
  /** A URI that says what is limited. */
  readonly type: string
  /** The unit that the client counts in; without one, that of the pool. */
  readonly units?: string
  readonly min?: number
  readonly max?: number
  /** What is limited; executables and volume mounts cost nothing of their own. */
  readonly part: 'execution' | 'compute' | 'uncharged' | { readonly family: 'storage' | 'data'; readonly index: number }
}

/** A request that can be planned. */
export interface ExecutionRequest {
  readonly name?: string
  readonly description?: string
  readonly executable: Executable
  readonly compute: ComputeRequest
  readonly storage: readonly StorageRequest[]
  readonly data: readonly DataRequest[]
  /** How long the program may run, in milliseconds. */
  readonly durationMs: number
  /** When it may start; empty means as soon as possible. The pointer says which field of the request it came from. */
  readonly starts: readonly (StartWindow & { readonly pointer: string })[]
  /** False where the program must not start before the promised start; without it, it may. */
  readonly startEarly?: boolean
  /** All of them hold for every offer. */
  readonly limits?: readonly Limit[]
}
