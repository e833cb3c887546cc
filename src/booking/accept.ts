/** Accepting offers, many at once. What is done to the offers of one set is done one after the other. */
import type { Instant } from '../domain/dates.ts'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { QuotaAccount } from '../domain/quota.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as offerSets from '../store/offer-sets.ts'
import * as pools from '../store/pools.ts'
import type { PoolId } from '../store/pools.ts'
import * as quotas from '../store/quotas.ts'
import * as work from '../store/work.ts'
import { acceptanceOf, lookAtOf, placesOf } from './accepted.ts'
import { holdsOfExecution } from './holds.ts'

/** True for an execution that was accepted and not cancelled by its client since. */
export function wasAccepted({ phase, startAt }: Pick<executions.Execution, 'phase' | 'startAt'>): boolean {
  return startAt !== undefined && phase !== 'CANCELLED'
}

/** An offer that is to be accepted. */
export interface Accepting extends work.Accepted {
  /** The count that it needs; left out where there is nothing to count. */
  readonly permit?: Permit | undefined
}

/** The count that an acceptance depends on. */
export interface Permit {
  /** The accounts that nobody else may count for meanwhile. */
  readonly accounts: readonly QuotaAccount[]
  /** Counts; the accounts are locked. Throws a BrokerError where the offer may not be accepted. */
  require(tx: Transaction): Promise<void>
}

/**
 * Accepts offers of different sets in one transaction: withdraws their siblings, holds what each needs and nothing more,
 * and gives them to the engine. Gives for each undefined, or why it was not accepted, which does not concern the others:
 * OFFER_EXPIRED when its time is over, PHASE_CONFLICT when it is not an open offer, FORBIDDEN when the account of its owner
 * is disabled, and what its permit throws.
 */
export async function acceptOffers(
  database: Database,
  accepting: readonly Accepting[],
  now: Instant,
): Promise<readonly (BrokerError | undefined)[]> {
  return database.transaction(async (tx) => {
    const accounts = accepting.flatMap(({ permit }) => permit?.accounts ?? [])
    if (accounts.length > 0) await quotas.lock(tx, accounts)
    await offerSets.lock(
      tx,
      accepting.map(({ offer }) => offer.offerSetId),
    )
    const { accepted, refusals } = await moveAll(tx, accepting, now)
    await handOver(tx, accepted, now)
    await holdAccepted(tx, accepted, now)
    return accepting.map(({ offer }) => refusals.get(offer.id))
  })
}

interface Moved {
  readonly accepted: readonly Accepting[]
  readonly refusals: ReadonlyMap<ExecutionId, BrokerError>
}

/** Moves all that nothing has to be counted for at once, and then the others in turn, since each count has those before it. */
async function moveAll(tx: Transaction, accepting: readonly Accepting[], now: Instant): Promise<Moved> {
  const refusals = new Map<ExecutionId, BrokerError>()
  const moved = new Set<ExecutionId>()
  const accept = async (some: readonly Accepting[]) => {
    const acceptances = some.map(({ offer }) => acceptanceOf(offer, now))
    for (const { id } of await executions.accept(tx, acceptances, now)) moved.add(id)
  }
  await accept(accepting.filter(({ permit }) => !permit))
  for (const one of accepting) {
    if (!one.permit) continue
    const refusal = await one.permit.require(tx).then(() => undefined, expected)
    if (refusal) refusals.set(one.offer.id, refusal)
    else await accept([one])
  }
  const accepted = accepting.filter(({ offer }) => moved.has(offer.id))
  for (const { offer } of accepting)
    if (!moved.has(offer.id) && !refusals.has(offer.id)) refusals.set(offer.id, await whyNotAccepted(tx, offer.id, now))
  return { accepted, refusals }
}

/** The expected failure that an error is; any other is thrown again. */
function expected(error: unknown): BrokerError {
  if (isBrokerError(error)) return error
  throw error
}

/** Makes sets hold what their accepted offers need. Last, because it locks the pools: nobody waits for longer than the commit. */
async function holdAccepted(tx: Transaction, accepted: readonly Accepting[], now: Instant): Promise<void> {
  if (accepted.length === 0) return
  // What an accepted offer holds lies within what its set held, so there is nothing to check.
  const held = accepted.flatMap(({ offer }) => {
    const { offerSetId, plan } = offer
    const { prepareAt, startAt } = acceptanceOf(offer, now)
    return holdsOfExecution(plan, prepareAt, startAt).map((hold) => ({
      ...hold,
      ...{ offerSetId, poolId: plan.poolId as PoolId },
    }))
  })
  await bookings.replaceAll(
    tx,
    accepted.map(({ offer }) => offer.offerSetId),
    held,
    [],
  )
}

/**
 * Accepts the only offers of sets that this transaction has just booked, at once: what they hold is what they need. All
 * together, because the pool is locked meanwhile.
 */
export async function acceptBooked(tx: Transaction, offers: readonly work.Accepted[], now: Instant): Promise<void> {
  if (offers.length === 0) return
  const acceptances = offers.map(({ offer }) => acceptanceOf(offer, now))
  const accepted = await executions.accept(tx, acceptances, now)
  if (accepted.length < offers.length) throw new Error('new offers cannot be accepted')
  await handOver(tx, offers, now)
  const early = offers.filter((_, index) => acceptances[index]?.next === undefined)
  // Nothing less is held by that, but what has to wait may be prepared by now.
  await pools.tell(
    tx,
    early.map(({ offer: { plan } }) => plan.poolId as PoolId),
  )
}

/** Makes the components of accepted executions, and gives them to the engine. */
async function handOver(tx: Transaction, offers: readonly work.Accepted[], now: Instant): Promise<void> {
  if (offers.length === 0) return
  const places = offers.flatMap(({ offer }) => placesOf(offer).map((place) => ({ executionId: offer.id, ...place })))
  await components.accept(tx, places, now)
  await work.insert(
    tx,
    offers.map((one) => ({ ...one, runAt: lookAtOf(one.offer, now) })),
  )
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
  if (current.phase === 'OFFERED')
    return new BrokerError(
      'FORBIDDEN',
      'The account of the owner is disabled, so nothing of it is accepted; an administrator can enable it again.',
    )
  const inSet = await executions.listOfOfferSets(tx, [current.offerSetId])
  const accepted = inSet.find((one) => one.id !== id && wasAccepted(one))
  const why =
    current.phase === 'REJECTED' && accepted
      ? `The offer is REJECTED, because another one of its set was accepted, ${accepted.id}; ask for offers again for a second execution.`
      : `The execution is ${current.phase}; only an OFFERED one can be accepted.`
  return new BrokerError('PHASE_CONFLICT', why)
}
