/** The routes of the health of the service. */
import type { FastifyInstance } from 'fastify'
import { answer, type HttpContext } from './context.ts'
import type { HealthWatch } from './health.ts'

/** Adds the routes. */
export function serviceRoutes(app: FastifyInstance, context: HttpContext, health: HealthWatch): void {
  app.get('/health/live', { config: { whileStopping: true } }, async (request, reply) =>
    answer(request, reply, 200, { status: 'ok' }),
  )

  app.get('/health/ready', { config: { whileStopping: true } }, async (request, reply) => {
    const { ready, checks } = await health.look()
    return answer(request, reply, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks })
  })
}
