/** Ending the service: nobody new is let in, and those who are in get their answers. */
import type { FastifyInstance } from 'fastify'

/** Counts the answers that are not finished. */
export class OpenAnswers {
  #count = 0
  #onNone: (() => void) | undefined

  /** Begins to count. */
  constructor(app: FastifyInstance) {
    app.addHook('onRequest', async (_request, reply) => {
      this.#count++
      reply.raw.once('close', () => {
        if (--this.#count === 0) this.#onNone?.()
      })
    })
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
