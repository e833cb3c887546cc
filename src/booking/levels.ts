/**
 * How much of a pool is booked over a time, in a bounded number of steps, however many bookings there are. Pure.
 */
import type { Instant } from '../domain/dates.ts'
import type { Resource } from '../domain/resources.ts'
import type { Capacity, PoolProfile } from './profile.ts'

/** From an instant until that of the next level, or the end of the window: the most that is booked, and what the pool has. */
export interface Level {
  readonly fromAt: Instant
  readonly booked: number
  readonly capacity: number
}

export interface Window {
  readonly fromAt: Instant
  readonly toAt: Instant
  /** In how many parts of equal length the window is looked at. A change of capacity begins a further one. */
  readonly parts: number
}

/** The levels of one resource; equal ones that follow each other are one. */
export function levelsOf(
  profile: PoolProfile,
  capacity: readonly Capacity[],
  resource: Resource,
  { fromAt, toAt, parts }: Window,
): Level[] {
  const changes = capacity.filter((change) => change.resource === resource).sort((a, b) => a.fromAt - b.fromAt)
  const capacityAt = (at: Instant) => changes.findLast((change) => change.fromAt <= at)?.amount ?? 0
  const bounds = Array.from({ length: parts }, (_, part) => fromAt + Math.floor(((toAt - fromAt) * part) / parts))
  const within = changes.map((change) => change.fromAt).filter((at) => at > fromAt && at < toAt)
  const begins = [...new Set([...bounds, ...within])].sort((a, b) => a - b)
  const levels: Level[] = []
  begins.forEach((beginAt, index) => {
    const has = capacityAt(beginAt)
    const booked = has - leastFree(profile, resource, beginAt, begins[index + 1] ?? toAt, has)
    const last = levels.at(-1)
    if (last?.booked !== booked || last.capacity !== has) levels.push({ fromAt: beginAt, booked, capacity: has })
  })
  return levels
}

/** The largest amount that fits from one instant to another; below zero where more is booked than the pool has. */
function leastFree(profile: PoolProfile, resource: Resource, fromAt: Instant, toAt: Instant, has: number): number {
  const fits = (amount: number) => profile.conflict({ resource, amount, fromAt, toAt }) === undefined
  if (fits(has)) return has
  let low = -1
  while (!fits(low)) low *= 2
  let high = has
  // It fits at `low` and does not at `high`; levels are whole numbers.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}
