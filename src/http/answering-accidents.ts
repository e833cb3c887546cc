/** Requests whose work fails where nobody catches it: their clients get an answer all the same, and nobody else suffers. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { onErrand } from '../domain/errand.ts'

/** Makes the handling of each request an errand of its own. */
export function answerAccidents(app: FastifyInstance): void {
  app.addHook('preHandler', (request, reply, done) => {
    onErrand({ about: { reqId: request.id }, fail: (error) => fail(error, reply) }, done)
  })
}

/** The problem where nothing was said yet. An answer that has begun breaks off, so that nobody takes it for whole. */
function fail(error: unknown, reply: FastifyReply): void {
  if (!reply.sent) void reply.send(error)
  else if (!reply.raw.writableFinished) reply.raw.destroy()
}
