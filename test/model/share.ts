/** The share that open offers of one owner may hold of a pool, judged anew at every instant at which anything begins or ends. */
import { RESOURCES, type Amounts, type Resource } from '../../src/domain/resources.ts'
import type { PlainHold } from './reference.ts'

/** Amounts of one pool that one open offer set holds. */
export interface OwnSet {
  readonly id: string
  readonly holds: readonly PlainHold[]
}

/** The share of each resource, in whole units. */
export function shareIn(capacity: Amounts, share: number): Amounts {
  return Object.fromEntries(RESOURCES.map((resource) => [resource, Math.floor(capacity[resource] * share)])) as Amounts
}

/** The resources of which, at some instant, more than one set holds something and all together more than the share. */
export function beyondShare(sets: readonly OwnSet[], share: Amounts): Resource[] {
  const instants = [...new Set(sets.flatMap(({ holds }) => holds.map(({ fromAt }) => fromAt)))]
  return RESOURCES.filter((resource) =>
    instants.some((at) => {
      const held = sets.map(({ holds }) => heldAt(holds, resource, at)).filter((amount) => amount > 0)
      return held.length > 1 && held.reduce((sum, amount) => sum + amount, 0) > share[resource]
    }),
  )
}

/** True if more than the share of a resource is held. */
export function isLarge(holds: readonly PlainHold[], share: Amounts): boolean {
  return holds.some(({ resource, amount }) => amount > share[resource])
}

function heldAt(holds: readonly PlainHold[], resource: Resource, at: number): number {
  return holds.reduce(
    (sum, hold) => (hold.resource === resource && hold.fromAt <= at && at < hold.toAt ? sum + hold.amount : sum),
    0,
  )
}
