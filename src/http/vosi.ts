/** The routes by which the Virtual Observatory looks at a service. Nobody has to say who they are. */
import type { FastifyInstance } from 'fastify'
import { presentAvailability, presentCapabilities } from '../protocol/vosi.ts'
import * as motd from '../store/message-of-the-day.ts'
import { linkFor, type HttpContext } from './context.ts'
import type { HealthWatch } from './health.ts'
import { sendRepresentation } from './representation.ts'
import { addVary } from './vary.ts'

const XML = 'text/xml; charset=utf-8'

/** Adds the routes. */
export function vosiRoutes(app: FastifyInstance, context: HttpContext, health: HealthWatch): void {
  const { identity, settings, clock } = context
  const upSince = clock.now()

  app.get('/capabilities', { config: { oneForm: true } }, async (request, reply) => {
    const { challenges } = identity
    // Here, with an answer, they say that one may say who one is; clients begin with this document.
    if (challenges.length > 0) void reply.header('WWW-Authenticate', [...challenges])
    addVary(reply, 'Authorization')
    const text = presentCapabilities({ link: linkFor(request, context), standardId: settings.standardId, challenges })
    return sendRepresentation(request, reply, XML, text)
  })

  app.get('/availability', { config: { oneForm: true, whileStopping: true } }, async (request, reply) => {
    const { ready, checks } = await health.look()
    // Without the database nobody knows it, and that it is away is told.
    const known = checks.some(({ name, status }) => name === 'database' && status === 'ok')
    const said = known ? await motd.find(context.database, clock.now()) : undefined
    const troubles = checks.flatMap(({ name, detail }) => (detail === undefined ? [] : [`${name}: ${detail}`]))
    const notes = [
      ...(context.leaving.aborted ? ['The broker is stopping.'] : []),
      ...troubles,
      ...(said ? [said.text] : []),
    ]
    const text = presentAvailability({ available: ready, upSince: ready ? upSince : undefined, notes })
    return sendRepresentation(request, reply, XML, text)
  })
}
