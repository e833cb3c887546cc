/** Amounts and times that a request needs on a platform, by what was learned of its parts there. Pure. */
import type { Estimate } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Message } from '../domain/message.ts'
import { gibFor, type Amounts } from '../domain/resources.ts'

/** Facts about the parts of a request on one platform before anything is offered. Times are in milliseconds. */
export interface Survey {
  readonly executable: Estimate
  readonly compute: Estimate
  /** By the index of the storage resource in the request. */
  readonly storage: readonly Estimate[]
  /** By the index of the data resource in the request. */
  readonly data: readonly (Estimate & { readonly sizeBytes?: number })[]
  /** The digest of the image that the request's reference stands for there. */
  readonly imageDigest?: string
  /** Messages for every offer there. */
  readonly messages: readonly Message[]
}

/** The least that a request needs. Storage is as large as the data in it, as far as their size is known. */
export function leastAmounts(request: ExecutionRequest, survey: Survey): Amounts {
  return {
    cores: request.compute.cores.min,
    memory: request.compute.memory.min,
    storage: storageSizes(request, survey).reduce((sum, size) => sum + size, 0),
    accelerators: request.compute.accelerators?.min ?? 0,
  }
}

export function storageSizes(request: ExecutionRequest, survey: Survey): number[] {
  return request.storage.map(({ size }, storage) => {
    const bytes = request.data.reduce(
      (sum, data, index) => sum + (data.storage === storage ? (survey.data[index]?.sizeBytes ?? 0) : 0),
      0,
    )
    return Math.max(size.min, gibFor(bytes))
  })
}

/** The time to prepare everything: image and data side by side, each data resource after its storage, then the container. */
export function prepareMs(survey: Survey): number {
  const storage = Math.max(0, ...survey.storage.map((estimate) => estimate.prepareMs))
  const data = Math.max(0, ...survey.data.map((estimate) => estimate.prepareMs))
  return Math.max(survey.executable.prepareMs, storage + data) + survey.compute.prepareMs
}

export function releaseMs(survey: Survey): number {
  return [survey.compute, survey.executable, ...survey.storage, ...survey.data].reduce(
    (sum, estimate) => sum + estimate.releaseMs,
    0,
  )
}

/** The least time from SIGTERM to SIGKILL, in which a program saves what it has, in milliseconds. */
const GRACE_MS_MIN = 3_000

/** A grace period is booked after the duration: short programs get a short one, so that it does not waste the pool. */
export function graceMsFor(durationMs: number, longestMs: number): number {
  return Math.min(longestMs, Math.max(GRACE_MS_MIN, Math.round(durationMs / 50)))
}
