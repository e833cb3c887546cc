/** The HTTP server: how bodies are read, how failures are answered, and which routes there are. */
import { setMaxListeners } from 'node:events'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { negotiate, type Negotiated } from '../protocol/negotiation.ts'
import { BODY_BYTES_MAX } from '../protocol/notation.ts'
import { accountRoutes } from './account.ts'
import { drainRoutes } from './admin-drain.ts'
import { maintenanceRoutes } from './admin-maintenance.ts'
import { motdRoutes } from './admin-motd.ts'
import { poolRoutes } from './admin-pools.ts'
import { workRoutes } from './admin-work.ts'
import { identityRoutes } from './admin-identities.ts'
import { answerAccidents } from './answering-accidents.ts'
import { afterwards, atOnce } from './at-once.ts'
import { readBodies } from './bodies.ts'
import { requireCallers } from './calling.ts'
import { closeServer, OpenAnswers } from './closing.ts'
import { componentRoutes } from './components.ts'
import { keptResultRoutes } from './kept-results.ts'
import { linkFor, pathOf, type HttpContext } from './context.ts'
import { allowOrigin } from './cors.ts'
import { docsRoutes } from './docs.ts'
import { leadElsewhere } from './elsewhere.ts'
import { eventRoutes } from './events.ts'
import { executionRoutes } from './executions.ts'
import { metricsRoute } from './figures.ts'
import { refuseForeignPage } from './foreign-origin.ts'
import { isHost, refuseForwarded } from './forwarded.ts'
import { HealthWatch } from './health.ts'
import { answerInTurn } from './in-turn.ts'
import { logAnswer } from './answer-log.ts'
import { countUnread } from './large-answers.ts'
import { KnownPaths } from './known-paths.ts'
import { offerRoutes } from './offers.ts'
import { offerSetRoutes } from './offersets.ts'
import { currentUrl } from './other-paths.ts'
import { refuseForeignName } from './own-names.ts'
import { sendProblem } from './problem.ts'
import { quotaRoutes } from './quotas.ts'
import { requestIdOf } from './request-id.ts'
import { traceRequests } from './request-spans.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { serviceRoutes } from './service.ts'
import { sharingRoutes } from './sharing.ts'
import { streamRoutes } from './streams.ts'
import { refuseUnknownQuery } from './unknown-query.ts'
import { vosiRoutes } from './vosi.ts'
import { refuseConnection, refuseExpectations } from './transport.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's answer has one form, whatever the client accepts. */
    oneForm?: boolean
    /** The route answers also while the service is about to stop. */
    whileStopping?: boolean
  }
  interface FastifyRequest {
    /** What the answer is written in; not there on routes of one form. */
    negotiated: Negotiated | null
  }
}

/** The longest URL, in characters. Node itself refuses a request whose URL and headers have more than 16 KiB. */
const URL_LENGTH_MAX = 8192
/** How long a client may take to read an answer when the service stops. */
const STOP_PATIENCE_MS = 10_000

/** A server that can be stopped without cutting off those who wait for an answer. */
export interface BrokerServer {
  readonly app: FastifyInstance
  /** Returns when nobody is served any more. `HttpContext.stopping` must have been aborted. */
  stop(): Promise<void>
}

