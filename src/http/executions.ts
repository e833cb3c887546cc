/** The routes of executions. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DateError, parseInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { EXECUTION_PHASES, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { SPELLINGS, type Spelling } from '../domain/spelling.ts'
import { presentRefusal } from '../protocol/present-refusal.ts'
import { presentExecution } from '../protocol/present.ts'
import { phaseNamed, readUpdate } from '../protocol/read-update.ts'
import { EXECUTIONS, executionPath } from '../protocol/spell.ts'
import * as executions from '../store/executions.ts'
import * as offerSets from '../store/offer-sets.ts'
import type { WantedPage } from '../store/pages.ts'
import { ask, directLimits } from './asking.ts'
import { knownCaller } from './calling.ts'
import { answer, badQuery, linkFor, queryAll, queryInteger, queryOne, type HttpContext } from './context.ts'
import { created } from './offersets.ts'
import { holdOpen } from './held-answers.ts'
import { makeOnce } from './once.ts'
import { listedOf } from './listed.ts'
import { noteAccepted } from './permitting.ts'
import { readPage } from './large-answers.ts'
import { linked, pageOf } from './paging.ts'
import { updateExecution } from './updating.ts'
import { executionView, executionViews, executionFor, viewOfAccepted } from './views.ts'
import { waitForChange } from './waiting.ts'

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
  const { database } = context

  const list = `/${EXECUTIONS[spelling]}`

  for (const path of RUN_PATHS[spelling]) app.post(path, run)

  async function run(request: FastifyRequest, reply: FastifyReply) {
    const caller = knownCaller(request)
    const { offerSetId, executionId, offered } = await makeOnce(request, reply, caller, context, 1, async () => {
      const asked = await ask(request, caller, spelling, context)
      return { asked, limits: directLimits(context), direct: true }
    })
    if (executionId) {
      const url = linkFor(request, context)(executionPath(spelling, executionId))
      const made = offered?.offers.find(({ id }) => id === executionId)
      if (made) await noteAccepted(made, made.createdAt, context)
      const body = made
        ? presentExecution(
            await viewOfAccepted(request, made, made.createdAt, context),
            linkFor(request, context),
            spelling,
          )
        : await present(executionId, request)
      return created(request, reply, url, body)
    }
    const refused = offered?.offerSet ?? (await offerSets.find(database, offerSetId))
    return answer(request, reply, 400, presentRefusal(refused?.messages ?? [], refused?.name, spelling))
  }

  app.get(list, async (request, reply) => {
    const [whose, filter, wanted] = [await listedOf(request, context), filterOf(request), pageOf(request)]
    const list = (page: WantedPage) => executions.list(database, whose, filter, page)
    const views = await readPage(request, reply, context, wanted, list, (page) =>
      executionViews(request, linked(request, reply, page, linkFor(request, context)), context),
    )
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
      await waitForChange(id, left, waitSeconds, context, holdOpen(request, reply, id, context))
    }
    return answer(request, reply, 200, await present(id, request))
  })

  app.post<{ Params: Params }>(`${list}/:uuid`, async (request, reply) => {
    const execution = await executionFor(request, request.params.uuid, 'update', context)
    const acceptedAt = await updateExecution(execution, readUpdate(request.body), request, context)
    const isOwn = execution.owner === knownCaller(request).owner
    if (acceptedAt === undefined || !isOwn) return answer(request, reply, 200, await present(execution.id, request))
    const view = await viewOfAccepted(request, execution, acceptedAt, context)
    return answer(request, reply, 200, presentExecution(view, linkFor(request, context), spelling))
  })

  async function present(id: string, request: FastifyRequest) {
    const execution = await executions.find(database, id)
    if (!execution) throw new BrokerError('NOT_FOUND', `There is no execution ${id}.`)
    return presentExecution(await executionView(request, execution, context), linkFor(request, context), spelling)
  }
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
    return parseInstant(/T[^TZ+-]*$/i.test(text) ? `${text}Z` : text)
  } catch (error) {
    if (!(error instanceof DateError)) throw error
    throw badQuery(name, `'${text}' is not an instant such as 2026-11-24T12:00:00Z`)
  }
}

function phaseOfQuery(word: string): ExecutionPhase {
  const phase = phaseNamed(word.toUpperCase())
  if (!phase) throw badQuery('PHASE', `'${word}' is not a phase; phases are ${EXECUTION_PHASES.join(', ')}`)
  return phase
}
