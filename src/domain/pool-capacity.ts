/** What a pool has over time: what is configured, and windows of maintenance that leave less of it. Pure. */
import type { Instant } from './dates.ts'
import { RESOURCES, type Amounts, type Resource } from './resources.ts'

/** From `fromAt` on, until the next step of the same resource, there is this amount. */
export interface CapacityStep {
  readonly resource: Resource
  readonly fromAt: Instant
  readonly amount: number
}

/** From one instant to before another a pool has at most so much; resources that are not named are as usual. */
export interface Maintenance {
  readonly id: string
  readonly fromAt: Instant
  readonly toAt: Instant
  readonly most: Partial<Amounts>
  /** Why, as a sentence; it is told to those who ask in vain. */
  readonly reason: string
}

/** What is known of the capacity of one pool. */
export interface PoolCapacity {
  readonly configured: readonly CapacityStep[]
  readonly maintenance: readonly Maintenance[]
}

/** An amount that is kept from everybody for a time. */
export interface Withheld {
  readonly resource: Resource
  readonly amount: number
  readonly fromAt: Instant
  readonly toAt: Instant
}

/** What a pool really has over time, oldest step first: the least of what is configured and what each window leaves. */
export function capacityOver({ configured, maintenance }: PoolCapacity): CapacityStep[] {
  if (maintenance.length === 0) return [...configured].sort((a, b) => a.fromAt - b.fromAt)
  return RESOURCES.flatMap((resource) => {
    const steps = stepsOf(configured, resource)
    if (steps.length === 0) return []
    const windows = maintenance.filter(({ most }) => most[resource] !== undefined)
    return edgesOf(steps, windows).map((fromAt) => {
      const left = leftAt(windows, resource, fromAt)
      return { resource, fromAt, amount: Math.min(configuredAt(steps, fromAt), left) }
    })
  }).sort((a, b) => a.fromAt - b.fromAt)
}

/** What maintenance keeps from a pool that is configured to have it. */
export function withheld({ configured, maintenance }: PoolCapacity): Withheld[] {
  return RESOURCES.flatMap((resource) => {
    const steps = stepsOf(configured, resource)
    const windows = maintenance.filter(({ most }) => most[resource] !== undefined)
    const edges = edgesOf(steps, windows)
    return edges.slice(0, -1).flatMap((fromAt, index) => {
      const has = configuredAt(steps, fromAt)
      const amount = has - Math.min(has, leftAt(windows, resource, fromAt))
      return amount > 0 ? [{ resource, amount, fromAt, toAt: edges[index + 1] as Instant }] : []
    })
  })
}

function stepsOf(configured: readonly CapacityStep[], resource: Resource): CapacityStep[] {
  return configured.filter((step) => step.resource === resource).sort((a, b) => a.fromAt - b.fromAt)
}

function edgesOf(steps: readonly CapacityStep[], windows: readonly Maintenance[]): Instant[] {
  const all = [...steps.map(({ fromAt }) => fromAt), ...windows.flatMap(({ fromAt, toAt }) => [fromAt, toAt])]
  return [...new Set(all)].sort((a, b) => a - b)
}

const configuredAt = (steps: readonly CapacityStep[], at: Instant): number =>
  steps.findLast(({ fromAt }) => fromAt <= at)?.amount ?? 0

function leftAt(windows: readonly Maintenance[], resource: Resource, at: Instant): number {
  const now = windows.filter(({ fromAt, toAt }) => fromAt <= at && at < toAt)
  return Math.min(...now.map(({ most }) => most[resource] ?? Number.POSITIVE_INFINITY))
}
