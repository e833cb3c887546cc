/** The last net: an error that nobody caught is logged whole, fails what caused it, and does not end the process. */
import type { FastifyBaseLogger } from 'fastify'
import { currentErrand } from './domain/errand.ts'

/**
 * Catches what nobody has caught, from now on. Each is a defect. The process goes on all the same, because what counts is
 * in the database, where every write is checked, and what the process has in memory is looked up again there.
 */
export function catchAccidents(logger: FastifyBaseLogger): void {
  // Node gives rejections that nobody handles to the same listener.
  process.on('uncaughtException', (error: unknown, origin) => {
    const errand = currentErrand()
    logger.error(
      { err: error, origin, ...errand?.about },
      'An error was caught by nobody; only what it is of has failed.',
    )
    errand?.fail(error)
  })
}
