/** The routes by which owners say to which groups an offer set, and the execution that becomes of it, is shown. */
import type { FastifyInstance } from 'fastify'
import { record, requireSeldom } from '../accounts/accounts.ts'
import { readBody } from '../protocol/read-body.ts'
import * as offerSets from '../store/offer-sets.ts'
import { actorOf } from './calling.ts'
import { answer, type HttpContext } from './context.ts'
import { offerSetFor } from './views.ts'

interface Params {
  readonly uuid: string
}

/** Adds the routes. */
export function sharingRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock, settings } = context

  app.get<{ Params: Params }>('/offersets/:uuid/sharing', async (request, reply) => {
    const { sharedWith = [] } = await offerSetFor(request, request.params.uuid, 'share', context)
    return answer(request, reply, 200, { groups: sharedWith })
  })

  app.post<{ Params: Params }>('/offersets/:uuid/sharing', async (request, reply) => {
    const { id } = await offerSetFor(request, request.params.uuid, 'share', context)
    const { groups: wanted = [] } = readBody('Sharing', request.body)
    const groups = [...new Set(wanted)]
    const [actor, now] = [actorOf(request, context), clock.now()]
    await database.transaction(async (tx) => {
      if (!(await offerSets.share(tx, id, groups))) return
      // Showing it to nobody any more is always possible; it was shown to somebody as often before.
      if (groups.length > 0) await requireSeldom(tx, actor, settings.retention.auditPerDay, now, 'share offer set')
      await record(tx, actor, now, 'share offer set', id, { groups })
    })
    return answer(request, reply, 200, { groups })
  })
}
