/** Paths of an endpoint that other processes of the broker serve. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { linkFor, type HttpContext } from './context.ts'
import { endpointOf } from './endpoints.ts'

/**
 * Answers for a path of an endpoint that is served elsewhere: leads there with the method and the body as they are.
 * Gives undefined where the path is of no such endpoint. Throws NOT_FOUND when it is not known where that is.
 */
export function leadElsewhere(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
): FastifyReply | undefined {
  const endpoint = endpointOf(request.url)
  const { served, endpoints } = context.settings
  if (!endpoint || served.includes(endpoint)) return undefined
  if (endpoints[endpoint] !== undefined)
    return reply.code(308).header('Location', linkFor(request, context)(request.url)).send()
  throw new BrokerError('NOT_FOUND', `The ${endpoint} are served by other processes of this broker.`)
}
