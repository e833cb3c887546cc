/**
 * The path `/offers/{uuid}` of the draft text, which speaks of an offer in one place and of an offer set in another.
 * It leads on to whichever of the two has that UUID, with the method and the body as they are.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isBrokerError } from '../domain/errors.ts'
import { executionPath } from '../protocol/spell.ts'
import * as offerSets from '../store/offer-sets.ts'
import { linkFor, type HttpContext } from './context.ts'
import { executionFor, offerSetFor } from './views.ts'

/** Adds the route. */
export function offerRoutes(app: FastifyInstance, context: HttpContext): void {
  app.route<{ Params: { uuid: string } }>({
    method: ['GET', 'POST'],
    url: '/offers/:uuid',
    handler: async (request, reply) => {
      const path = await pathOf(request, request.params.uuid, context)
      const query = /\?.*$/s.exec(request.url)?.[0] ?? ''
      return reply
        .code(308)
        .header('Location', linkFor(request, context)(path + query))
        .send()
    },
  })
}

async function pathOf(request: FastifyRequest, uuid: string, context: HttpContext): Promise<string> {
  try {
    const { id, offerSetId } = await executionFor(request, uuid, 'read', context)
    const offerSet = await offerSets.find(context.database, offerSetId)
    return executionPath(offerSet?.spelling ?? 'own', id)
  } catch (error) {
    if (!isBrokerError(error, 'NOT_FOUND')) throw error
    return `/offersets/${(await offerSetFor(request, uuid, 'read', context)).id}`
  }
}
