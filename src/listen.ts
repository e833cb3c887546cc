/** Where the broker listens, and what is said when it cannot. */
import type { FastifyInstance } from 'fastify'
import type { Config } from './config-schema.ts'
import { BrokerError } from './domain/errors.ts'
import { codeOf } from './domain/error-code.ts'

/** Begins to listen, and gives the URL. Throws UNAVAILABLE, with a sentence for the operator, when the address cannot be had. */
export async function listen(app: FastifyInstance, { host, port }: Config['listen']): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'EADDRINUSE') {
      throw new BrokerError(
        'UNAVAILABLE',
        `The port ${port} on ${host} is taken; choose another with --port, or 0 for a free one.`,
        { cause },
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new BrokerError('UNAVAILABLE', `This machine has no address ${host}; choose another with --host.`, {
        cause,
      })
    }
    if (code === 'EACCES')
      throw new BrokerError('UNAVAILABLE', `The port ${port} may not be used by this user; choose one above 1023.`, {
        cause,
      })
    throw cause
  }
}
