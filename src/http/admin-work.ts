/** The routes by which operators see what the engine has parked, and let it be tried again. */
import type { FastifyInstance } from 'fastify'
import { formatInstant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { isUuid, type ExecutionId } from '../domain/ids.ts'
import type { Schemas } from '../protocol/contract.ts'
import { readBody } from '../protocol/read-body.ts'
import { executionPath } from '../protocol/spell.ts'
import * as executions from '../store/executions.ts'
import * as work from '../store/work.ts'
import type { Link } from '../protocol/present.ts'
import { answer, linkFor, queryInteger, type HttpContext } from './context.ts'

/** As many are shown after a retry as are listed without saying how many. */
const USUAL = 50

/** Adds the routes. */
export function workRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock } = context

  app.get('/admin/work', async (request, reply) => {
    const limit = queryInteger(request, 'LAST', { min: 1, max: 500 }) ?? USUAL
    return answer(request, reply, 200, await laidAside(limit, linkFor(request, context)))
  })

  app.post('/admin/work', async (request, reply) => {
    const { retry } = readBody('WorkRetry', request.body)
    if (!isUuid(retry) || !(await executions.find(database, retry)))
      throw new BrokerError('NOT_FOUND', `There is no execution ${retry}.`)
    await work.retry(database, [retry as ExecutionId], clock.now())
    return answer(request, reply, 200, await laidAside(USUAL, linkFor(request, context)))
  })

  async function laidAside(limit: number, link: Link): Promise<Schemas['WorkList']> {
    return { work: (await work.parked(database, limit)).map((one) => presentWork(one, link)) }
  }
}

function presentWork(one: work.ParkedWork, link: Link): Schemas['Work'] {
  const { executionId, owner, name, phase, platform, kind, attempts, failingSince, parkedAt, parkedReason } = one
  return {
    uuid: executionId,
    url: link(executionPath('own', executionId)),
    owner,
    ...(name === undefined ? {} : { name }),
    ...{ phase, platform, attempts },
    doing: kind,
    ...(failingSince === undefined ? {} : { failingSince: formatInstant(failingSince) }),
    laidAside: formatInstant(parkedAt),
    reason: parkedReason,
  }
}
