/** The ends of open offers that nobody takes: given up, many at once, or expired. Sets are locked before their offers, and pools last. */
import type { Instant } from '../domain/dates.ts'
import { groupBy } from '../domain/group-by.ts'
import type { ExecutionId, OfferSetId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import * as bookings from '../store/bookings.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as offerSets from '../store/offer-sets.ts'
import { holdsOfOffer } from './holds.ts'
import { envelopeByPool } from './offers.ts'

/** Open offers of a set that are to be given up, by the client's wish or because something else needs their time. */
export interface GivingUp {
  readonly offerSetId: OfferSetId
  readonly event: 'reject' | 'cancel' | 'withdraw'
  /** The only offer; left out for all of the set. */
  readonly which?: ExecutionId | undefined
  /** The message that each gets. */
  readonly said?: Message | undefined
}

/**
 * Gives up offers in one transaction; no offer is meant twice. Gives for each wish those that were given up; an offer that
 * is not open (any more) is left as it is.
 */
export async function giveUpOffers(
  database: Database,
  wanted: readonly GivingUp[],
  now: Instant,
): Promise<readonly (readonly ExecutionId[])[]> {
  return database.transaction(async (tx) => {
    const offerSetIds = [...new Set(wanted.map(({ offerSetId }) => offerSetId))]
    await offerSets.lock(tx, offerSetIds)
    const open = await executions.listOpen(tx, offerSetIds)
    const meant = wanted.map(({ offerSetId, event, which, said }) =>
      open
        .filter((offer) => offer.offerSetId === offerSetId && (which === undefined || offer.id === which))
        .map(({ id }) => ({ id, event, said })),
    )
    const moved = new Set((await executions.moveEach(tx, meant.flat(), now)).map(({ id }) => id))
    const gone = meant.map((offers) => offers.filter(({ id }) => moved.has(id)))
    await messages.addAll(
      tx,
      gone.flat().flatMap(({ id, said }) => (said ? [{ executionId: id, said }] : [])),
    )
    const changed = open.filter(({ id }) => moved.has(id)).map(({ offerSetId }) => offerSetId)
    await holdOpenOffers(
      tx,
      changed,
      open.filter(({ id }) => !moved.has(id)),
    )
    return gone.map((offers) => offers.map(({ id }) => id))
  })
}

/** Ends offers whose time is over, at most those of `limit` of them; gives how many ended. */
export async function expireOffers(database: Database, now: Instant, limit: number): Promise<number> {
  return database.transaction(async (tx) => {
    const due = await offerSets.lockDue(tx, now, limit)
    if (due.length === 0) return 0
    const moved = await executions.expire(tx, due, now)
    const changed = [...new Set(moved.map(({ offerSetId }) => offerSetId))]
    await holdOpenOffers(tx, changed, await executions.listOpen(tx, changed))
    return moved.length
  })
}

/**
 * Makes what sets hold the envelope of those of their offers that are still open. A set of which an open offer has just
 * ended has no accepted one, which would have withdrawn that.
 */
async function holdOpenOffers(
  tx: Transaction,
  changed: readonly OfferSetId[],
  open: readonly executions.Execution[],
): Promise<void> {
  if (changed.length === 0) return
  const sets = new Set(changed)
  const left = [...groupBy(open, ({ offerSetId }) => offerSetId)].filter(([offerSetId]) => sets.has(offerSetId))
  const held = left.flatMap(([offerSetId, offers]) =>
    envelopeByPool(offers.map(({ plan }) => ({ poolId: plan.poolId, holds: holdsOfOffer(plan) }))).map((hold) => ({
      ...hold,
      offerSetId,
    })),
  )
  await bookings.replaceAll(
    tx,
    [...sets],
    held,
    left.flatMap(([, offers]) => openSet(offers)),
  )
}

function openSet(open: readonly executions.Execution[]): bookings.OpenOfferSet[] {
  const [first] = open
  if (!first) return []
  const expiresAt = Math.max(...open.map((offer) => offer.expiresAt))
  return [{ offerSetId: first.offerSetId, owner: first.owner, expiresAt }]
}
