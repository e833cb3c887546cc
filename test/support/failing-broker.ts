/** A service that refuses whatever it is asked, in a way that the test chooses. It has the routes of the real one. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
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

interface FailingOptions {
  /** A route that anybody may call is let through, and fails where it needs the database or a platform. */
  readonly onlyWhereAsked?: boolean
  /** It has no endpoint; other processes would have them. */
  readonly servedElsewhere?: boolean
  /** No request is sent fast enough for it. */
  readonly impatient?: boolean
}

/** Starts the service; without an error it does not know anybody. */
export async function failingBroker(error?: Error, options: FailingOptions = {}): Promise<FailingBroker> {
  const stopping = new AbortController()
  const fail = async (): Promise<never> => {
    throw (
      error ??
      new BrokerError(
        'UNAUTHENTICATED',
        'Send an access token (Authorization: Bearer …), or a user name and a password (Authorization: Basic …).',
      )
    )
  }
  const context = {
    identity: { challenges: ['Basic realm="Execution Broker"'], identify: error ? fail : async () => undefined },
    database: { query: fail, transaction: fail, assertWritable: fail },
    platforms: [{ name: 'away', probe: fail }],
    survey: { pools: [], away: new Map() },
    settings: {
      notation: 'json',
      endpoints: {},
      served: options.servedElsewhere ? [] : ['offers', 'executions'],
      publicUrl: 'http://broker.example.org',
      standardId: 'ivo://example.org/std',
      corsOrigins: [],
      reads: 'private',
      tokenLifetimeMax: 'P1Y',
      tokensPerAccount: 100,
      rateLimits: {},
      trustedProxies: new TrustedProxies([], 'x-forwarded'),
      requestTimeoutMs: 60_000,
    },
    clock: systemClock,
    figures: new Figures(),
    tracing: undefined,
    leaving: stopping.signal,
    stopping: stopping.signal,
    drained: { now: async () => new Map(), forget: () => undefined },
  } as unknown as HttpContext
  const server = buildServer(context, pino({ level: 'silent' }))
  if (error && !options.onlyWhereAsked) server.app.addHook('preHandler', fail)
  if (options.impatient) server.app.server.on('connection', (socket) => timeOut(server.app.server, socket))
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

/** What Node does when a request does not arrive in time. */
function timeOut(server: Server, socket: Socket): void {
  server.emit('clientError', Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
}
