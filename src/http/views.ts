/** Collects what is shown of offer sets and executions. Another caller's are not there. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { justAccepted } from '../booking/accepted.ts'
import type { OfferedSet } from '../booking/offers.ts'
import { changeRanges } from '../booking/room.ts'
import { parseDuration, type Instant } from '../domain/dates.ts'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import { changeableIn, withinMost, type ChangeRanges } from '../domain/execution-change.ts'
import { requestOfPlan, type ComponentFamily } from '../domain/execution-plan.ts'
import { groupBy } from '../domain/group-by.ts'
import { executionOfComponent, isUuid, madeAtOf } from '../domain/ids.ts'
import { mayCall, relationOf, verdictOn, type Right } from '../policies/permissions.ts'
import type { ExecutionView, OfferSetView } from '../protocol/present.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import * as messages from '../store/messages.ts'
import * as offerSets from '../store/offer-sets.ts'
import type { PoolId } from '../store/pools.ts'
import { callerOf, requireRight } from './calling.ts'
import type { HttpContext } from './context.ts'
import { inTurn } from './large-answers.ts'

/** An execution that the caller has a right on. Throws NOT_FOUND, also where the caller may not know of it, and FORBIDDEN. */
export async function executionFor(
  request: FastifyRequest,
  uuid: string,
  right: Right,
  context: HttpContext,
): Promise<executions.Execution> {
  return allowed(request, isUuid(uuid) ? await executions.find(context.database, uuid) : undefined, right, {
    missing: `There is no execution ${uuid}.${leftWords(uuid, context)}`,
    context,
  })
}

/** A component's execution, which the caller may read, and its place there. Throws NOT_FOUND in the name of the component. */
export async function componentFor(
  request: FastifyRequest,
  uuid: string,
  family: ComponentFamily,
  context: HttpContext,
): Promise<{ readonly execution: executions.Execution; readonly index: number; readonly missing: BrokerError }> {
  const missing = new BrokerError('NOT_FOUND', `There is no ${family} ${uuid}.`)
  const owner = isUuid(uuid) ? executionOfComponent(uuid) : undefined
  if (!owner) throw missing
  const execution = await executionFor(request, owner.execution, 'read', context).catch((error: unknown) => {
    // Nothing was asked about its execution, so nothing is told of that.
    throw isBrokerError(error, 'NOT_FOUND') ? missing : error
  })
  return { execution, index: owner.index, missing }
}

/** An offer set that the caller has a right on. Throws as `executionFor` does. */
export async function offerSetFor(
  request: FastifyRequest,
  uuid: string,
  right: Right,
  context: HttpContext,
): Promise<offerSets.OfferSet> {
  return allowed(request, isUuid(uuid) ? await offerSets.find(context.database, uuid) : undefined, right, {
    missing: `There is no offer set ${uuid}.${leftWords(uuid, context)}`,
    context,
  })
}

/** What to add when the id is so old that the record may have been there. The time is in the id itself. */
function leftWords(uuid: string, { clock, settings }: HttpContext): string {
  const madeAt = madeAtOf(uuid)
  const { refused, offers, details, records } = settings.retention
  const soonestMs = Math.min(...[refused, offers].map((duration) => parseDuration(duration, 0).value))
  if (madeAt === undefined || clock.now() - madeAt < soonestMs) return ''
  return ` Answers without offers are kept for ${refused}, offers that nobody accepted for ${offers}, other answers for ${details}, executions for ${records} after their end.`
}

function allowed<Thing extends { readonly owner: string; readonly sharedWith?: readonly string[] }>(
  request: FastifyRequest,
  thing: Thing | undefined,
  right: Right,
  { missing, context }: { missing: string; context: HttpContext },
): Thing {
  if (!thing) throw new BrokerError('NOT_FOUND', missing)
  requireRight(request, { owner: thing.owner, sharedWith: thing.sharedWith ?? [] }, right, missing, context)
  return thing
}

/** Views of executions, with what the caller can change. */
export async function executionViews(
  request: FastifyRequest,
  found: readonly executions.Execution[],
  context: HttpContext,
): Promise<ExecutionView[]> {
  const { database } = context
  // Of a mere offer the components are in its plan, and nothing was said but why it was withdrawn.
  const accepted = found.filter(({ startAt }) => startAt !== undefined).map(({ id }) => id)
  const spokenOf = found.filter(({ startAt, phase }) => startAt !== undefined || phase === 'REJECTED')
  const changed = found.filter(({ phase }) => phase !== 'OFFERED').map(({ id }) => id)
  const [parts, said, history] = await Promise.all([
    accepted.length > 0 ? components.list(database, accepted) : [],
    spokenOf.length > 0
      ? messages.list(
          database,
          spokenOf.map(({ id }) => id),
        )
      : [],
    executions.history(database, changed),
  ])
  const historyOf = groupBy(history, ({ executionId }) => executionId)
  const partsOf = groupBy(parts, ({ executionId }) => executionId)
  const saidOf = groupBy(said, ({ executionId }) => executionId)
  const users = await usersOf(request, found, context)
  const views = found.map(async (execution): Promise<ExecutionView> => {
    const shown = {
      ...execution,
      user: users.get(execution.owner),
      components: partsOf.get(execution.id) ?? [],
      messages: saidOf.get(execution.id) ?? [],
      history: historyOf.get(execution.id) ?? [],
      mayEnter: may(request, execution, 'enter', context),
    }
    if (!may(request, execution, 'update', context)) return { ...shown, mayUpdate: false }
    return { ...shown, ranges: await rangesOf(request, execution, shown.components, context) }
  })
  return Promise.all(views)
}

