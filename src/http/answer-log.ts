/** One line in the log for each answer: who asked for what from where, and what was made. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './calling.ts'
import { clientAddress, pathOf, type HttpContext } from './context.ts'

/** Logs an answer; health checks, which come every few seconds, at `debug`. */
export function logAnswer(request: FastifyRequest, reply: FastifyReply, context: HttpContext): void {
  const path = pathOf(request)
  const caller = callerOf(request)
  const details = {
    method: request.method,
    path,
    status: reply.statusCode,
    milliseconds: Math.round(reply.elapsedTime),
    user: caller?.username ?? caller?.owner,
    address: clientAddress(request, context),
    made: madeIn(request, reply),
  }
  request.log[path.startsWith('/health/') ? 'debug' : 'info'](details, 'answered')
}

/** The path of what a request has made, which the answer leads to. */
function madeIn({ method }: FastifyRequest, reply: FastifyReply): string | undefined {
  if (method !== 'POST' || reply.statusCode >= 400) return undefined
  const url = reply.getHeader('Location') ?? reply.getHeader('Content-Location')
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : undefined
}
