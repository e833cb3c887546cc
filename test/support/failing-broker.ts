/** A service that refuses whatever it is asked, in a way that the test chooses. It has the routes of the real one. */
import { pino } from 'pino'
import { systemClock } from '../../src/system-clock.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import type { HttpContext } from '../../src/http/context.ts'
import { Figures } from '../../src/http/figures.ts'
import { TrustedProxies } from '../../src/http/forwarded.ts'
import { buildServer } from '../../src/http/server.ts'

export interface FailingBroker {
  readonly url: string
  /** Whether it has a route, in the words of the router. */
  serves(method: string, url: string): boolean
  close(): Promise<void>
}

/**
 * Starts the service; without an error it does not know anybody. With `onlyWhereAsked`, a route that anybody may call is
 * let through, and fails where it needs the database or a platform.
 */
export async function failingBroker(error?: Error, options: { onlyWhereAsked?: boolean } = {}): Promise<FailingBroker> {
  const stopping = new AbortController()
  const fail = async (): Promise<never> => {
    throw error ?? new BrokerError('UNAUTHENTICATED', 'Say who you are; see WWW-Authenticate.')
  }
  const context = {
    identity: { challenges: ['Basic realm="Execution Broker"'], identify: error ? fail : async () => undefined },
    database: { query: fail, transaction: fail },
    platforms: [{ name: 'away', probe: fail }],
    settings: {
      notation: 'json',
      endpoints: {},
      served: ['offers', 'executions'],
      publicUrl: 'http://broker.example.org',
      standardId: 'ivo://example.org/std',
      corsOrigins: [],
      reads: 'private',
      rateLimits: {},
      trustedProxies: new TrustedProxies([]),
    },
    clock: systemClock,
    figures: new Figures(),
    stopping: stopping.signal,
  } as unknown as HttpContext
  const server = buildServer(context, pino({ level: 'silent' }))
  if (error && !options.onlyWhereAsked) server.app.addHook('preHandler', fail)
  const url = await server.app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    serves: (method, path) => server.app.hasRoute({ method, url: path }),
    close: async () => {
      stopping.abort()
      await server.stop()
    },
  }
}
