/** Makes the answer to a request: the offer set, its offers, and what they hold. Nothing is kept here. */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { groupBy } from '../domain/group-by.ts'
import type { IdSource } from '../domain/ids.ts'
import { madeName, offerName } from '../domain/made-name.ts'
import type { Message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import type { Booking, HeldBooking } from '../store/bookings.ts'
import type { Execution } from '../store/executions.ts'
import type { OfferSet } from '../store/offer-sets.ts'
import type { PoolId } from '../store/pools.ts'
import type { Replica } from './ledger.ts'
import { planOffers } from './plan.ts'
import { envelope, type Hold } from './profile.ts'
import type { Candidate, ClosedPool, OfferLimits, PlannedOffer } from './slot-search.ts'

/** A pool that could run the request, before it is known what is free there. */
export type PoolCandidate = Omit<Candidate, 'profile' | 'own'>

/** What somebody asked for. */
export interface Asked {
  readonly owner: string
  readonly name: string | undefined
  readonly description: string | undefined
  /** The spelling in which it was asked for. */
  readonly spelling: Spelling
  /** The body of the request, to be kept. */
  readonly body: unknown
  /** What was read of it; undefined when it was refused already. */
  readonly request: ExecutionRequest | undefined
  /** What was said about it so far, including the reasons of a refusal. */
  readonly messages: readonly Message[]
  readonly candidates: readonly PoolCandidate[]
  /** The pools that let nothing new in; left out where there are none. */
  readonly closed?: readonly ClosedPool[]
  /** Messages on platforms that take nothing on now, for an answer without offers. */
  readonly silent?: readonly Message[]
  /** The groups that it counts for; undefined where no quota is for groups. */
  readonly groups?: readonly string[]
  /** With what its data are moved in the name of the owner, encrypted. */
  readonly delegation?: string
  /** What caused it, where traces are collected. */
  readonly traceparent?: string | undefined
}

/** An answer: an offer set with its offers, as they are kept. */
export interface OfferedSet {
  readonly offerSet: OfferSet
  readonly offers: readonly Execution[]
}

/** An answer with what it holds as long as its offers are open. */
export interface PlannedSet extends OfferedSet {
  /** The body of the request; missing where nothing is offered. */
  readonly request?: unknown
  readonly delegation?: string
  readonly bookings: readonly HeldBooking[]
}

/** Plans the answer to a request in pools as they are. */
export function planOfferSet(
  asked: Asked,
  limits: OfferLimits,
  replicas: readonly Replica[],
  ids: IdSource,
  now: Instant,
): PlannedSet {
  const { offers: planned, messages } = plan(asked, limits, replicas, now)
  const made = asked.request && madeName(asked.request)
  const name = asked.name ?? made
  const described = asked.description ? { description: asked.description } : {}
  const offerSet: OfferSet = {
    id: ids.offerSet(),
    owner: asked.owner,
    ...(name ? { name } : {}),
    ...described,
    spelling: asked.spelling,
    result: planned.length > 0 ? 'YES' : 'NO',
    messages: [...asked.messages, ...messages],
    createdAt: now,
    expiresAt: Math.max(now, ...planned.map(({ expiresAt }) => expiresAt)),
    ...(asked.groups ? { groups: asked.groups } : {}),
  }
  const offers = planned.map((offer, position): Execution => ({
    id: ids.execution(),
    offerSetId: offerSet.id,
    position,
    owner: asked.owner,
    name: asked.name ?? offerName(made ?? '', position),
    ...described,
    phase: 'OFFERED',
    phaseSince: now,
    createdAt: now,
    modifiedAt: now,
    expiresAt: offer.expiresAt,
    plan: offer.plan,
  }))
  const bookings = envelopeByPool(planned.map(({ plan, holds }) => ({ poolId: plan.poolId, holds })))
  return {
    offerSet,
    offers,
    // A refusal is kept to be read, and nobody reads in it what was asked for.
    ...(planned.length > 0 ? { request: asked.body } : {}),
    ...(asked.delegation ? { delegation: asked.delegation } : {}),
    bookings: bookings.map((booking) => ({ ...booking, offerSetId: offerSet.id })),
  }
}

function plan(
  asked: Asked,
  limits: OfferLimits,
  replicas: readonly Replica[],
  now: Instant,
): { offers: readonly PlannedOffer[]; messages: readonly Message[] } {
  const candidates = asked.candidates.flatMap((candidate) => {
    const replica = replicas.find(({ poolId }) => poolId === candidate.poolId)
    if (!replica) return []
    const own = replica.openSets.of(asked.owner, now)
    return [{ ...candidate, profile: replica.profile, ...(own ? { own } : {}), ...maintenanceOf(replica, now) }]
  })
  const { request, closed = [], silent = [] } = asked
  if (!request || candidates.length + closed.length === 0) return { offers: [], messages: [] }
  const { offers, messages } = planOffers(request, candidates, limits, now, closed)
  return { offers, messages: offers.length > 0 ? messages : [...messages, ...silent] }
}

/** What there is of maintenance in a pool, now or later. */
function maintenanceOf(replica: Replica, now: Instant): Pick<Candidate, 'maintenance'> {
  const windows = replica.maintenance.filter(({ toAt }) => toAt > now)
  return windows.length > 0 ? { maintenance: { windows, withheld: replica.withheldAfter(now) } } : {}
}

/** What a set holds in each pool: the envelope of its offers there. */
export function envelopeByPool(offers: readonly { poolId: number; holds: readonly Hold[] }[]): Booking[] {
  const byPool = groupBy(offers, ({ poolId }) => poolId as PoolId)
  return [...byPool].flatMap(([poolId, ofPool]) =>
    envelope(ofPool.map(({ holds }) => holds)).map((hold) => ({ poolId, ...hold })),
  )
}
