/** Asks the policies of the site for the routes. */
import type { FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { requestOfPlan } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Caller } from '../identity/identity.ts'
import type { Judgement } from '../policies/policy-chain.ts'
import type { Execution } from '../store/executions.ts'
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

/** Asks whether an offer may be accepted. Throws POLICY_DENIED with all reasons. One that is not open is not asked about. */
export async function requirePermission(
  request: FastifyRequest,
  { phase, plan, expiresAt }: Execution,
  { policies, clock }: HttpContext,
): Promise<void> {
  const now = clock.now()
  if (phase !== 'OFFERED' || expiresAt < now) return
  const asked = { moment: 'accept' as const, now, caller: knownCaller(request), request: requestOfPlan(plan) }
  const judged = await policies.judge(asked)
  if (!judged.request) throw new BrokerError('POLICY_DENIED', judged.messages.map(({ text }) => text).join(' '))
}
