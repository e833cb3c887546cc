/** The routes of executions. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { giveUpOffers } from '../booking/accept.ts'
import { DateError, parseInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { SPELLINGS, type Spelling } from '../domain/spelling.ts'
import { presentExecution, presentRefusal } from '../protocol/present.ts'
import { impossibleUpdate, phaseNamed, readUpdate, type Update } from '../protocol/read-update.ts'
import { EXECUTIONS, executionPath } from '../protocol/spell.ts'
import * as executions from '../store/executions.ts'
import * as offerSets from '../store/offer-sets.ts'
import * as work from '../store/work.ts'
import { ask, directLimits } from './asking.ts'
import { knownCaller } from './calling.ts'
import { answer, badQuery, linkFor, queryAll, queryInteger, queryOne, type HttpContext } from './context.ts'
import { created } from './offersets.ts'
import { makeOnce } from './once.ts'
import { nextPage, pageOf } from './paging.ts'
import { acceptPermitted } from './permitting.ts'
import { executionView, executionViews, executionFor } from './views.ts'
import { waitForChange, whenOver } from './waiting.ts'

/** Where something is run directly in each spelling. The published schema had `POST /sessions` for a time. */
const RUN_PATHS: Readonly<Record<Spelling, readonly string[]>> = {
  own: ['/executions'],
  published: ['/direct', '/sessions'],
}

interface Params {
  readonly uuid: string
}

/** Adds the routes, in both spellings. */
export function executionRoutes(app: FastifyInstance, context: HttpContext): void {
  for (const spelling of SPELLINGS) routesIn(spelling, app, context)
}

