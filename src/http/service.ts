/** The routes of the service itself: its contract and its health. */
import type { FastifyInstance } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { CONTRACT, CONTRACT_TEXT } from '../protocol/contract.ts'
import { notationNamed } from '../protocol/notation.ts'
import * as executions from '../store/executions.ts'
import { answer, type HttpContext } from './context.ts'

interface Check {
  readonly name: string
  readonly status: 'ok' | 'unavailable'
  readonly detail?: string
}

/** Adds the routes. */
export function serviceRoutes(app: FastifyInstance, context: HttpContext): void {
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
    const platforms = await Promise.all(
      context.platforms.map((platform) => check(`platform ${platform.name}`, () => platform.probe())),
    )
    const database = await check('database', () => executions.nextExpiry(context.database))
    const ready =
      !context.stopping.aborted && database.status === 'ok' && platforms.some(({ status }) => status === 'ok')
    return answer(request, reply, ready ? 200 : 503, {
      status: ready ? 'ok' : 'unavailable',
      checks: [database, ...platforms],
    })
  })
}

async function check(name: string, ask: () => Promise<unknown>): Promise<Check> {
  try {
    await ask()
    return { name, status: 'ok' }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    return { name, status: 'unavailable', detail: error.detail }
  }
}
