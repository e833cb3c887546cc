/**
 * What an execution platform is: the contract that every adapter keeps, and that `conformance.ts` tests.
 *
 * An adapter is asked and answers; it knows nothing of phases, offers or the database. Every verb may be repeated, also
 * after a crash in the middle of it, and then does what is still missing. What belongs to an execution is found again
 * by the execution's id: an adapter keeps no list of its own that a restart could lose.
 *
 * Failures are BrokerErrors: PLATFORM_UNAVAILABLE when nobody answered and trying again makes sense, PLATFORM_REFUSED
 * and the more exact codes (IMAGE_UNAVAILABLE, PROGRAM_NOT_STARTED, NO_SPACE) when the answer was no.
 */
import type { Readable } from 'node:stream'
import type { Endpoint } from '../domain/connectors.ts'
import type { Instant } from '../domain/dates.ts'
import type { Executable, ExecutionRequest, Transport } from '../domain/execution-request.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Amounts } from '../domain/resources.ts'

/** What a platform can do, as plain data. The engine asks this, never for the type of a platform. */
export interface PlatformCapabilities {
  /** No real work is done; every offer says so. */
  readonly simulated: boolean
  /** A program that uses more memory than it was given is killed. */
  readonly enforcesMemory: boolean
  /** A volume cannot hold more than its size. */
  readonly enforcesVolumeSize: boolean
  /**
   * GiB that a program may write outside of its volumes before the broker ends it, in GiB; 0 where it cannot write
   * anywhere else.
   */
  readonly rootGib: number
  /** Programs and their output outlive a restart of the broker. */
  readonly survivesBroker: boolean
  /** Ports of programs can be reached from outside. */
  readonly publishesPorts: boolean
}

/** What a platform says of itself when it is asked whether it is there. */
export interface PlatformFacts {
  /** The product and version, for people: `Docker Engine 20.10.24`. */
  readonly product: string
  /** What it has in all; a pool that is configured without amounts gets these. */
  readonly capacity: Amounts
  /** The identity of the engine, cluster or directory: the same for as long as it is that one. Undefined where there is none. */
  readonly identity?: string
  /** What its clock said when it was asked; undefined when it does not tell. */
  readonly clockAt?: Instant
}

/** Something in a request that the platform does not do: the field, and why not. */
export interface Unsupported {
  readonly pointer: string
  readonly reason: string
}

/** Privileges are given nowhere. */
export const UNPRIVILEGED: Unsupported = {
  pointer: '/executable/privileged',
  reason: 'programs run without privileges here',
}

/** What a platform expects of a request, before anything is offered. */
export interface PlatformEstimate {
  /** Getting the image, in milliseconds; 0 when it is there. */
  readonly imageMs: number
  /** Making and starting the container, in milliseconds. */
  readonly startMs: number
  /** Removing the container, in milliseconds, without the grace period. */
  readonly removeMs: number
  /** Making or removing one volume, in milliseconds. */
  readonly volumeMs: number
  /** The digest under which the repository of the request has the image that is there, when it is there. */
  readonly imageDigest?: string
}

/** A volume of an execution. `name` is unique within the execution, of the form `[a-z0-9-]+`. */
export interface VolumeRef {
  readonly execution: ExecutionId
  readonly name: string
}

/** How much a volume of an execution holds. */
export interface VolumeUse extends VolumeRef {
  readonly bytes: number
}

/** Bytes that a program has written outside of its volumes. */
export interface RootUse {
  readonly execution: ExecutionId
  readonly bytes: number
}

/** A file to be put into a volume. */
export interface VolumeFile {
  /** Path within the volume, without a leading slash or `..`. */
  readonly path: string
  readonly sizeBytes: number
  /** Exactly `sizeBytes` bytes. It is destroyed when writing fails. */
  readonly content: Readable
  /** Any user may write it; without that, only read it. */
  readonly writable?: boolean
}

/** A file of a volume as it is read: its size and its bytes. */
export interface VolumeContent {
  readonly sizeBytes: number
  readonly content: Readable
}

/** Names of what is in a volume. */
export interface VolumeNames {
  readonly names: readonly string[]
  /** False where there is a lot to go through: there may be more names. */
  readonly isComplete: boolean
}

/** Where a volume appears in the container. */
export interface WorkloadMount {
  readonly volume: VolumeRef
  readonly path: string
  readonly readOnly: boolean
}

/** A port of a program that is to be reached from outside. */
export interface WorkloadPort {
  /** Its number in the container. */
  readonly port: number
  readonly transport: Transport
}

/** What a platform runs for an execution: one container. */
export interface Workload {
  readonly execution: ExecutionId
  /** What `prepareImage` returned. */
  readonly imageId: string
  /** The program; that of the image when undefined, and none (the command names the program) when it is empty. */
  readonly entrypoint?: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly cores: number
  readonly memoryGib: number
  /** A mount whose path lies in that of another comes after it. */
  readonly mounts: readonly WorkloadMount[]
  /** None of them is there twice. With none, nothing of the program is reached from outside. */
  readonly ports: readonly WorkloadPort[]
}

