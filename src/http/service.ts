/** The routes of the service itself: its contract and its health. */
import type { FastifyInstance } from 'fastify'
import { CONTRACT, CONTRACT_TEXT } from '../protocol/contract.ts'
import { notationNamed } from '../protocol/notation.ts'
import { answer, type HttpContext } from './context.ts'
import type { HealthWatch } from './health.ts'

/** Adds the routes. */
export function serviceRoutes(app: FastifyInstance, context: HttpContext, health: HealthWatch): void {
  app.get('/openapi.json', { config: { oneForm: true } }, async (_request, reply) =>
    reply.header('Content-Type', 'application/json; charset=utf-8').send(CONTRACT_TEXT),
  )

  let yaml: string | undefined
  app.get('/openapi.yaml', { config: { oneForm: true } }, async (_request, reply) => {
    yaml ??= notationNamed('yaml').write(CONTRACT, undefined)
    return reply.header('Content-Type', 'application/yaml; charset=utf-8').send(yaml)
  })

  app.get('/health/live', { config: { whileStopping: true } }, async (request, reply) =>
    answer(request, reply, 200, { status: 'ok' }),
  )

  app.get('/health/ready', { config: { whileStopping: true } }, async (request, reply) => {
    const { ready, checks } = await health.look()
    return answer(request, reply, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks })
  })
}