/** The user names of owners, by their ids: for those who look after the broker, where there are accounts. */
async function usersOf(
  request: FastifyRequest,
  found: readonly executions.Execution[],
  { database, settings }: HttpContext,
): Promise<ReadonlyMap<string, string>> {
  const asking = callerOf(request)
  const mayKnow = !settings.open && asking !== undefined && mayCall(asking, 'operator', settings.reads) === 'allowed'
  if (!mayKnow || found.length === 0) return new Map()
  return identities.usernames(database, [...new Set(found.map(({ owner }) => owner))])
}

/** What there is room for to change. A program that is being stopped because its time is over gets no more of it. */
async function rangesOf(
  request: FastifyRequest,
  execution: executions.Execution,
  parts: readonly components.Component[],
  context: HttpContext,
): Promise<ChangeRanges> {
  const { database, ledger, clock, settings } = context
  const now = clock.now()
  const isOver = execution.endAt !== undefined && execution.endAt <= now
  if (isOver || changeableIn(execution.phase).length === 0 || parts.some(({ detail }) => detail.stopped)) return {}
  const { profile } = await ledger.glance(database, execution.plan.poolId as PoolId)
  return allowedOf(request, execution, changeRanges(profile, execution, settings.durationMaxMs, now), context)
}

/** Ranges of a change without what the policies refuse anyway. */
function allowedOf(
  request: FastifyRequest,
  execution: Pick<executions.Execution, 'phase' | 'plan'>,
  ranges: ChangeRanges,
  { policies, clock }: HttpContext,
): ChangeRanges {
  const caller = callerOf(request)
  if (!caller) return ranges
  const question = { moment: 'accept', now: clock.now(), caller, request: requestOfPlan(execution.plan) } as const
  return policies.most(question).reduce((left, most) => withinMost(left, execution, most), ranges)
}

function may(
  request: FastifyRequest,
  { owner, sharedWith = [] }: { readonly owner: string; readonly sharedWith?: readonly string[] },
  right: Right,
  { settings }: HttpContext,
): boolean {
  return verdictOn(relationOf(callerOf(request), { owner, sharedWith }), right, settings.reads) === 'allowed'
}

/** The view of one execution. */
export async function executionView(
  request: FastifyRequest,
  execution: executions.Execution,
  context: HttpContext,
): Promise<ExecutionView> {
  const [view] = await executionViews(request, [execution], context)
  return view as ExecutionView
}

/** What is shown of offer sets, with their offers. */
export async function offerSetViews(
  request: FastifyRequest,
  reply: FastifyReply,
  found: readonly offerSets.SizedOfferSet[],
  context: HttpContext,
): Promise<OfferSetView[]> {
  const yes = found.filter(({ result }) => result === 'YES').map(({ id }) => id)
  const bytes = found.reduce((sum, one) => sum + one.bytes, 0)
  const read = async () => executionViews(request, await executions.listOfOfferSets(context.database, yes), context)
  const offers = yes.length > 0 ? await inTurn(request, reply, context, bytes, read) : []
  const offersOf = groupBy(offers, ({ offerSetId }) => offerSetId)
  return found.map((offerSet) => ({
    ...offerSet,
    offers: offersOf.get(offerSet.id) ?? [],
    mayUpdate: may(request, offerSet, 'update', context),
  }))
}

/** What is shown of an offer set that was just made. */
export function viewOfOffered({ offerSet, offers }: OfferedSet): OfferSetView {
  return { ...offerSet, offers }
}

/** The view of an offer that was accepted just now, for its owner. Nothing is asked for that. */
export async function viewOfAccepted(
  request: FastifyRequest,
  offer: executions.Execution,
  acceptedAt: Instant,
  context: HttpContext,
): Promise<ExecutionView> {
  const { database, ledger, clock, settings } = context
  const { execution, ...rest } = justAccepted(offer, acceptedAt)
  // This process has just booked in the pool, so it knows it.
  const [replica] = await ledger.known(database, [execution.plan.poolId as PoolId])
  const room = replica ? changeRanges(replica.profile, execution, settings.durationMaxMs, clock.now()) : {}
  return { ...execution, ...rest, messages: [], ranges: allowedOf(request, execution, room, context) }
}

/** What is shown of one offer set. */
export async function offerSetView(
  request: FastifyRequest,
  reply: FastifyReply,
  offerSet: offerSets.SizedOfferSet,
  context: HttpContext,
): Promise<OfferSetView> {
  const [view] = await offerSetViews(request, reply, [offerSet], context)
  return view as OfferSetView
}
