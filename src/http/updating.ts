/** Carries out one update of an execution. What is not possible is 409 or 422, names the field, and changes nothing. */
import type { FastifyRequest } from 'fastify'
import { wasAccepted } from '../booking/accept.ts'
import { changeExecution } from '../booking/change.ts'
import { convertAmount } from '../domain/amounts.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { growsBy, isChangeable, withChange, type Change, type Changeable } from '../domain/execution-change.ts'
import { executionLifecycle, type ExecutionEvent, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { requestOfPlan } from '../domain/execution-plan.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { KIND } from '../protocol/kinds.ts'
import { CHANGE_PATHS, NAME_LENGTH_MAX } from '../protocol/options.ts'
import { impossibleUpdate, phaseNamed, type Update } from '../protocol/read-update.ts'
import * as executions from '../store/executions.ts'
import * as work from '../store/work.ts'
import { knownCaller } from './calling.ts'
import type { HttpContext } from './context.ts'
import { acceptPermitted, requirePolicies } from './permitting.ts'

/** Updates an execution that the caller may update. Gives the instant at which it was accepted, where this has done that. */
export async function updateExecution(
  execution: executions.Execution,
  wanted: Update,
  request: FastifyRequest,
  context: HttpContext,
): Promise<Instant | undefined> {
  if (wanted.type === 'enum' && wanted.path === 'phase') return updatePhase(execution, wanted, request, context)
  const change = changeIn(wanted)
  if (change) await updatePromise(execution, change, request, context)
  else if (wanted.type === 'string' && Object.hasOwn(NAMES, wanted.path)) await rename(execution, wanted, context)
  else throw notPossible(wanted)
  return undefined
}

/** The texts that can be set, and what each has to be. */
const NAMES: Readonly<
  Record<string, { readonly field: 'name' | 'description'; readonly lengthMin: number; readonly lengthMax: number }>
> = {
  'meta/name': { field: 'name', lengthMin: 1, lengthMax: NAME_LENGTH_MAX },
  'meta/description': { field: 'description', lengthMin: 0, lengthMax: Infinity },
}

async function rename(
  { id, owner, description = '' }: executions.Execution,
  wanted: Update & { type: 'string' },
  { database, clock, kept }: HttpContext,
): Promise<void> {
  const { field, lengthMin, lengthMax } = NAMES[wanted.path] as (typeof NAMES)[string]
  const { length } = wanted.value
  if (length < lengthMin || length > lengthMax)
    throw impossibleUpdate(wanted, `a name has 1 to ${NAME_LENGTH_MAX} characters.`)
  const more = field === 'description' ? Buffer.byteLength(wanted.value) - Buffer.byteLength(description) : 0
  await kept.within(owner, Math.max(0, more), () =>
    executions.rename(database, id, { [field]: wanted.value }, clock.now()),
  )
}

/** The change of a promise that an update asks for; undefined when it asks for something else. */
function changeIn(wanted: Update): Change | undefined {
  const of = (Object.keys(CHANGE_PATHS) as Changeable[]).find((what) => CHANGE_PATHS[what].path === wanted.path)
  if (!of) return undefined
  const isDelta = of === 'duration'
  if (wanted.type !== (isDelta ? 'delta' : 'integer'))
    throw impossibleUpdate(
      wanted,
      `it is changed by an update of kind ${isDelta ? KIND.deltaUpdate : KIND.integerUpdate}.`,
      '/kind',
    )
  const { units } = CHANGE_PATHS[of]
  if (wanted.units !== undefined && wanted.units !== units) {
    const amount = wanted.type === 'delta' ? wanted.delta : wanted.value
    const converted = convertAmount(`${Math.abs(amount)} ${wanted.units}`, units)
    const advice = converted ? `; ${converted.words}, so write ${Math.sign(amount) * converted.whole} and ${units}` : ''
    const detail = `it is counted in ${units}, not in '${wanted.units}'${advice}`
    throw new BrokerError('UNPROCESSABLE', `'${wanted.path}' cannot be changed so: ${detail}.`, {
      faults: [{ pointer: '/units', detail }],
    })
  }
  return { of, by: wanted.type === 'delta' ? wanted.delta : wanted.value }
}

/** What gets more is asked about as if it were accepted anew; what gets less, or is refused anyway, is not. */
async function updatePromise(
  execution: executions.Execution,
  change: Change,
  request: FastifyRequest,
  context: HttpContext,
): Promise<void> {
  const { database, ledger, clock, quotas, settings } = context
  const caller = knownCaller(request)
  const grows = growsBy(execution, change)
  const changeContext = { database, ledger, clock, durationMaxMs: settings.durationMaxMs }
  if (!grows || !isChangeable(change.of, execution.phase)) return changeExecution(execution, change, changeContext)
  await requirePolicies(requestOfPlan(withChange(execution, change).plan), caller, context)
  await changeExecution(execution, change, changeContext, (tx, changed) =>
    quotas.requireAcceptable(tx, changed, caller, clock.now()),
  )
}

async function updatePhase(
  execution: executions.Execution,
  wanted: Update & { type: 'enum' },
  request: FastifyRequest,
  context: HttpContext,
): Promise<Instant | undefined> {
  const { id, phase } = execution
  const target = phaseNamed(wanted.value)
  if (!target) throw impossibleUpdate(wanted, `that is not a phase; ${possiblePhases(phase)}.`)
  if (isAlready(execution, target)) return undefined
  if (target === 'ACCEPTED') return acceptPermitted(request, execution, context)
  const transition = executionLifecycle.clientTransitions(phase).find(({ to }) => to === target)
  if (!transition) throw phaseConflict(phase, target)
  if (!(await end(execution, transition.event, context))) await requireAlready(id, target, context)
  return undefined
}

/** Ends an offer or an execution by the wish of its client; false when it was not possible any more. */
async function end(
  { id, offerSetId, phase }: executions.Execution,
  event: ExecutionEvent,
  { database, decisions, clock }: HttpContext,
): Promise<boolean> {
  if (phase === 'OFFERED') {
    const given = await decisions.giveUp({ offerSetId, event: event === 'reject' ? 'reject' : 'cancel', which: id })
    return given.length > 0
  }
  return database.transaction(async (tx) => {
    const moved = await executions.move(tx, [id], event, clock.now())
    if (moved.length > 0) await work.wake(tx, [id], clock.now(), 'release')
    return moved.length > 0
  })
}

/** Another request was faster: PHASE_CONFLICT with the phase that the execution is in now, unless it wanted the same. */
async function requireAlready(id: ExecutionId, target: ExecutionPhase, { database }: HttpContext): Promise<void> {
  const current = await executions.find(database, id)
  if (current && !isAlready(current, target)) throw phaseConflict(current.phase, target)
}

/**
 * True if an execution is what a client wants of it, so that one whose answer was lost can ask again. What was released
 * may be complete by then.
 */
function isAlready(execution: executions.Execution, target: ExecutionPhase): boolean {
  const { phase } = execution
  if (target === 'ACCEPTED') return wasAccepted(execution)
  return phase === target || (target === 'RELEASING' && phase === 'COMPLETED')
}

function phaseConflict(phase: ExecutionPhase, target: ExecutionPhase): BrokerError {
  const words = possiblePhases(phase)
  return new BrokerError(
    'PHASE_CONFLICT',
    `The execution is ${phase}, so its phase cannot be set to ${target}; ${words}.`,
    {
      faults: [{ pointer: '/value', detail: words }],
    },
  )
}

/** Which phases a client can ask for now. */
function possiblePhases(phase: ExecutionPhase): string {
  const possible = [...new Set(executionLifecycle.clientTransitions(phase).map(({ to }) => to))]
  return possible.length > 0 ? `possible now: ${possible.join(', ')}` : 'nothing can change it any more'
}

/** What is there to be updated is updated with another kind, or it is not there. */
function notPossible(wanted: Update): BrokerError {
  const kind =
    wanted.path === 'phase' ? KIND.enumUpdate : Object.hasOwn(NAMES, wanted.path) ? KIND.stringUpdate : undefined
  if (kind) return impossibleUpdate(wanted, `it is changed by an update of kind ${kind}.`, '/kind')
  const paths = ['phase', ...Object.values(CHANGE_PATHS).map(({ path }) => path), ...Object.keys(NAMES)]
  return impossibleUpdate(
    wanted,
    `possible are ${paths.map((path) => `'${path}'`).join(', ')}; see meta.options.`,
    '/path',
  )
}
