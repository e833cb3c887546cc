/**
 * The settings of containers for the work of strangers: no privileges, no way to get any, bounded in what they use.
 *
 * See https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate.
 */
import { posix } from 'node:path'
import { BYTES_PER_GIB } from '../../domain/resources.ts'
import type { Workload, WorkloadMount } from '../platform.ts'
import type { Engine, EngineFacts, Limits } from './engine-facts.ts'
import { ENGINE_STOP } from './engine-stop.ts'
import type { Marks } from './marks.ts'
import { published, type Connecting } from './networks.ts'
import { volumeMount } from './volume-mount.ts'

/** What the operator decides. */
export interface Confinement extends Connecting {
  /** The most processes and threads of a program at a time. */
  readonly pidsMax: number
  /** The user that programs run as, `uid` or `uid:gid`; that of the image when left out. */
  readonly user?: string
  /** Programs write to volumes and to `WRITABLE` only. */
  readonly readOnlyRoot: boolean
  /** What of root's programs of root may do, as in capabilities(7) without `CAP_`. */
  readonly capabilities: readonly string[]
  /** How much of stdout and stderr is kept, in bytes. */
  readonly outputMaxBytes: number
}

/** What is tried of an engine. */
export interface Trial {
  readonly init: boolean
  readonly limits: Limits
  readonly networkMode: string
}

/** What programs expect to be able to write to, in their memory where the root cannot be written to. */
export const WRITABLE: readonly string[] = ['/tmp', '/var/tmp', '/run']
/** Files that a program may have open, at once: an engine can give no more than it has itself, which is at least this. */
const OPEN_FILES = { Name: 'nofile', Soft: 4096, Hard: 4096 }
/**
 * Podman passes its own limits on and asks for more than it may have, which the kernel refuses where the host does not
 * delegate. This one counts all processes of a user on the host, so it is no bound of a program; `PidsLimit` is.
 */
const PODMAN_PROCESSES = { Name: 'nproc', Soft: 8192, Hard: 8192 }

/** The settings of the container of an execution, in a network mode. */
export function workloadSettings(
  workload: Workload,
  marks: Marks,
  engine: Engine,
  confinement: Confinement,
  networkMode: string,
): object {
  const { entrypoint, command, environment, mounts, ports } = workload
  const publishing = published(ports, confinement)
  return {
    Image: workload.imageId,
    // An empty one takes away that of the image, for both engines.
    ...(entrypoint === undefined ? {} : { Entrypoint: [entrypoint] }),
    ...(command.length === 0 ? {} : { Cmd: command }),
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...(confinement.user === undefined ? {} : { User: confinement.user }),
    Tty: false,
    OpenStdin: false,
    // Not SIGTERM, which the broker itself ends programs with: what this one ended was stopped by somebody else.
    StopSignal: ENGINE_STOP.name,
    // Podman would send SIGKILL at once.
    StopTimeout: ENGINE_STOP.timeoutSeconds,
    ...publishing.container,
    HostConfig: {
      ...confined(engine, confinement, networkMode, mounts),
      ...publishing.host,
      ...limited(workload, engine, confinement, engine.limits),
      Init: engine.init,
      LogConfig: logSettings(engine, confinement),
      ...mounted(mounts, marks, engine),
    },
  }
}

/** The settings of a container that shows whether the engine can do all this; its program does not exist. */
export function probeSettings(
  image: string,
  engine: EngineFacts,
  confinement: Confinement,
  { init, limits, networkMode }: Trial,
): object {
  return {
    Image: image,
    Cmd: ['none'],
    HostConfig: {
      ...confined(engine, confinement, networkMode),
      ...limited({ cores: 1, memoryGib: 1 }, engine, confinement, limits),
      Init: init,
    },
  }
}

/**
 * Nothing of what the image has in the place of a volume is copied into it. Podman heeds that only in the short form,
 * and Docker takes paths with colons only in the long one.
 */
function mounted(mounts: readonly WorkloadMount[], marks: Marks, { isPodman }: EngineFacts): object {
  if (isPodman) {
    const short = ({ volume, path, readOnly }: WorkloadMount) =>
      `${marks.volume(volume).name}:${path}:${readOnly ? 'ro' : 'rw'},nocopy`
    return { Binds: mounts.map(short) }
  }
  return { Mounts: mounts.map(({ volume, path, readOnly }) => volumeMount(marks, volume, path, readOnly)) }
}

function confined(
  engine: EngineFacts,
  { readOnlyRoot, capabilities }: Confinement,
  networkMode: string,
  mounts: readonly WorkloadMount[] = [],
): object {
  // A volume of the request takes the place of what there would be otherwise, and none is hidden by it.
  const places = mounts.map(({ path }) => posix.resolve(path))
  const writable = WRITABLE.filter((path) => !places.includes(path)).map((path) => [path, 'rw,nosuid,nodev,mode=1777'])
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: capabilities,
    ...(readOnlyRoot ? { ReadonlyRootfs: true, Tmpfs: Object.fromEntries(writable) as object } : {}),
    SecurityOpt: ['no-new-privileges:true'],
    NetworkMode: networkMode,
    RestartPolicy: { Name: 'no' },
    Ulimits: engine.isPodman ? [OPEN_FILES, PODMAN_PROCESSES] : [OPEN_FILES],
  }
}

function limited(
  { cores, memoryGib }: Pick<Workload, 'cores' | 'memoryGib'>,
  engine: EngineFacts,
  { pidsMax }: Confinement,
  limits: Limits,
): object {
  const memoryBytes = memoryGib * BYTES_PER_GIB
  return {
    // What is written there counts as memory of the program, so it needs no smaller bound of its own.
    ShmSize: memoryBytes,
    // More than the engine has is refused by Docker.
    ...(limits.cores ? { NanoCpus: Math.min(cores, engine.cores) * 1e9 } : {}),
    // Without the second one a program could use as much again in swap.
    ...(limits.memory ? { Memory: memoryBytes, MemorySwap: memoryBytes } : {}),
    ...(limits.pids ? { PidsLimit: pidsMax } : {}),
  }
}

/**
 * The engine keeps the output in a file that is begun anew when it is full, and every line takes some 30 to 50 bytes
 * more there than its text has. Docker keeps the file before as well, so that the last part is always there. Podman does
 * not: a program that writes that much may leave less than is promised, so its file is larger. Docker's `local` keeps
 * bytes as they are, which `json-file` does not.
 */
function logSettings(engine: EngineFacts, { outputMaxBytes }: Confinement): object {
  const size = (times: number) => `${Math.max(64, Math.ceil((times * outputMaxBytes) / 1000))}k`
  return engine.isPodman
    ? { Type: 'k8s-file', Config: { 'max-size': size(8) } }
    : { Type: 'local', Config: { 'max-size': size(2), 'max-file': '2', compress: 'false' } }
}
