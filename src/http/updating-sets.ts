/** Carries out one update of an offer set: rejecting or cancelling all of it, or accepting one of its offers. */
import type { FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import type { ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { ACCEPTED_PATH } from '../protocol/options.ts'
import { impossibleUpdate, type Update } from '../protocol/read-update.ts'
import * as executions from '../store/executions.ts'
import type { OfferSet } from '../store/offer-sets.ts'
import * as work from '../store/work.ts'
import type { HttpContext } from './context.ts'
import { acceptPermitted } from './permitting.ts'
import { executionFor } from './views.ts'

const POSSIBLE = `possible are 'phase' to REJECTED or CANCELLED, and '${ACCEPTED_PATH}' to the UUID of an offer.`

/** Updates an offer set that the caller may update. */
export async function updateOfferSet(
  offerSet: OfferSet,
  update: Update,
  request: FastifyRequest,
  context: HttpContext,
): Promise<void> {
  if (update.type === 'enum' && update.path === 'phase' && update.value === 'REJECTED') return reject(offerSet, context)
  if (update.type === 'enum' && update.path === 'phase' && update.value === 'CANCELLED')
    return cancel(offerSet, context)
  if (update.type !== 'string' || update.path !== ACCEPTED_PATH) throw impossibleUpdate(update, POSSIBLE)
  const offer = await executionFor(request, update.value.toLowerCase(), 'update', context)
  if (offer.offerSetId !== offerSet.id) throw impossibleUpdate(update, 'it is no offer of this set.')
  await acceptPermitted(request, offer, context)
}

async function reject(offerSet: OfferSet, context: HttpContext): Promise<void> {
  const given = await context.decisions.giveUp({ offerSetId: offerSet.id, event: 'reject' })
  if (given.length > 0) return
  const phases = await phasesOf(offerSet, context)
  if (phases.size !== 1 || !phases.has('REJECTED')) throw nothingLeft('No offer of this set is open any more', phases)
}

/** Cancels all that lives of a set: its open offers, or the execution that one of them has become. */
async function cancel(offerSet: OfferSet, context: HttpContext): Promise<void> {
  const { database, decisions, clock } = context
  const given = await decisions.giveUp({ offerSetId: offerSet.id, event: 'cancel' })
  if (given.length > 0) return
  const moved = await database.transaction(async (tx) => {
    const accepted = (await executions.listOfOfferSets(tx, [offerSet.id])).filter(
      ({ startAt }) => startAt !== undefined,
    )
    const ids = accepted.map(({ id }) => id)
    const cancelled = await executions.move(tx, ids, 'cancel', clock.now())
    await work.wake(
      tx,
      cancelled.map(({ id }) => id),
      clock.now(),
      'release',
    )
    return cancelled
  })
  if (moved.length > 0) return
  const phases = await phasesOf(offerSet, context)
  if (!phases.has('CANCELLED')) throw nothingLeft('Nothing of this set can be cancelled any more', phases)
}

async function phasesOf({ id }: OfferSet, { database }: HttpContext): Promise<ReadonlySet<ExecutionPhase>> {
  return new Set((await executions.listOfOfferSets(database, [id])).map(({ phase }) => phase))
}

/** The conflict with the phases that the offers are in now; what is as a client wants it is none (`http/updating.ts`). */
function nothingLeft(detail: string, phases: ReadonlySet<ExecutionPhase>): BrokerError {
  const words = phases.size > 0 ? `its offers are ${[...phases].join(', ')}` : 'it has no offers'
  return new BrokerError('PHASE_CONFLICT', `${detail}: ${words}.`, { faults: [{ pointer: '/value', detail: words }] })
}
