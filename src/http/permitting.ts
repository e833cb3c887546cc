/** Asks the policies of the site for the routes. */
import type { FastifyRequest } from 'fastify'
import { wasAccepted } from '../booking/accept.ts'
import { justAccepted } from '../booking/accepted.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { requestOfPlan } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Caller } from '../identity/identity.ts'
import type { Judgement } from '../policies/policy-chain.ts'
import { find as findExecution, type Execution } from '../store/executions.ts'
import { knownCaller } from './calling.ts'
import type { HttpContext } from './context.ts'

/** Asks whether a request may be offered. */
export function mayBeOffered(
  request: ExecutionRequest,
  caller: Caller,
  { policies, clock }: HttpContext,
): Promise<Judgement> {
  return policies.judge({ moment: 'offer', now: clock.now(), caller, request })
}

/**
 * Accepts an offer that the policies and the quotas allow; gives the instant, or undefined for one that is accepted
 * already, which stays so. Throws POLICY_DENIED with all reasons, and as `Decisions.accept`.
 */
export async function acceptPermitted(
  request: FastifyRequest,
  offer: Execution,
  context: HttpContext,
): Promise<Instant | undefined> {
  const { database, clock, decisions, quotas, tracing } = context
  if (wasAccepted(offer)) return undefined
  const caller = knownCaller(request)
  await requirePermission(caller, offer, context)
  const permit = await quotas.permitFor(database, offer, caller, clock.now())
  try {
    const acceptedAt = await decisions.accept({ offer, permit, traceparent: tracing?.traceparent })
    await noteAccepted(offer, acceptedAt, context)
    return acceptedAt
  } catch (error) {
    // The same may have been asked twice at the same time; then the other one has done it, and may have used up a quota.
    const current = await findExecution(database, offer.id)
    if (!current || !wasAccepted(current)) throw error
    return undefined
  }
}

/** Tells the log of the phases that an offer has come to by being accepted at an instant. */
export async function noteAccepted(offer: Execution, at: Instant, { life }: Pick<HttpContext, 'life'>): Promise<void> {
  const { platform, pool } = offer.plan
  for (const { fromPhase, toPhase } of justAccepted(offer, at).history) {
    const what = { phase: toPhase, before: fromPhase, platform, pool }
    await life.note(offer, `The execution is ${toPhase}.`, what)
  }
}

/** One that is not open is not asked about: why it cannot be accepted is another reason. */
async function requirePermission(
  caller: Caller,
  { phase, plan, expiresAt }: Execution,
  context: HttpContext,
): Promise<void> {
  if (phase !== 'OFFERED' || expiresAt < context.clock.now()) return
  await requirePolicies(requestOfPlan(plan), caller, context)
}

/** Makes sure that the policies allow exactly this to be run. Throws POLICY_DENIED with all reasons. */
export async function requirePolicies(
  request: ExecutionRequest,
  caller: Caller,
  { policies, clock }: HttpContext,
): Promise<void> {
  const judged = await policies.judge({ moment: 'accept', now: clock.now(), caller, request })
  if (!judged.request) throw new BrokerError('POLICY_DENIED', judged.messages.map(({ text }) => text).join(' '))
}