/** What is true of a workload now. `gone` is a workload that the platform does not have (any more). */
export type Observation =
  | { readonly state: 'gone' }
  /** `workload` is what the platform calls it. */
  | { readonly state: 'created'; readonly workload?: string }
  | { readonly state: 'running'; readonly startedAt: Instant }
  | {
      readonly state: 'exited'
      readonly startedAt: Instant
      readonly finishedAt: Instant
      readonly exitCode: number
      readonly outOfMemory: boolean
      /** The platform's own words when it was not the program that ended itself, such as a restart of the engine. */
      readonly platformError?: string
    }

export type OutputStream = 'stdout' | 'stderr'

/** Something that the platform holds for this broker, found by its marks. */
export type Owned =
  | { readonly kind: 'workload'; readonly execution: ExecutionId }
  | { readonly kind: 'volume'; readonly execution: ExecutionId; readonly name: string }

/** Told how far a pull has come, in words for people. */
export type ImageProgress = (progress: string) => void

export interface Platform {
  /** The name that the configuration gives it. */
  readonly name: string
  readonly type: string
  readonly capabilities: PlatformCapabilities

  /** Whether the platform answers, and what it has. Throws PLATFORM_UNAVAILABLE. */
  probe(): Promise<PlatformFacts>

  /** What of a request this platform does not do; empty when it does all of it. */
  unsupported(request: ExecutionRequest): readonly Unsupported[]

  /** How long the parts of a request will take here. */
  estimate(request: ExecutionRequest): Promise<PlatformEstimate>

  /** Makes sure that the image of an executable is there and is the one that was asked for; gives its id. Throws IMAGE_UNAVAILABLE. */
  prepareImage(executable: Executable, progress: ImageProgress, signal: AbortSignal): Promise<string>

  /** Makes a volume of a size in GiB, with these directories in it (as places to mount into). Any user may write at its root. */
  prepareVolume(volume: VolumeRef, sizeGib: number, directories: readonly string[]): Promise<void>

  /** Puts a file into a volume, readable and, where it says so, writable by any user; replaces one of that name. Throws NO_SPACE. */
  writeFile(volume: VolumeRef, file: VolumeFile, signal: AbortSignal): Promise<void>

  /** Puts a relative symbolic link into a volume; replaces one of that name. */
  writeLink(volume: VolumeRef, path: string, target: string): Promise<void>

  /**
   * A file at the root of a volume, as it is now; undefined when there is nothing of that name. Throws PLATFORM_REFUSED for
   * what is no file. A link is no file, or leads to another file of the volume, and never out of it: whoever wrote it could
   * mean a file that is not theirs.
   */
  readFile(volume: VolumeRef, path: string, signal: AbortSignal): Promise<VolumeContent | undefined>

  /** The names of the files and directories at the root of a volume, without links. */
  namesIn(volume: VolumeRef, signal: AbortSignal): Promise<VolumeNames>

  /**
   * How much the volumes of this broker hold, all in one question, which may be a long one: a volume that the platform has
   * not measured is left out.
   */
  volumeUse(signal: AbortSignal): Promise<readonly VolumeUse[]>

  /** Bytes that running programs of this broker have written outside of the volumes that it made, all in one question. */
  rootUse(signal: AbortSignal): Promise<readonly RootUse[]>

  /** What a volume is called on the platform, for those who look for it there. */
  volumeName(volume: VolumeRef): string

  /** Makes the container, with what connects it, and does not start it. Its image and volumes are there. */
  prepareWorkload(workload: Workload): Promise<void>

  /** Starts the container. A container that was started before, whatever became of it, is never started again. Throws PROGRAM_NOT_STARTED. */
  start(execution: ExecutionId): Promise<void>

  /** What is true of these workloads, all in one question. */
  observe(executions: readonly ExecutionId[]): Promise<ReadonlyMap<ExecutionId, Observation>>

  /**
   * Where the ports of a running workload are reached from outside; nothing as long as the platform has not chosen, and of
   * one that does not run. What it has said once stays so until the workload ends.
   */
  endpoints(execution: ExecutionId): Promise<readonly Endpoint[]>

  /**
   * What the program wrote, from byte `from` on; with `follow`, until it has ended. Ends at once for a workload that is
   * not there. Closing the iterator or aborting ends it.
   */
  output(
    execution: ExecutionId,
    stream: OutputStream,
    options: { from: number; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<Buffer>

  /** Asks the program to end (SIGTERM) and kills it after the grace period. Returns when it has ended; a workload that is not running is left as it is. */
  stop(execution: ExecutionId, graceMs: number): Promise<void>

  /** Removes the container, running or not, and what connects it. */
  releaseWorkload(execution: ExecutionId): Promise<void>

  /** Removes a volume with what is in it. No workload uses it any more. */
  releaseVolume(volume: VolumeRef): Promise<void>

  /** Everything that this platform holds for this broker. */
  owned(): Promise<readonly Owned[]>

  /**
   * Calls `changed` when a workload may have ended. A hint only: calls may be missing or doubled. The function that it
   * returns ends the watch.
   */
  watch(changed: (execution: ExecutionId) => void): () => void

  /** Ends connections. The workloads go on. */
  close(): Promise<void>
}
