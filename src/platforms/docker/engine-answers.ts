/** What of the engine's answers is read here. Both engines leave fields out that have nothing to say. */

export interface ContainerState {
  readonly Status: string
  readonly Running?: boolean
  readonly OOMKilled?: boolean
  readonly ExitCode: number
  readonly Error?: string
  /** `0001-01-01T00:00:00Z` when it was never started. */
  readonly StartedAt: string
  readonly FinishedAt: string
}

/** `GET /containers/{id}/json` */
export interface ContainerDetails {
  readonly Id: string
  /** Begins with a slash. */
  readonly Name: string
  /** The id of its image, which names the content. */
  readonly Image: string
  readonly State: ContainerState
  readonly Config: {
    readonly Labels?: Readonly<Record<string, string>> | null
    readonly Env?: readonly string[] | null
    readonly Entrypoint?: readonly string[] | null
    readonly Cmd?: readonly string[] | null
    readonly WorkingDir?: string
  }
  readonly HostConfig: { readonly Memory: number; readonly NetworkMode?: string }
  readonly NetworkSettings?: {
    /** By port and transport, as `8080/tcp`; null for one that is not published. */
    readonly Ports?: Readonly<Record<string, readonly PortBinding[] | null>> | null
  }
  readonly Mounts?: readonly { readonly Destination: string }[]
}

/** Where a port of a container is published. */
export interface PortBinding {
  readonly HostIp: string
  readonly HostPort: string
}

/** An element of `GET /networks` */
export interface NetworkDetails {
  readonly Id: string
  readonly Name: string
  readonly Labels?: Readonly<Record<string, string>> | null
}

/** An element of `GET /containers/json` */
export interface ContainerSummary {
  readonly Id: string
  /** Each begins with a slash. */
  readonly Names?: readonly string[] | null
  readonly State: string
  /** Bytes written into its root file system, when they are asked for; missing for none. */
  readonly SizeRw?: number
  /** Volumes have a name, also those that the engine makes for a `VOLUME` of the image. */
  readonly Mounts?: readonly { readonly Name?: string }[] | null
  /** When it was made, in seconds since 1970. */
  readonly Created?: number
  readonly HostConfig?: { readonly NetworkMode?: string }
  readonly Labels?: Readonly<Record<string, string>> | null
}

/** `POST /containers/create` */
export interface ContainerCreated {
  readonly Id: string
  readonly Warnings?: readonly string[] | null
}

/** `GET /volumes/{name}`, `POST /volumes/create`, and an element of `GET /volumes` */
export interface VolumeDetails {
  readonly Name: string
  readonly Labels?: Readonly<Record<string, string>> | null
}

/** `GET /system/df` of volumes; from API 1.52 on they are in another place. */
export interface DiskUse {
  readonly Volumes?: readonly MeasuredVolume[] | null
  readonly VolumeUsage?: { readonly Items?: readonly MeasuredVolume[] | null }
}

/** A volume with its size. */
export interface MeasuredVolume extends VolumeDetails {
  /** `Size` is -1 where it was not measured. */
  readonly UsageData?: { readonly Size: number } | null
}

/** `GET /images/{name}/json` */
export interface ImageDetails {
  readonly Id: string
  readonly RepoTags?: readonly string[] | null
  readonly RepoDigests?: readonly string[] | null
  readonly Architecture: string
  readonly Os: string
  readonly Config?: {
    readonly Entrypoint?: readonly string[] | null
    readonly Cmd?: readonly string[] | null
  } | null
}

/** `GET /version` */
export interface EngineVersion {
  readonly Version: string
  readonly Components?: readonly { readonly Name: string }[]
}

/** `GET /info` */
export interface EngineInfo {
  readonly NCPU: number
  readonly MemTotal: number
  readonly Architecture: string
  readonly OSType: string
  readonly MemoryLimit: boolean
  readonly CpuCfsQuota: boolean
  readonly PidsLimit: boolean
  readonly SystemTime?: string
  /** That of the engine; Podman makes up another one for every answer. */
  readonly ID?: string
}

/** A line of `POST /images/create` */
export interface PullLine {
  readonly status?: string
  readonly id?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly error?: string
}

/** A line of `GET /events` */
export interface EngineEvent {
  readonly Type?: string
  readonly Action?: string
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> }
  /** Seconds since 1970, by the engine's clock. */
  readonly time?: number
  /** The same in nanoseconds, as far as a number can tell. */
  readonly timeNano?: number
}

/** What `HEAD /containers/{id}/archive` tells of a file, in its header `X-Docker-Container-Path-Stat`. */
export interface PathStat {
  readonly size: number
  /** As of Go's `os.FileMode`. */
  readonly mode: number
  /** Where a symbolic link leads, resolved; Podman gives the path itself for other files. */
  readonly linkTarget: string
}
