/** What the routes need: the parts of the broker, and how a request is answered. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BookingQueue } from '../booking/booking-queue.ts'
import type { Decisions } from '../booking/decisions.ts'
import type { Ledger } from '../booking/ledger.ts'
import type { Clock } from '../domain/clock.ts'
import type { IdSource } from '../domain/ids.ts'
import type { Delegations } from '../delegation/delegations.ts'
import { DateError, parseInstant, type Instant } from '../domain/dates.ts'
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import { remembering } from '../domain/remembering.ts'
import type { Tracing } from '../domain/tracing.ts'
import type { IdentitySource } from '../identity/identity.ts'
import type { UserNames } from '../identity/user-names.ts'
import type { LifeLog } from '../lifecycle/life-log.ts'
import type { Signals } from '../lifecycle/signals.ts'
import type { SurveyContext } from '../lifecycle/survey.ts'
import type { Platform } from '../platforms/platform.ts'
import type { PolicyChain } from '../policies/policy-chain.ts'
import type { Reads } from '../policies/permissions.ts'
import { clientOf, reachedAt, type TrustedProxies } from './forwarded.ts'
import { negotiate } from '../protocol/negotiation.ts'
import type { NotationName } from '../protocol/notation.ts'
import { answerSchema } from '../protocol/operations.ts'
import type { Link } from '../protocol/present.ts'
import type { RequestDefaults } from '../protocol/read-request.ts'
import type { Database } from '../store/database.ts'
import type { DrainedPools } from './drained-pools.ts'
import { endpointOf, type Endpoint } from './endpoints.ts'
import type { Figures } from './figures.ts'
import type { HeldAnswers } from './held-answers.ts'
import type { KeptLimit } from './kept-limit.ts'
import type { LargeAnswers } from './large-answers.ts'
import type { Looks } from './looks.ts'
import type { QuotaDesk } from './quota-desk.ts'
import { sendRepresentation } from './representation.ts'
import { addVary } from './vary.ts'

/** The limits of a site on requests; offers have further ones in the configuration. */
export interface HttpSettings {
  /** Everybody is the local user, so nobody but this machine may be answered. */
  readonly open: boolean
  readonly publicUrl: string | undefined
  /** How clients reach the processes with an endpoint, where that is not how they reach the others. */
  readonly endpoints: Readonly<Partial<Record<Endpoint, string>>>
  /** The endpoints of this process. */
  readonly served: readonly Endpoint[]
  /** What is written when the client leaves the choice. */
  readonly notation: NotationName
  readonly requestDefaults: RequestDefaults
  readonly offersPerSet: number
  readonly offerLifetimeMs: number
  /** The share of a pool that open offers of one owner may hold; undefined where there is no limit. */
  readonly openShare: number | undefined
  /** The least time that a client has to accept an offer that starts soon, in milliseconds. */
  readonly decideWithinMs: number
  readonly durationMaxMs: number
  readonly horizonMs: number
  readonly graceMs: number
  readonly trustedProxies: TrustedProxies
  /** How long a client may take to send a request, in milliseconds. */
  readonly requestTimeoutMs: number
  /** The identifier of the standard, as the VO knows the broker by it. */
  readonly standardId: string
  readonly reads: Reads
  /** The lifetime of an access token, as an ISO 8601 duration. */
  readonly tokenLifetimeMax: string
  /** The most access tokens that an account has at once. */
  readonly tokensPerAccount: number
  /** How many requests a minute are answered; without a number there is no limit. */
  readonly rateLimits: { readonly perAddress?: number | undefined; readonly perCaller?: number | undefined }
  /** The origins whose scripts may use the service; `*` stands for all. */
  readonly corsOrigins: readonly string[]
  /** How long what stays readable after its end, as ISO 8601 durations, for the words of an answer. */
  readonly retention: Readonly<Record<'refused' | 'offers' | 'details' | 'records', string>> & {
    /** The times in a day that a user can do what is written to the audit log. */
    readonly auditPerDay: number
  }
  /** The longest that an answer is held back, in milliseconds. */
  readonly waitMaxMs: number
}

export interface HttpContext {
  readonly database: Database
  readonly clock: Clock
  readonly booking: BookingQueue
  /** Acceptances, rejections and cancellations of offers, many at once. */
  readonly decisions: Decisions
  readonly ids: IdSource
  readonly identity: IdentitySource
  /** The names by which users are known. */
  readonly names: UserNames
  /** How callers are acted for at other services; undefined where nobody is. */
  readonly delegations: Delegations | undefined
  readonly signals: Signals
  /** Executions as those see them who follow them. */
  readonly looks: Looks
  readonly survey: SurveyContext
  /** The log of what happens to executions. */
  readonly life: LifeLog
  /** What this process knows of what is booked. */
  readonly ledger: Ledger
  readonly settings: HttpSettings
  readonly platforms: readonly Platform[]
  /** What the site allows. */
  readonly policies: PolicyChain
  readonly quotas: QuotaDesk
  /** The limit of what is kept for one user. */
  readonly kept: KeptLimit
  /** The streams and long polls that are open here. */
  readonly held: HeldAnswers
  /** The bounds of what large answers take. */
  readonly large: LargeAnswers
  readonly figures: Figures
  /** Undefined where nobody collects traces. */
  readonly tracing: Tracing | undefined
  /** The pools in which nothing new is offered. */
  readonly drained: DrainedPools
  /** Aborted when requests should go to other processes: this one is not ready any more, and still answers all. */
  readonly leaving: AbortSignal
  /** Aborted after that, when the service ends: what waits is answered now. */
  readonly stopping: AbortSignal
}

