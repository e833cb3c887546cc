/**
 * Requests of one connection, answered one after the other. Node begins all that arrive in one piece at once and keeps
 * the answers until the client reads them, so a client that sends many and reads nothing would fill the memory.
 */
import { AsyncResource } from 'node:async_hooks'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The largest number of requests of one connection that are not answered yet. */
export const UNANSWERED_MAX = 20

/**
 * Lets a request begin when the answer before it has left. A connection with too many requests in line is cut off, and so
 * is one that takes nothing of an answer for so many milliseconds. Has to be the first hook: what comes after it knows only
 * requests whose answer can be written.
 */
export function answerInTurn(app: FastifyInstance, patienceMs: number): void {
  const lines = new WeakMap<Socket, (() => void)[]>()
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw
    // Node goes through all of what it has read, also when the connection has been cut off meanwhile.
    if (socket.destroyed) return
    const line = lines.get(socket) ?? []
    lines.set(socket, line)
    if (line.length >= UNANSWERED_MAX) {
      request.log.info(
        { unanswered: line.length },
        'cut off a connection: a client has to read answers before it asks on',
      )
      socket.destroy()
      return
    }
    // What is done for a request belongs to it, and not to the one whose end lets it begin.
    const goOn = AsyncResource.bind(() => done())
    const begin = () => {
      reply.raw.setTimeout(patienceMs, () => cutOffIdle(socket))
      reply.raw.once('close', () => {
        line.shift()
        if (!socket.destroyed) line[0]?.()
      })
      goOn()
    }
    line.push(begin)
    if (line.length === 1) begin()
  })
}

/** Cuts off a client that has not read what is there for it. One for which there is nothing is quiet by right. */
function cutOffIdle(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy()
}
