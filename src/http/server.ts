/** The HTTP server: how bodies are read, how failures are answered, and which routes there are. */
import { randomUUID } from 'node:crypto'
import { TextDecoder } from 'node:util'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type HTTPMethods } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { MEDIA_TYPES, notationOf, UNDECLARED_BODY } from '../protocol/notation.ts'
import type { HttpContext } from './context.ts'
import { eventRoutes } from './events.ts'
import { executionRoutes } from './executions.ts'
import { offerSetRoutes } from './offersets.ts'
import { sendProblem } from './problem.ts'
import { serviceRoutes } from './service.ts'
import { streamRoutes } from './streams.ts'
import { negotiate } from '../protocol/notation.ts'

/** The longest body that is read at all, in bytes; a notation may allow less. */
const BODY_BYTES_MAX = 1_048_576
/** Routes whose answer has one form, whatever the client accepts. */
const ONE_FORM = /^\/(streams|openapi\.)|\/events$/
const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Builds the server; it does not listen yet. */
export function buildServer(context: HttpContext, logger: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger,
    // The broker logs one line for each answer, without the query, which may hold what is nobody's business.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: true,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
    onProtoPoisoning: 'ignore',
  })
  readBodies(app)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('X-Request-Id', request.id)
    // Before anything is done: an answer that cannot be written must not have had effects.
    if (!ONE_FORM.test(request.url.split('?')[0] ?? '')) negotiate(request.headers.accept)
  })
  app.addHook('onResponse', async (request, reply) => {
    const path = request.url.split('?')[0]
    request.log.info(
      { method: request.method, path, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) },
      'answered',
    )
  })
  const allowed = rememberMethods(app)
  offerSetRoutes(app, context)
  executionRoutes(app, context)
  eventRoutes(app, context)
  streamRoutes(app, context)
  serviceRoutes(app, context)
  refuseOtherMethods(app, allowed)
  app.setNotFoundHandler((request) => {
    throw new BrokerError(
      'NOT_FOUND',
      `There is no ${request.url.split('?')[0]} here; /openapi.json says what there is.`,
    )
  })
  return app
}

/** Bodies are read by their notation. Text that is not UTF-8 is refused; a body without a type is read as the draft says. */
function readBodies(app: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const declared = request.headers['content-type']
      const notation = declared ? notationOf(declared) : UNDECLARED_BODY
      if (!notation)
        throw new BrokerError(
          'UNSUPPORTED_MEDIA_TYPE',
          `'${declared}' cannot be read; possible are ${MEDIA_TYPES.join(' and ')}.`,
        )
      if (body.length > notation.bytesMax)
        throw new BrokerError(
          'TOO_LARGE',
          `A body in ${notation.name.toUpperCase()} has at most ${notation.bytesMax} bytes.`,
        )
      done(null, notation.parse(decode(utf8, body as Buffer)))
    } catch (error) {
      done(error as Error)
    }
  })
}

function decode(utf8: TextDecoder, body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new BrokerError('BAD_SYNTAX', 'The body is not UTF-8.', { cause })
  }
}

function rememberMethods(app: FastifyInstance): Map<string, Set<string>> {
  const allowed = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = allowed.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    allowed.set(url, methods)
  })
  return allowed
}

/** A path that exists answers the methods that it does not have with 405 and those that it has. */
function refuseOtherMethods(app: FastifyInstance, allowed: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, has] of [...allowed]) {
    const known = [...has]
    const others = METHODS.filter((method) => !has.has(method))
    app.route({
      url,
      method: others,
      handler: (request, reply) => {
        void reply.header('Allow', known.join(', '))
        throw new BrokerError(
          'METHOD_NOT_ALLOWED',
          `${request.method} is not possible here; possible are ${known.join(', ')}.`,
        )
      },
    })
  }
}
