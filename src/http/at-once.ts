/** Hooks that have nothing to wait for. Without a promise each, which costs more than what most of them do. */
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

type Look = (request: FastifyRequest, reply: FastifyReply) => unknown

/** A hook of requests; one that answers ends the request with that. */
export function atOnce(look: Look) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    look(request, reply)
    if (!reply.sent) done()
  }
}

/** A hook of answers that were given. */
export function afterwards(look: Look) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    look(request, reply)
    done()
  }
}