function routesIn(spelling: Spelling, app: FastifyInstance, context: HttpContext): void {
  const { database, clock } = context

  const list = `/${EXECUTIONS[spelling]}`

  for (const path of RUN_PATHS[spelling]) app.post(path, run)

  async function run(request: FastifyRequest, reply: FastifyReply) {
    const caller = knownCaller(request)
    const { offerSetId, executionId } = await makeOnce(request, reply, caller, context, async () => {
      const asked = await ask(request, caller, spelling, context)
      return { asked, limits: directLimits(context), direct: true }
    })
    if (executionId) {
      const url = linkFor(request, context)(executionPath(spelling, executionId))
      return created(request, reply, url, await present(executionId, request))
    }
    const refused = await offerSets.find(database, offerSetId)
    return answer(request, reply, 400, presentRefusal(refused?.messages ?? [], refused?.name, spelling))
  }

  app.get(list, async (request, reply) => {
    const caller = knownCaller(request)
    const page = pageOf(request)
    const found = await executions.list(database, caller.owner, {
      ...filterOf(request),
      ...page,
      limit: page.limit + 1,
    })
    const views = await executionViews(database, nextPage(request, reply, found, page, linkFor(request, context)))
    return answer(request, reply, 200, {
      [EXECUTIONS[spelling]]: views.map((view) => presentExecution(view, linkFor(request, context), spelling)),
    })
  })

  app.get<{ Params: Params }>(`${list}/:uuid`, async (request, reply) => {
    const { id, phase } = await executionFor(request, request.params.uuid, 'read', context)
    const waitSeconds = queryInteger(request, 'WAIT', { min: -1, max: Number.MAX_SAFE_INTEGER })
    const phaseWord = queryOne(request, 'PHASE')
    if (waitSeconds !== undefined && waitSeconds !== 0) {
      const left = phaseWord === undefined ? phase : phaseOfQuery(phaseWord)
      await waitForChange(id, left, waitSeconds, context, whenOver(reply, context))
    }
    return answer(request, reply, 200, await present(id, request))
  })

  app.post<{ Params: Params }>(`${list}/:uuid`, async (request, reply) => {
    const execution = await executionFor(request, request.params.uuid, 'update', context)
    await update(execution, readUpdate(request.body), request)
    return answer(request, reply, 200, await present(execution.id, request))
  })

  async function update(execution: executions.Execution, wanted: Update, request: FastifyRequest): Promise<void> {
    if (wanted.type === 'enum' && wanted.path === 'phase') return updatePhase(execution, wanted, request)
    const now = clock.now()
    const isName = wanted.path === 'meta/name' && wanted.type === 'string'
    if (isName && wanted.value !== '' && wanted.value.length <= 200)
      return executions.rename(database, execution.id, { name: wanted.value }, now)
    if (isName) throw impossibleUpdate(wanted, 'a name has 1 to 200 characters.')
    if (wanted.path === 'meta/description' && wanted.type === 'string') {
      return executions.rename(database, execution.id, { description: wanted.value }, now)
    }
    throw impossibleUpdate(wanted, "possible are 'phase', 'meta/name' and 'meta/description'; see meta.options.")
  }

  async function updatePhase(
    execution: executions.Execution,
    wanted: Update & { type: 'enum' },
    request: FastifyRequest,
  ): Promise<void> {
    const { id, offerSetId, phase } = execution
    const target = phaseNamed(wanted.value)
    if (!target) throw impossibleUpdate(wanted, 'that is not a phase.')
    const transition = executionLifecycle.clientTransitions(phase).find(({ to }) => to === target)
    if (target === 'ACCEPTED') {
      return acceptPermitted(request, execution, context)
    }
    if (!transition) throw conflict(phase, target)
    if (phase === 'OFFERED') {
      const event = transition.event === 'reject' ? 'reject' : 'cancel'
      const given = await giveUpOffers(database, offerSetId, event, clock.now(), id)
      if (given.length === 0) throw await currentConflict(id, target)
      return
    }
    await database.transaction(async (tx) => {
      const moved = await executions.move(tx, [id], transition.event, clock.now())
      if (moved.length === 0) throw await currentConflict(id, target)
      await work.wake(tx, [id], clock.now())
    })
  }

  /** Somebody else was faster: the conflict with the phase that the execution is in now. */
  async function currentConflict(id: ExecutionId, target: ExecutionPhase): Promise<BrokerError> {
    const current = await executions.find(database, id)
    return conflict(current?.phase ?? target, target)
  }

  async function present(id: string, request: FastifyRequest) {
    const execution = await executions.find(database, id)
    if (!execution) throw new BrokerError('NOT_FOUND', `There is no execution ${id}.`)
    return presentExecution(await executionView(database, execution), linkFor(request, context), spelling)
  }
}

function conflict(phase: ExecutionPhase, target: ExecutionPhase): BrokerError {
  const possible = [...new Set(executionLifecycle.clientTransitions(phase).map(({ to }) => to))]
  const words = possible.length > 0 ? `possible now: ${possible.join(', ')}` : 'nothing can change it any more'
  return new BrokerError('PHASE_CONFLICT', `The execution is ${phase} and cannot become ${target}; ${words}.`)
}

/** Which executions are asked for. An instant without a zone is in UTC, as everywhere in the VO. */
function filterOf(request: FastifyRequest): Pick<executions.ListFilter, 'phases' | 'createdAfter' | 'name'> {
  const phases = queryAll(request, 'PHASE').map((word) => phaseOfQuery(word))
  const after = queryOne(request, 'AFTER')
  return {
    phases: phases.length > 0 ? phases : undefined,
    createdAfter: after === undefined ? undefined : instantOfQuery('AFTER', after),
    name: queryOne(request, 'name'),
  }
}

function instantOfQuery(name: string, text: string): Instant {
  try {
    return parseInstant(/T[^Z+-]*$/i.test(text) ? `${text}Z` : text)
  } catch (error) {
    if (!(error instanceof DateError)) throw error
    throw badQuery(name, `'${text}' is not an instant such as 2026-11-24T12:00:00Z`)
  }
}

function phaseOfQuery(word: string): ExecutionPhase {
  const phase = phaseNamed(word.toUpperCase())
  if (!phase) throw badQuery('PHASE', `'${word}' is not a phase`)
  return phase
}
