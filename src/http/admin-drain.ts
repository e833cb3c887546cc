/** The routes by which operators let nothing new into a pool, such as before it is repaired, and let it in again. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { record } from '../accounts/accounts.ts'
import { readBody } from '../protocol/read-body.ts'
import * as pools from '../store/pools.ts'
import { poolNamed, presentPool } from './admin-pools.ts'
import { actorOf } from './calling.ts'
import { answer, queryOne, type HttpContext } from './context.ts'

type Named = FastifyRequest<{ Params: { name: string } }>

/** Adds the routes. */
export function drainRoutes(app: FastifyInstance, context: HttpContext): void {
  app.post<{ Params: { name: string } }>('/admin/pools/:name/drain', async (request, reply) => {
    const { reason } = readBody('Drain', request.body)
    return set(request, reply, { reason })
  })
  app.delete<{ Params: { name: string } }>('/admin/pools/:name/drain', async (request, reply) =>
    set(request, reply, undefined),
  )

  async function set(request: Named, reply: FastifyReply, drain: { reason: string | undefined } | undefined) {
    const { database, clock, drained } = context
    const pool = poolNamed(request.params.name, queryOne(request, 'platform'), context)
    const now = clock.now()
    await database.transaction(async (tx) => {
      if (!(await pools.drain(tx, pool.poolId, drain && { at: now, reason: drain.reason }))) return
      const target = `${pool.platform.name}/${pool.name}`
      await record(tx, actorOf(request, context), now, drain ? 'drain pool' : 'open pool', target, { ...drain })
    })
    drained.forget()
    return answer(request, reply, 200, presentPool(pool, await drained.now(), request, context))
  }
}
