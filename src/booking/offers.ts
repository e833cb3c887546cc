/** Makes an offer set: plans and books it in one transaction, under the lock of the pools concerned. */
import type { Instant } from '../domain/dates.ts'
import { groupBy } from '../domain/group-by.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { IdSource, OfferSetId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import * as bookings from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as offerSets from '../store/offer-sets.ts'
import * as pools from '../store/pools.ts'
import { planOffers } from './plan.ts'
import { envelope, PoolProfile } from './profile.ts'
import type { Candidate, OfferLimits, PlannedOffer } from './slot-search.ts'

/** A pool that could run the request, before it is known what is free there. */
export type PoolCandidate = Omit<Candidate, 'profile'>

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
}

/** Holds that were not given back at their time are counted for at most so long more: the platform still has them. */
const OVERDUE_MS = 60_000

/** Answers a request: books what it offers, and keeps the answer. Gives the id of the offer set. */
export async function makeOfferSetIn(
  tx: Transaction,
  ids: IdSource,
  asked: Asked,
  limits: OfferLimits,
  now: Instant,
): Promise<OfferSetId> {
  const { offers, messages } = await plan(tx, asked, limits, now)
  const id = ids.offerSet()
  const offerSet: offerSets.OfferSet = {
    id,
    owner: asked.owner,
    ...(asked.name ? { name: asked.name } : {}),
    ...(asked.description ? { description: asked.description } : {}),
    spelling: asked.spelling,
    result: offers.length > 0 ? 'YES' : 'NO',
    messages: [...asked.messages, ...messages],
    createdAt: now,
    expiresAt: Math.max(now, ...offers.map(({ expiresAt }) => expiresAt)),
  }
  await offerSets.insert(tx, offerSet, asked.body)
  if (offers.length > 0) await keep(tx, ids, offerSet, offers, now)
  return id
}

async function plan(tx: Transaction, asked: Asked, limits: OfferLimits, now: Instant) {
  if (!asked.request || asked.candidates.length === 0) return { offers: [], messages: [] }
  const poolIds = asked.candidates.map(({ poolId }) => poolId as pools.PoolId)
  await pools.lock(tx, poolIds)
  const capacity = groupBy(await pools.capacity(tx, poolIds), ({ poolId }) => poolId)
  const held = groupBy(await bookings.list(tx, poolIds), ({ poolId }) => poolId)
  const candidates = asked.candidates.map((candidate): Candidate => {
    const poolId = candidate.poolId as pools.PoolId
    return {
      ...candidate,
      profile: new PoolProfile(capacity.get(poolId) ?? [], held.get(poolId) ?? [], now, OVERDUE_MS),
    }
  })
  return planOffers(asked.request, candidates, limits, now)
}

async function keep(
  tx: Transaction,
  ids: IdSource,
  offerSet: offerSets.OfferSet,
  offers: readonly PlannedOffer[],
  now: Instant,
): Promise<void> {
  const rows = offers.map((offer, position) => ({
    id: ids.execution(),
    position,
    name: offerSet.name,
    description: offerSet.description,
    expiresAt: offer.expiresAt,
    plan: offer.plan,
  }))
  await executions.insertOffers(tx, offerSet.id, offerSet.owner, rows, now)
  await bookings.replace(
    tx,
    offerSet.id,
    envelopeByPool(offers.map(({ plan, holds }) => ({ poolId: plan.poolId, holds }))),
  )
}

/** What a set holds in each pool: the envelope of its offers there. */
export function envelopeByPool(
  offers: readonly { poolId: number; holds: Parameters<typeof envelope>[0][number] }[],
): bookings.Booking[] {
  const byPool = groupBy(offers, ({ poolId }) => poolId as pools.PoolId)
  return [...byPool].flatMap(([poolId, ofPool]) =>
    envelope(ofPool.map(({ holds }) => holds)).map((hold) => ({ poolId, ...hold })),
  )
}