/** Builds the server; it does not listen yet. */
export function buildServer(context: HttpContext, logger: FastifyBaseLogger): BrokerServer {
  const { requestTimeoutMs } = context.settings
  const app = Fastify({
    loggerInstance: logger,
    // The broker logs one line for each answer, without the query, which may hold what is nobody's business.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    genReqId: (request) => requestIdOf(request),
    rewriteUrl: (request) => currentUrl(request.url ?? '/'),
    exposeHeadRoutes: true,
    // Both are done by `closeServer` and the hook below, which let answers end and tell of it in our own words.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: requestTimeoutMs,
    // Node would refuse a request without a host in its own words; `refuseMalformed` does it in ours.
    // Node takes the shorter of its two timeouts for that of the headers.
    http: {
      requireHostHeader: false,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / 2,
    },
    routerOptions: { ignoreTrailingSlash: true },
    onProtoPoisoning: 'ignore',
    frameworkErrors: (error, request, reply) => {
      void reply.header('X-Request-Id', request.id)
      sendProblem(error, request, reply, context.settings.notation)
    },
    clientErrorHandler: (error, socket) => refuseConnection(logger, error, socket),
  })
  refuseExpectations(app.server)
  // The system has no room for one more connection, which an error that nobody hears would make the end of all.
  app.server.on('error', (error) => {
    // Whoever begins to listen is told of what keeps it from that.
    if (app.server.listening) logger.error({ err: error }, 'A connection could not be let in.')
  })
  // Every answer that is held back listens to it.
  setMaxListeners(0, context.stopping)
  app.decorateRequest('negotiated', null)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, context.settings.notation))
  // The first hook of all, and then the spans, within which all others are.
  answerInTurn(app, requestTimeoutMs)
  if (context.tracing) traceRequests(app, context.tracing)
  const answers = new OpenAnswers(app)
  const known = new KnownPaths(app)
  const look = (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('X-Request-Id', request.id)
    setSecurityHeaders(reply, context.settings.publicUrl)
    allowOrigin(request, reply, context.settings.corsOrigins, () => known.methodsAt(pathOf(request)))
    const { oneForm, whileStopping } = request.routeOptions.config
    if (context.leaving.aborted) void reply.header('Connection', 'close')
    if (context.stopping.aborted && !whileStopping) throw new BrokerError('UNAVAILABLE', 'The broker is stopping.')
    refuseMalformed(request)
    refuseForwarded({ headers: request.headers, peer: request.socket.remoteAddress }, context.settings.trustedProxies)
    const { open, publicUrl, endpoints } = context.settings
    if (open) refuseForeignName(request.headers.host, [publicUrl, ...Object.values(endpoints)])
    const isOptions = request.method === 'OPTIONS'
    const methods = isOptions || request.is404 ? known.methodsAt(pathOf(request)) : []
    if (isOptions && methods.length > 0) return void reply.code(204).header('Allow', methods.join(', ')).send()
    // Before a body is read: it does not matter what is in it.
    if (request.is404 && leadElsewhere(request, reply, context)) return
    if (request.is404) refusePath(request, methods, (allowed) => void reply.header('Allow', allowed))
    refuseForeignPage(request, context.settings.corsOrigins, () => linkFor(request, context)(''))
    lowerUuid(request)
    // Before anything is done: an answer that cannot be written must not have had effects.
    if (!oneForm) request.negotiated = negotiate(request.headers.accept, context.settings.notation)
  }
  app.addHook('onRequest', atOnce(look))
  // A request is refused while the bytes that came with it are still being read. Behind it may be what is no request, for
  // which the connection is closed; so nothing is written before that is known, else a client would use it once more.
  app.addHook('onSend', async () => {})
  countUnread(app, context)
  app.addHook(
    'onResponse',
    afterwards((request, reply) => logAnswer(request, reply, context)),
  )
  context.figures.measure(app)
  requireCallers(app, context)
  // Only who may call a route is told what it takes.
  app.addHook('onRequest', atOnce(refuseUnknownQuery))
  readBodies(app)
  answerAccidents(app)
  const { served } = context.settings
  if (served.includes('offers')) offerSetRoutes(app, context)
  if (served.includes('executions')) executionEndpoint(app, context)
  if (served.length > 0) sharedRoutes(app, context)
  const health = new HealthWatch(context)
  serviceRoutes(app, context, health)
  vosiRoutes(app, context, health)
  docsRoutes(app, context)
  metricsRoute(app, context)
  return { app, stop: () => closeServer(app, answers, STOP_PATIENCE_MS) }
}

/** Everything that is known of one execution. */
function executionEndpoint(app: FastifyInstance, context: HttpContext): void {
  executionRoutes(app, context)
  componentRoutes(app, context)
  keptResultRoutes(app, context)
  eventRoutes(app, context)
  streamRoutes(app, context)
}

/** What clients find at each endpoint. */
function sharedRoutes(app: FastifyInstance, context: HttpContext): void {
  accountRoutes(app, context)
  poolRoutes(app, context)
  drainRoutes(app, context)
  maintenanceRoutes(app, context)
  motdRoutes(app, context)
  workRoutes(app, context)
  quotaRoutes(app, context)
  identityRoutes(app, context)
  offerRoutes(app, context)
  sharingRoutes(app, context)
}

/** A UUID is the same in either case (RFC 9562, section 4); everything here is written in lower case. */
function lowerUuid({ params }: FastifyRequest): void {
  const segments = params as Record<string, string> | null
  if (segments?.uuid !== undefined) segments.uuid = segments.uuid.toLowerCase()
}

/** Refuses what no route has to deal with. The host becomes part of every URL in the answer. */
function refuseMalformed(request: FastifyRequest): void {
  if (request.url.length > URL_LENGTH_MAX)
    throw new BrokerError('URI_TOO_LONG', `A URL has at most ${URL_LENGTH_MAX} characters.`)
  refuseTwice(request)
  const { host } = request.headers
  // HTTP/1.0 has no Host, and health checks still speak it.
  if (host === undefined ? request.raw.httpVersion !== '1.0' : !isHost(host))
    throw new BrokerError('BAD_SYNTAX', 'The header Host is not the name of a host.', {
      faults: [{ header: 'Host', detail: 'is a host name or an address, with or without a port' }],
    })
}

/** The headers that must not be there twice, by their names in lower case. */
const ONCE = new Map(['Host', 'Authorization'].map((name) => [name.toLowerCase(), name]))

/** Of two of these, one program believes the first and another one the last (RFC 9112, section 3.2). */
function refuseTwice({ raw }: FastifyRequest): void {
  const seen = new Set<string>()
  for (let at = 0; at < raw.rawHeaders.length; at += 2) {
    const name = ONCE.get((raw.rawHeaders[at] as string).toLowerCase())
    if (name === undefined || seen.size < seen.add(name).size) continue
    throw new BrokerError('BAD_SYNTAX', `The header ${name} is there more than once.`, {
      faults: [{ header: name, detail: 'may be given once only' }],
    })
  }
}

/** A path that exists answers the methods that it does not have with 405 and those that it has. */
function refusePath(request: FastifyRequest, methods: readonly string[], allow: (allowed: string) => void): never {
  if (methods.length === 0)
    throw new BrokerError(
      'NOT_FOUND',
      `There is no ${pathOf(request)} here; /docs shows what there is, and /openapi.json says it to programs.`,
    )
  allow(methods.join(', '))
  throw new BrokerError(
    'METHOD_NOT_ALLOWED',
    `${request.method} is not possible here; possible are ${methods.join(', ')}.`,
  )
}
