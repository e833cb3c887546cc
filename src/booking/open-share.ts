/** The share of a pool that open offers of one owner may hold, and what they keep from their owner. Pure. */
import type { Instant } from '../domain/dates.ts'
import type { Amounts, Resource } from '../domain/resources.ts'
import type { Hold } from './profile.ts'

/** The most own open sets that are looked at to say that they are in the way: those who have more are told of these. */
export const OWN_SETS_MAX = 10

/** Amounts of a pool that open offers of one owner may hold at any instant: whole units, rounded down. */
export function shareOf(capacity: Amounts, openShare: number): Amounts {
  const { cores, memory, storage, accelerators } = capacity
  const part = (amount: number) => Math.floor(amount * openShare)
  return { cores: part(cores), memory: part(memory), storage: part(storage), accelerators: part(accelerators) }
}

/** The own open offers without which something could start earlier: the most that they hold of a resource meanwhile. */
export interface OwnInTheWay {
  readonly resource: Resource
  readonly amount: number
  /** The instant at which the last of them ends by itself. */
  readonly untilAt: Instant
}

/** The most that is held together of a resource during a hold of it. */
export function mostDuring({ resource, fromAt, toAt }: Hold, held: readonly Hold[]): number {
  const within = held.filter((one) => one.resource === resource && one.fromAt < toAt && one.toAt > fromAt)
  const heldAt = (at: Instant) =>
    within.reduce((sum, one) => (one.fromAt <= at && at < one.toAt ? sum + one.amount : sum), 0)
  return Math.max(0, ...within.map((one) => heldAt(Math.max(one.fromAt, fromAt))))
}
