/** Accepting and giving up offers. What is done to the offers of one set is done one after the other. */
import type { Instant } from '../domain/dates.ts'
import { groupBy } from '../domain/group-by.ts'
import { BrokerError } from '../domain/errors.ts'
import { earliestStart } from '../domain/execution-plan.ts'
import type { ExecutionId, OfferSetId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as offerSets from '../store/offer-sets.ts'
import type { PoolId } from '../store/pools.ts'
import * as work from '../store/work.ts'
import { acceptanceAtOnce, placesOf } from './accepted-at-once.ts'
import { holdsOfExecution, holdsOfOffer } from './holds.ts'
import { envelopeByPool } from './offers.ts'

/** True for an execution that was accepted and not cancelled by its client since. */
export function wasAccepted({ phase, startAt }: Pick<executions.Execution, 'phase' | 'startAt'>): boolean {
  return startAt !== undefined && phase !== 'CANCELLED'
}

/**
 * Accepts an offer: withdraws its siblings, holds what it needs and nothing more, and gives it to the engine. Throws
 * OFFER_EXPIRED when its time is over, PHASE_CONFLICT when it is not an open offer. `permit` comes first in the
 * transaction; when it throws, nothing was done.
 * `traceparent` is what caused it, where traces are collected.
 */
export async function acceptOffer(
  database: Database,
  offer: executions.Execution,
  now: Instant,
  permit: (tx: Transaction) => Promise<void> = async () => undefined,
  traceparent?: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    await permit(tx)
    await acceptOfferIn(tx, { offer, traceparent }, now)
  })
}

async function acceptOfferIn(tx: Transaction, accepting: work.Accepted, now: Instant): Promise<void> {
  const { offer } = accepting
  const { id, offerSetId, plan } = offer
  await offerSets.lock(tx, offerSetId)
  // An offer of an earlier release could be accepted after its preparation had to begin.
  const startAt = Math.max(plan.slot.startAt, now + plan.slot.prepareMs)
  const prepareAt = startAt - plan.slot.prepareMs
  const earliestAt = earliestStart(plan.slot)
  const accepted = await executions.accept(tx, [{ id, startAt, prepareAt, earliestAt }], now)
  if (accepted.length === 0) throw await whyNotAccepted(tx, id, now)
  const siblings = (await executions.listOfOfferSets(tx, [offerSetId])).filter((sibling) => sibling.id !== id)
  await executions.move(
    tx,
    siblings.map((sibling) => sibling.id),
    'withdraw',
    now,
  )
  // What the accepted offer holds lies within what the set held, so there is nothing to check.
  const held = holdsOfExecution(plan, prepareAt, startAt)
  await bookings.replace(
    tx,
    offerSetId,
    held.map((hold) => ({ poolId: plan.poolId as PoolId, ...hold })),
    [],
  )
  await handOver(tx, [accepting], now)
}

/**
 * Accepts the only offers of sets that this transaction has just booked, at once: what they hold is what they need. All
 * together, because the pool is locked meanwhile.
 */
export async function acceptBooked(tx: Transaction, offers: readonly work.Accepted[], now: Instant): Promise<void> {
  if (offers.length === 0) return
  const acceptances = offers.map(({ offer }) => acceptanceAtOnce(offer))
  const accepted = await executions.accept(tx, acceptances, now)
  if (accepted.length < offers.length) throw new Error('new offers cannot be accepted')
  await handOver(tx, offers, now)
}

/** Makes the components of accepted executions, and gives them to the engine. */
async function handOver(tx: Transaction, offers: readonly work.Accepted[], now: Instant): Promise<void> {
  const places = offers.flatMap(({ offer }) => placesOf(offer).map((place) => ({ executionId: offer.id, ...place })))
  await components.accept(tx, places, now)
  await work.insert(tx, offers, now)
}

async function whyNotAccepted(tx: Transaction, id: ExecutionId, now: Instant): Promise<BrokerError> {
  const current = await executions.find(tx, id)
  if (!current) return new BrokerError('NOT_FOUND', `There is no execution ${id}.`)
  if (current.phase === 'EXPIRED' || (current.phase === 'OFFERED' && current.expiresAt < now)) {
    return new BrokerError(
      'OFFER_EXPIRED',
      `The offer expired at ${new Date(current.expiresAt).toISOString()}; ask for new offers.`,
    )
  }
  return new BrokerError('PHASE_CONFLICT', `The execution is ${current.phase}; only an OFFERED one can be accepted.`)
}

/**
 * Gives up open offers of a set, by the client's wish or because something else needs their time, which is said to them
 * then. Gives those that were given up; an offer that is not open (any more) is left as it is.
 */
export async function giveUpOffers(
  database: Database,
  offerSetId: OfferSetId,
  event: 'reject' | 'cancel' | 'withdraw',
  now: Instant,
  which?: ExecutionId,
  said?: Message,
): Promise<readonly ExecutionId[]> {
  return database.transaction(async (tx) => {
    await offerSets.lock(tx, offerSetId)
    const open = (await executions.listOfOfferSets(tx, [offerSetId])).filter(
      ({ id, phase }) => phase === 'OFFERED' && (which === undefined || id === which),
    )
    const moved = await executions.move(
      tx,
      open.map(({ id }) => id),
      event,
      now,
    )
    if (said) for (const { id } of moved) await messages.add(tx, id, undefined, said)
    await holdOpenOffers(tx, [offerSetId])
    return moved.map(({ id }) => id)
  })
}

/** Ends offers whose time is over, at most those of `limit` of them; gives how many ended. */
export async function expireOffers(database: Database, now: Instant, limit: number): Promise<number> {
  return database.transaction(async (tx) => {
    const due = await offerSets.lockDue(tx, now, limit)
    if (due.length === 0) return 0
    const moved = await executions.expire(tx, due, now)
    await holdOpenOffers(tx, due)
    return moved.length
  })
}

/** Makes what sets hold the envelope of their open offers. A set with an accepted offer holds what that one needs. */
async function holdOpenOffers(tx: Transaction, offerSetIds: readonly OfferSetId[]): Promise<void> {
  const bySet = groupBy(await executions.listOfOfferSets(tx, offerSetIds), ({ offerSetId }) => offerSetId)
  const undecided = [...bySet].filter(
    ([, offers]) => !offers.some(({ startAt, givenBackAt }) => startAt !== undefined && givenBackAt === undefined),
  )
  const left = undecided.map(([offerSetId, offers]) => ({
    offerSetId,
    open: offers.filter(({ phase }) => phase === 'OFFERED'),
  }))
  const held = left.flatMap(({ offerSetId, open }) => {
    const holds = envelopeByPool(open.map(({ plan }) => ({ poolId: plan.poolId, holds: holdsOfOffer(plan) })))
    return holds.map((hold) => ({ ...hold, offerSetId }))
  })
  await bookings.replaceAll(
    tx,
    undecided.map(([offerSetId]) => offerSetId),
    held,
    left.flatMap(({ offerSetId, open }) => openSet(offerSetId, open)),
  )
}

function openSet(offerSetId: OfferSetId, open: readonly executions.Execution[]): bookings.OpenOfferSet[] {
  const [first] = open
  if (!first) return []
  return [{ offerSetId, owner: first.owner, expiresAt: Math.max(...open.map(({ expiresAt }) => expiresAt)) }]
}
