/** Ending the service: nobody new is let in, and those who are in get their answers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { atOnce } from './at-once.ts'

/** Counts the answers that are not finished. */
export class OpenAnswers {
  #count = 0
  #onNone: (() => void) | undefined

  /** Begins to count. */
  constructor(app: FastifyInstance) {
    const ended = () => {
      if (--this.#count === 0) this.#onNone?.()
    }
    const count = (_request: FastifyRequest, reply: FastifyReply) => {
      this.#count++
      reply.raw.once('close', ended)
    }
    app.addHook('onRequest', atOnce(count))
  }

  /** Resolves when there is none, or after so many milliseconds. */
  none(patienceMs: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.#onNone = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Stops listening, lets what was begun end, and closes every connection. The routes were told to come to an end. */
export async function closeServer(app: FastifyInstance, answers: OpenAnswers, patienceMs: number): Promise<void> {
  const closed = app.close()
  await answers.none(patienceMs)
  app.server.closeAllConnections()
  await closed
}
