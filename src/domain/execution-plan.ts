/** What an offer promises: which amounts of what, where and when. It is stored with the execution; only a client changes it (`execution-change.ts`). */
import type { Instant } from './dates.ts'
import type { DataRequest, Executable, ExecutionRequest, VolumeMount } from './execution-request.ts'
import type { Message } from './message.ts'
import type { PriceList } from './price-list.ts'

/** How long a component is expected to take, in milliseconds. */
export interface Estimate {
  readonly prepareMs: number
  readonly releaseMs: number
}

interface PlannedComponent {
  readonly estimate: Estimate
  /** What was said about it when it was offered. */
  readonly messages: readonly Message[]
}

export interface PlannedExecutable extends PlannedComponent {
  readonly spec: Executable
}

export interface PlannedAccelerators {
  readonly count: number
  /** What the pool calls them. */
  readonly type?: string
}

export interface PlannedCompute extends PlannedComponent {
  readonly name?: string
  readonly description?: string
  readonly cores: number
  readonly memoryGib: number
  /** Undefined for none. */
  readonly accelerators?: PlannedAccelerators
  readonly volumes: readonly VolumeMount[]
}

export interface PlannedStorage extends PlannedComponent {
  readonly name?: string
  readonly description?: string
  readonly sizeGib: number
}

export interface PlannedData extends PlannedComponent {
  readonly spec: DataRequest
  /** What the source said of its size when the offer was made; undefined when it did not say. */
  readonly sizeBytes?: number
}

/** The one slot of an offer. */
export interface PlannedSlot {
  /** The earliest start that the client allows; the same as `startAt` where it must not be early. Missing in offers of earlier releases. */
  readonly earliestAt?: Instant
  /** The promised start: the program starts then at the latest, and as early as capacity allows from `earliestAt` on. */
  readonly startAt: Instant
  readonly durationMs: number
  /** From the beginning of preparation to the start. */
  readonly prepareMs: number
  /** How long the program may go on after its duration: the grace period between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** From then until everything is given back. */
  readonly releaseMs: number
}

/** The earliest start that a client allows. Offers of earlier releases have nothing to say of it: their start is absolute. */
export function earliestStart({ earliestAt, startAt }: PlannedSlot): Instant {
  return earliestAt ?? startAt
}

/** The plan of one execution. */
export interface ExecutionPlan {
  readonly platform: string
  readonly pool: string
  /** The pool in the ledger. */
  readonly poolId: number
  readonly slot: PlannedSlot
  /** The prices that the offer was made with; undefined where its pool has none. */
  readonly prices?: PriceList
  readonly executable: PlannedExecutable
  readonly compute: PlannedCompute
  readonly storage: readonly PlannedStorage[]
  readonly data: readonly PlannedData[]
}

/** The families of components, in the order in which they are numbered. Volume mounts have no life of their own. */
export const COMPONENT_FAMILIES = ['executable', 'compute', 'storage', 'data', 'volume'] as const
export type ComponentFamily = (typeof COMPONENT_FAMILIES)[number]

/** One component of a plan: its family, its index within the family, and its index within the execution. */
export interface ComponentPlace {
  readonly family: ComponentFamily
  readonly index: number
  readonly position: number
}

/** Every component of a plan in its order. An execution's components are numbered by their position in this list. */
export function componentPlaces(plan: ExecutionPlan): readonly ComponentPlace[] {
  const counts = componentCounts(plan)
  const places: ComponentPlace[] = []
  for (const family of COMPONENT_FAMILIES) {
    for (let index = 0; index < counts[family]; index++) places.push({ family, index, position: places.length })
  }
  return places
}

/** The position of the first component of each family; the others of the family follow it. */
export function firstPositions(plan: ExecutionPlan): Readonly<Record<ComponentFamily, number>> {
  const counts = componentCounts(plan)
  const first = { executable: 0, compute: 0, storage: 0, data: 0, volume: 0 }
  let position = 0
  for (const family of COMPONENT_FAMILIES) {
    first[family] = position
    position += counts[family]
  }
  return first
}

function componentCounts(plan: ExecutionPlan): Readonly<Record<ComponentFamily, number>> {
  return {
    executable: 1,
    compute: 1,
    storage: plan.storage.length,
    data: plan.data.length,
    volume: plan.compute.volumes.length,
  }
}

/**
 * The most storage resources, data resources and volumes that a request may have, each. With the storage that is made for
 * data, all components of such an execution can be numbered. The contract says it too.
 */
export const RESOURCES_PER_REQUEST_MAX = 1_000

/** The most mounts of one container, counted with those of the data in storage that is mounted. */
export const MOUNTS_MAX = 2_000

/** The request that a plan is the only answer to: what the policies look at when an offer is accepted. */
export function requestOfPlan({ executable, compute, storage, data, slot }: ExecutionPlan): ExecutionRequest {
  const exactly = (amount: number) => ({ min: amount, max: amount })
  return {
    executable: executable.spec,
    compute: {
      cores: exactly(compute.cores),
      memory: exactly(compute.memoryGib),
      ...(compute.accelerators ? { accelerators: exactlyAccelerators(compute.accelerators) } : {}),
      volumes: compute.volumes,
    },
    storage: storage.map(({ sizeGib }) => ({ size: exactly(sizeGib), implied: false })),
    data: data.map(({ spec }) => spec),
    durationMs: slot.durationMs,
    starts: [],
  }
}

function exactlyAccelerators({ count, type }: PlannedAccelerators) {
  return { min: count, max: count, ...(type === undefined ? {} : { type }) }
}
