/** What a run taught: how long its parts took, and how fast its data came. Pure. */
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import { componentPlaces, type ComponentFamily } from '../domain/execution-plan.ts'
import type { Instant } from '../domain/dates.ts'
import type { EstimateBounds } from '../domain/running-estimate.ts'
import type { ExecutionState } from './decide.ts'
import { isMounted } from './steps/volumes.ts'

const HOUR_MS = 3_600_000
const time = (most: number) => ({ least: 0, most, slack: 1_000 })

/** What is estimated, and what an estimate of it may be. Times are in milliseconds, the rate in bytes per second. */
export const ESTIMATED = {
  /** Pulling one image on one platform. */
  image: time(6 * HOUR_MS),
  /** Pulling any image of one registry on one platform. */
  registry: time(6 * HOUR_MS),
  /** Making the container, on one platform. */
  start: time(HOUR_MS),
  /** Stopping what has ended, keeping its output and removing it, on one platform. */
  remove: time(HOUR_MS),
  /** Making one volume, on one platform. */
  volume: time(HOUR_MS),
  /** Removing one volume, on one platform. */
  'volume-removal': time(HOUR_MS),
  /** What a transfer from one host takes beside its bytes. */
  latency: time(HOUR_MS),
  /** How fast data come from one host. */
  rate: { least: 1_000, most: 100_000_000_000, slack: 0 },
} as const satisfies Record<string, Omit<EstimateBounds, 'initial'>>
export type Estimated = keyof typeof ESTIMATED

/** Something that was measured. `initial` is what was expected before anything was known; undefined: the default of its kind. */
export interface Observation {
  readonly of: Estimated
  /** What it depends on: a platform, a host, a platform and an image. */
  readonly subject: string
  readonly value: number
  readonly initial?: number
}

/** The times of one component, in milliseconds, as far as it came. */
export interface ComponentTimes {
  readonly position: number
  readonly prepareMs?: number
  readonly releaseMs?: number
}

/** A change of phase of a component. */
export interface ComponentChange {
  readonly position: number
  readonly event: string
  readonly at: Instant
}

/** Below this size the bytes of a file say little about the rate, in bytes. */
export const SMALL_BYTES = 1_048_576

/** The image that an executable is run from, as its first reference names it. */
export const imageOf = ({ executable }: ExecutionPlan) => executable.spec.image.locations[0] ?? ''

/** The registry in an image reference; the first part counts as one when it looks like a host. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first.toLowerCase() : 'docker.io'
}

/** The host that data come from; undefined for a location that has none. */
export function hostOf(location: string): string | undefined {
  return URL.canParse(location) ? new URL(location).hostname.toLowerCase() || undefined : undefined
}

/** How long each component was prepared and released, from its history in order. */
export function timesOf(changes: readonly ComponentChange[]): ComponentTimes[] {
  const positions = [...new Set(changes.map(({ position }) => position))]
  return positions.map((position) => {
    const atOf = (event: string) => changes.find((change) => change.position === position && change.event === event)?.at
    const between = (from: string, to: string) => {
      const [fromAt, toAt] = [atOf(from), atOf(to)]
      return fromAt === undefined || toAt === undefined ? undefined : Math.max(0, toAt - fromAt)
    }
    const [prepareMs, releaseMs] = [between('prepare', 'ready'), between('release', 'released')]
    return {
      position,
      ...(prepareMs === undefined ? {} : { prepareMs }),
      ...(releaseMs === undefined ? {} : { releaseMs }),
    }
  })
}

/**
 * What is to be learned of a run. A release is a measure only of what ended well: `released`, not `abandoned`.
 * `latencyMs` is what is expected of a transfer from a host beside its bytes.
 */
export function observationsOf(
  { execution, components }: ExecutionState,
  times: readonly ComponentTimes[],
  latencyMs: (host: string) => number,
): Observation[] {
  const { plan } = execution
  const { platform } = plan
  const timeAt = new Map(times.map((one) => [one.position, one]))
  return componentPlaces(plan).flatMap(({ family, index, position }) => {
    const { prepareMs, releaseMs } = timeAt.get(position) ?? {}
    const estimate = estimateOf(plan, family, index)
    const measured = (of: Estimated, subject: string, value: number | undefined, initial: number): Observation[] =>
      value === undefined ? [] : [{ of, subject, value, initial }]
    switch (family) {
      case 'executable': {
        // An image that was there already took no time, which says nothing about pulling it.
        if (estimate.prepareMs === 0) return []
        const image = imageOf(plan)
        return [
          ...measured('image', `${platform} ${image}`, prepareMs, estimate.prepareMs),
          ...measured('registry', `${platform} ${registryOf(image)}`, prepareMs, estimate.prepareMs),
        ]
      }
      case 'compute':
        return [
          ...measured('start', platform, prepareMs, estimate.prepareMs),
          ...measured('remove', platform, releaseMs, estimate.releaseMs),
        ]
      case 'storage':
        if (!isMounted(plan.compute.volumes, index)) return []
        return [
          ...measured('volume', platform, prepareMs, estimate.prepareMs),
          ...measured('volume-removal', platform, releaseMs, estimate.releaseMs),
        ]
      case 'data': {
        const bytes = components.find((component) => component.position === position)?.detail.bytes
        const host = hostOf(plan.data[index]?.spec.location ?? '')
        if (prepareMs === undefined || typeof bytes !== 'number' || host === undefined) return []
        // The volume that the data are in takes as long to make as to remove, nearly, and was estimated so.
        const transferMs = Math.max(1, prepareMs - estimate.releaseMs)
        if (bytes < SMALL_BYTES) return [{ of: 'latency', subject: host, value: transferMs }]
        const movingMs = Math.max(transferMs - latencyMs(host), transferMs / 10)
        return [{ of: 'rate', subject: host, value: (bytes / movingMs) * 1_000 }]
      }
      case 'volume':
        return []
    }
  })
}

/** What was estimated for a component when it was offered. */
export function estimateOf(plan: ExecutionPlan, family: ComponentFamily, index: number) {
  const none = { prepareMs: 0, releaseMs: 0 }
  if (family === 'executable') return plan.executable.estimate
  if (family === 'compute') return plan.compute.estimate
  if (family === 'storage') return plan.storage[index]?.estimate ?? none
  return family === 'data' ? (plan.data[index]?.estimate ?? none) : none
}
