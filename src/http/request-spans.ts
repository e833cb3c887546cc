/** A span for each request, where traces are collected. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestSpan, Tracing } from '../domain/tracing.ts'
import { afterwards } from './at-once.ts'

/** Everything that is done for a request is within its span from here on. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, RequestSpan>()
  app.addHook('onRequest', (request, _reply, done) => {
    const span = tracing.request(request.method, request.headers)
    spans.set(request, span)
    span.within(done)
  })
  // A body comes by events of the connection, which belong to no request.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request)
    if (span) span.within(done)
    else done()
  })
  const end = (request: FastifyRequest, { statusCode }: FastifyReply) =>
    spans.get(request)?.end(request.routeOptions.url ?? 'none', statusCode)
  app.addHook('onResponse', afterwards(end))
}
