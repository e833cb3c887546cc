/** How much of a pool is free over time, from its capacity and what is held. Pure. */
import type { Instant } from '../domain/dates.ts'
import type { Resource } from '../domain/resources.ts'
import { Timeline } from './timeline.ts'

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

/** Holds that were not given back at their time are counted for at most so long more: the platform still has them. */
export const OVERDUE_MS = 60_000

/** Giving back is rarely overdue by more than this, in milliseconds: the time to remove a container. */
const OVERDUE_MS_MIN = 1_000

/**
 * What is free of one pool over time, for any number of holds. Each resource is a timeline of what is held beyond the
 * capacity: an amount fits where that is at most minus the amount.
 */
export class PoolProfile {
  readonly #aroundAt: Instant
  readonly #timelines = new Map<Resource, Timeline>()
  #capacity: readonly Capacity[] = []

  /** `aroundAt` is any instant near those that matter. */
  constructor(capacity: readonly Capacity[], holds: Iterable<Hold>, aroundAt: Instant) {
    this.#aroundAt = aroundAt
    this.setCapacity(capacity)
    for (const { resource, amount, fromAt, toAt } of holds) {
      const timeline = this.#timeline(resource)
      timeline.enter(fromAt, amount, 0)
      timeline.enter(toAt, -amount, amount)
    }
    for (const timeline of this.#timelines.values()) timeline.sumUp()
  }

  /** Makes this the capacity over time. */
  setCapacity(capacity: readonly Capacity[]): void {
    for (const { resource, at, delta } of changesOf(this.#capacity)) this.#timeline(resource).change(at, delta, 0)
    for (const { resource, at, delta } of changesOf(capacity)) this.#timeline(resource).change(at, -delta, 0)
    this.#capacity = capacity
  }

  /** Adds a hold; with a negative amount, takes one away that was added. */
  add({ resource, amount, fromAt, toAt }: Hold): void {
    const timeline = this.#timeline(resource)
    timeline.change(fromAt, amount, 0)
    timeline.change(toAt, -amount, amount)
  }

  /** Does something as if these holds were added too, and takes them away again. */
  during<Result>(holds: readonly Hold[], work: () => Result): Result {
    for (const hold of holds) this.add(hold)
    try {
      return work()
    } finally {
      for (const hold of holds) this.add(opposite(hold))
    }
  }

  /**
   * What should have been given back by now and was not, as holds from now on: the platform still has it. Nobody knows
   * for how long, so what has been overdue for a while is expected to last as long again, at most `longestMs`.
   */
  overdue(now: Instant, longestMs: number): Hold[] {
    return [...this.#timelines].flatMap(([resource, timeline]) => {
      const [shortest, longest] = [Math.min(OVERDUE_MS_MIN, longestMs), longestMs]
      const amountOfLongest = timeline.endedUntil(now - longest)
      const holds = [{ resource, amount: amountOfLongest, fromAt: now, toAt: now + longest }]
      for (const { at, ended } of timeline.endedWithin(now - longest, now))
        holds.push({ resource, amount: ended, fromAt: now, toAt: now + Math.max(shortest, now - at) })
      return holds.filter(({ amount }) => amount > 0)
    })
  }

  /** The first conflict of a hold with what is free; undefined when it fits. */
  conflict({ resource, amount, fromAt, toAt }: Hold): Conflict | undefined {
    const shortAt = this.shortFrom({ resource, amount, fromAt })
    if (shortAt >= toAt) return undefined
    const endsAt = this.#timeline(resource).firstAtMost(shortAt, -amount)
    return { resource, endsAt: Number.isFinite(endsAt) ? endsAt : undefined }
  }

  /** The first instant from the beginning of a hold on at which there is less than its amount; infinity when there is none. */
  shortFrom({ resource, amount, fromAt }: Omit<Hold, 'toAt'>): Instant {
    return this.#timeline(resource).firstAbove(fromAt, -amount)
  }

  /** The earliest beginning of a hold at which all of it fits, from its own to `latestAt`; undefined when there is none. */
  earliest({ resource, amount, fromAt, toAt }: Hold, latestAt: Instant): Instant | undefined {
    const found = this.#timeline(resource).firstCalm(fromAt, latestAt, toAt - fromAt, -amount)
    return Number.isFinite(found) ? found : undefined
  }

  /** What is free of a resource at an instant; negative where more is held than the pool has. */
  free(resource: Resource, at: Instant): number {
    return 0 - this.#timeline(resource).levelAt(at)
  }

  /** The amount that the pool has of a resource at an instant, whoever holds it. */
  capacityAt(resource: Resource, at: Instant): number {
    const begun = this.#capacity.filter((one) => one.resource === resource && one.fromAt <= at)
    const last = begun.reduce<Capacity | undefined>((a, b) => (a && a.fromAt > b.fromAt ? a : b), undefined)
    return last?.amount ?? 0
  }

  /** The most that the pool has of a resource at any instant from `now` on, whoever holds it. */
  mostFrom(resource: Resource, now: Instant): number {
    const later = this.#capacity.filter((one) => one.resource === resource && one.fromAt > now)
    return Math.max(this.capacityAt(resource, now), ...later.map(({ amount }) => amount))
  }

  #timeline(resource: Resource): Timeline {
    let timeline = this.#timelines.get(resource)
    if (!timeline) this.#timelines.set(resource, (timeline = new Timeline(this.#aroundAt)))
    return timeline
  }
}

/** The hold that takes another one away. */
export function opposite(hold: Hold): Hold {
  return { ...hold, amount: -hold.amount }
}

/** A capacity over time as changes. */
function changesOf(capacity: readonly Capacity[]): { resource: Resource; at: Instant; delta: number }[] {
  const latest = new Map<Resource, number>()
  return [...capacity]
    .sort((a, b) => a.fromAt - b.fromAt)
    .map(({ resource, fromAt, amount }) => {
      const delta = amount - (latest.get(resource) ?? 0)
      latest.set(resource, amount)
      return { resource, at: fromAt, delta }
    })
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
