/** Requests that are planned one beside the other and written together. */
import type { Instant } from '../domain/dates.ts'
import type { IdSource } from '../domain/ids.ts'
import type { Queryable } from '../store/database.ts'
import * as ledger from '../store/ledger.ts'
import type { PoolId } from '../store/pools.ts'
import type { Accepted } from '../store/work.ts'
import type { Proposal, Replica } from './ledger.ts'
import { planOfferSet, type Asked, type OfferedSet, type PlannedSet } from './offers.ts'
import type { OpenSet } from './open-sets.ts'
import { OVERDUE_MS, type Hold } from './profile.ts'
import type { OfferLimits } from './slot-search.ts'

/** What is to be booked. */
export interface Wish {
  readonly asked: Asked
  readonly limits: OfferLimits
  /** Whether the offer is accepted at once; the limits allow for one offer then. */
  readonly direct: boolean
}

/** A wish that waits for its answer. */
export interface Waiting extends Wish {
  readonly resolve: (offered: OfferedSet) => void
  readonly reject: (error: unknown) => void
}

/** A pool as it was planned for, and what is about to be held of it. */
interface PoolPlan {
  readonly replica: Replica
  readonly version: number
  readonly holds: Hold[]
  readonly open: OpenSet[]
}

export class BookingBatch {
  requests: Waiting[]
  #pools: PoolPlan[] = []
  #planned: { readonly waiting: Waiting; readonly set: PlannedSet }[] = []
  #now: Instant = 0

  constructor(requests: readonly Waiting[]) {
    this.requests = [...requests]
  }

  /** The pools that the requests could be answered from. */
  get poolIds(): PoolId[] {
    return poolsOf(this.requests)
  }

  /** The earliest offers of the requests that accept them at once. */
  get direct(): readonly Accepted[] {
    return this.#planned.flatMap(({ waiting: { direct, asked }, set: { offers } }) =>
      direct ? offers.slice(0, 1).map((offer) => ({ offer, traceparent: asked.traceparent })) : [],
    )
  }

  /** The instant at which it was planned. */
  get plannedAt(): Instant {
    return this.#now
  }

  /** Plans each request beside what those before it are about to hold. Who cannot be planned for is told so. */
  plan(replicas: readonly Replica[], ids: IdSource, now: Instant): void {
    this.#now = now
    this.#pools = replicas.map((replica) => ({ replica, version: replica.version, holds: [], open: [] }))
    this.#planned = []
    const overdue = replicas.map((replica) => ({ replica, holds: replica.profile.overdue(now, OVERDUE_MS) }))
    const planAll = () => {
      this.requests = this.requests.filter((waiting) => this.#planOne(waiting, replicas, ids, now))
    }
    overdue.reduceRight(
      (work, { replica, holds }) =>
        () =>
          replica.profile.during(holds, work),
      planAll,
    )()
  }

  #planOne(waiting: Waiting, replicas: readonly Replica[], ids: IdSource, now: Instant): boolean {
    try {
      const set = planOfferSet(waiting.asked, waiting.limits, replicas, ids, now)
      for (const { replica, holds, open } of this.#pools) {
        const proposal = proposalOf(set, replica.poolId, waiting.direct)
        holds.push(...proposal.holds)
        open.push(...proposal.open)
        replica.propose(proposal)
      }
      this.#planned.push({ waiting, set })
      return true
    } catch (error) {
      waiting.reject(error)
      return false
    }
  }

  /** Writes what was planned. False when a pool has changed since it was planned for; then nothing was written. */
  write(db: Queryable): Promise<boolean> {
    const sets = this.#planned.map(({ set }) => set)
    const open = this.#planned.filter(({ waiting }) => !waiting.direct).map(({ set }) => set.offerSet.id)
    const books = {
      pools: this.#pools.map(({ replica: { poolId }, version }) => ({ poolId, version })),
      offerSets: sets.map(({ offerSet, request, delegation }) => ({ ...offerSet, request, delegation })),
      offers: sets.flatMap(({ offers }) => offers),
      bookings: sets.flatMap(({ bookings }) => bookings),
      open: new Set(open),
    }
    return ledger.book(db, books, this.#now)
  }

  /** What was written is committed: the replicas know it too. */
  settle(): void {
    for (const { replica, version, ...booked } of this.#pools)
      if (booked.holds.length > 0) replica.settle(version + 1, booked)
  }

  /** Everybody gets the answer. */
  tell(): void {
    for (const { waiting, set } of this.#planned) waiting.resolve({ offerSet: set.offerSet, offers: set.offers })
  }

  /** Nothing was written, or nobody knows; the log will tell. */
  withdraw(): void {
    for (const { replica } of this.#pools) replica.withdraw()
  }
}

/** Holds that a set is about to have of a pool; one that is accepted at once is never open. */
export function proposalOf({ offerSet, bookings }: PlannedSet, poolId: PoolId, direct: boolean): Proposal {
  const holds = bookings.filter((booking) => booking.poolId === poolId)
  const { id, owner, expiresAt } = offerSet
  return { holds, open: direct || holds.length === 0 ? [] : [{ id, owner, expiresAt, holds }] }
}

/** The pools that requests could be answered from, in the order in which they are locked. */
export function poolsOf(requests: readonly Waiting[]): PoolId[] {
  const all = requests.flatMap(({ asked }) => asked.candidates.map(({ poolId }) => poolId as PoolId))
  return [...new Set(all)].sort((a, b) => a - b)
}