/** Answers with a body in the notation that the client accepts. */
export function answer(request: FastifyRequest, reply: FastifyReply, status: number, body: unknown): FastifyReply {
  const { notation, mediaType } = request.negotiated ?? negotiate(request.headers.accept, 'json')
  const contentType = `${mediaType}; charset=utf-8`
  addVary(reply, 'Accept', 'Authorization')
  const text = notation.write(body, answerSchema(request.method, request.routeOptions.url ?? '', status))
  const isRepresentation = status === 200 && (request.method === 'GET' || request.method === 'HEAD')
  if (isRepresentation) return sendRepresentation(request, reply, contentType, text)
  return reply.code(status).header('Content-Type', contentType).header('Cache-Control', 'no-store').send(text)
}

/** The address of the client of a request. */
export function clientAddress({ headers, socket }: FastifyRequest, { settings }: HttpContext): string {
  return clientOf({ headers, peer: socket.remoteAddress }, settings.trustedProxies)
}

/** The path of a request, without its query, which may hold what is nobody's business. */
export const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? ''

/** Makes the URLs of this service, as the client of a request reaches it. */
export function linkFor(request: FastifyRequest, { settings }: HttpContext): Link {
  const { protocol, headers, socket } = request
  const host = headers.host ?? `${socket.localAddress}:${socket.localPort}`
  const base =
    settings.publicUrl?.replace(/\/$/, '') ??
    reachedAt({ protocol, host, headers, peer: socket.remoteAddress }, settings.trustedProxies)
  if (Object.keys(settings.endpoints).length === 0) return (path) => `${base}${path}`
  return (path) => {
    const endpoint = endpointOf(path)
    const own = endpoint === undefined ? undefined : settings.endpoints[endpoint]
    return `${own?.replace(/\/$/, '') ?? base}${path}`
  }
}

/** A parameter of the query that was given at most once. Throws BAD_REQUEST. */
export function queryOne(request: FastifyRequest, name: string): string | undefined {
  const all = queryAll(request, name)
  if (all.length > 1) throw badQuery(name, 'may be given once only')
  return all[0]
}

/**
 * Every value of a parameter of the query. Names are compared without regard to case, as in the VO. Throws BAD_REQUEST for
 * the one character that no text of the database has.
 */
export function queryAll(request: FastifyRequest, name: string): string[] {
  const query = request.query as Record<string, string | string[]>
  const all = Object.entries(query)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => value)
  if (all.some((value) => value.includes('\0'))) throw badQuery(name, 'it has the character NUL (%00); leave that out')
  return all
}

/** A parameter of the query that is a whole number. Throws BAD_REQUEST. */
export function queryInteger(
  request: FastifyRequest,
  name: string,
  range: { min: number; max: number },
): number | undefined {
  const text = queryOne(request, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || value < range.min || value > range.max) {
    throw badQuery(name, `'${text}' is not a whole number from ${range.min} to ${range.max}`)
  }
  return value
}

/** An instant in a body that is ours alone; where it is not one, a fault is added. */
export function instantIn(text: string, pointer: string, faults: FieldFault[]): Instant {
  try {
    return parseInstant(text)
  } catch (error) {
    if (!(error instanceof DateError)) throw error
    faults.push({ pointer, detail: error.detail })
    return Number.NaN
  }
}

/** A fault of a parameter of the query. */
export function badQuery(name: string, reason: string): BrokerError {
  return new BrokerError('BAD_REQUEST', `The parameter ${name} is not right: ${reason}.`, {
    faults: [{ parameter: name, detail: reason }],
  })
}

/** A fault of a header. */
export function badHeader(name: string, reason: string): BrokerError {
  return new BrokerError('BAD_REQUEST', `The header ${name} is not right: ${reason}.`, {
    faults: [{ header: name, detail: reason }],
  })
}

/** Preferences of a client (RFC 7240): `return=representation`, `offers=n`, `handling=strict`. */
export function preferences(request: FastifyRequest): ReadonlyMap<string, string> {
  const header = request.headers.prefer
  return readPreferences(Array.isArray(header) ? header.join(',') : (header ?? ''))
}

/** One request is asked about it several times, and a program prefers the same each time. */
const readPreferences = remembering(100, (text: string): ReadonlyMap<string, string> => {
  const pairs = text.split(',').map((part) => part.split(';')[0]?.split('=') ?? [])
  return new Map(
    pairs.map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')]),
  )
})
