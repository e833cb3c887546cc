/** How much of a pool is free over time, from its capacity and what is held. Pure. */
import type { Instant } from '../domain/dates.ts'
import type { Resource } from '../domain/resources.ts'

/** An amount of one resource, held from `fromAt` to before `toAt`. */
export interface Hold {
  readonly resource: Resource
  readonly amount: number
  readonly fromAt: Instant
  readonly toAt: Instant
}

/** From `fromAt` on, until the next change of the same resource, the pool has this amount. */
export interface Capacity {
  readonly resource: Resource
  readonly fromAt: Instant
  readonly amount: number
}

/** Where a hold does not fit: which resource is short, and from when on the hold could begin as far as that is known. */
export interface Conflict {
  readonly resource: Resource
  /** The next instant at which the shortage ends; undefined when it never does. */
  readonly endsAt: Instant | undefined
}

/** From `fromAt` on, until the next step, this amount is free. It is negative where more is held than the pool has. */
interface Step {
  readonly fromAt: Instant
  readonly free: number
}

/** Giving back is rarely overdue by more than this, in milliseconds: the time to remove a container. */
const OVERDUE_MS_MIN = 1_000

/** The free amounts of one pool as steps in time. */
export class PoolProfile {
  readonly #steps = new Map<Resource, Step[]>()

  /**
   * `now` matters for holds that should have ended but were not given back: the platform still has them. Nobody knows
   * for how long, so what has been overdue for a while is expected to last as long again, at most `overdueMs`.
   */
  constructor(capacity: readonly Capacity[], holds: readonly Hold[], now: Instant, overdueMs: number) {
    const changes = new Map<Resource, Map<Instant, number>>()
    const change = (resource: Resource, at: Instant, amount: number) => {
      const ofResource = changes.get(resource) ?? new Map<Instant, number>()
      ofResource.set(at, (ofResource.get(at) ?? 0) + amount)
      changes.set(resource, ofResource)
    }
    const latest = new Map<Resource, number>()
    for (const { resource, fromAt, amount } of [...capacity].sort((a, b) => a.fromAt - b.fromAt)) {
      change(resource, fromAt, amount - (latest.get(resource) ?? 0))
      latest.set(resource, amount)
    }
    for (const { resource, amount, fromAt, toAt } of holds) {
      change(resource, fromAt, -amount)
      change(resource, toAt > now ? toAt : now + Math.min(overdueMs, Math.max(OVERDUE_MS_MIN, now - toAt)), amount)
    }
    for (const [resource, ofResource] of changes) this.#steps.set(resource, runningTotal(ofResource))
  }

  /** The most that the pool ever has free of a resource from an instant on. */
  most(resource: Resource, fromAt: Instant): number {
    const steps = this.#stepsFrom(resource, fromAt)
    return steps.length === 0 ? 0 : Math.max(...steps.map(({ free }) => free))
  }

  /** The first conflict of a hold with what is free; undefined when it fits. */
  conflict(hold: Hold): Conflict | undefined {
    const steps = this.#stepsFrom(hold.resource, hold.fromAt)
    const short = (step: Step) => step.free < hold.amount
    if (steps.length === 0) return hold.amount > 0 ? { resource: hold.resource, endsAt: undefined } : undefined
    const index = steps.findIndex((step) => step.fromAt < hold.toAt && short(step))
    if (index < 0) return undefined
    return { resource: hold.resource, endsAt: steps.slice(index).find((step) => !short(step))?.fromAt }
  }

  /** The steps that matter from an instant on: the one that holds then, and all later ones. */
  #stepsFrom(resource: Resource, fromAt: Instant): readonly Step[] {
    const steps = this.#steps.get(resource) ?? []
    let low = 0
    let high = steps.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((steps[middle] as Step).fromAt <= fromAt) low = middle + 1
      else high = middle
    }
    // Before the first step nothing is known of the pool, so nothing is free.
    if (low === 0) return [{ fromAt: Number.NEGATIVE_INFINITY, free: 0 }, ...steps]
    return steps.slice(low - 1)
  }
}

function runningTotal(changes: ReadonlyMap<Instant, number>): Step[] {
  let free = 0
  return [...changes].sort(([a], [b]) => a - b).map(([fromAt, change]) => ({ fromAt, free: (free += change) }))
}

/**
 * The envelope of alternatives of which at most one will be: at every instant the most that any of them holds. A set of
 * sibling offers holds this, so that alternatives cost nothing extra.
 */
export function envelope(alternatives: readonly (readonly Hold[])[]): Hold[] {
  const resources = new Set(alternatives.flat().map(({ resource }) => resource))
  return [...resources].flatMap((resource) => envelopeOf(resource, alternatives))
}

function envelopeOf(resource: Resource, alternatives: readonly (readonly Hold[])[]): Hold[] {
  const ours = alternatives.map((holds) => holds.filter((hold) => hold.resource === resource))
  const instants = [...new Set(ours.flat().flatMap(({ fromAt, toAt }) => [fromAt, toAt]))].sort((a, b) => a - b)
  const heldAt = (holds: readonly Hold[], at: Instant) =>
    holds.reduce((sum, hold) => (hold.fromAt <= at && at < hold.toAt ? sum + hold.amount : sum), 0)
  const pieces = instants.slice(0, -1).map((fromAt, index) => ({
    resource,
    fromAt,
    toAt: instants[index + 1] as Instant,
    amount: Math.max(...ours.map((holds) => heldAt(holds, fromAt))),
  }))
  return joinEqual(pieces).filter(({ amount }) => amount > 0)
}

function joinEqual(pieces: readonly Hold[]): Hold[] {
  const joined: Hold[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last && last.amount === piece.amount && last.toAt === piece.fromAt)
      joined[joined.length - 1] = { ...last, toAt: piece.toAt }
    else joined.push(piece)
  }
  return joined
}
