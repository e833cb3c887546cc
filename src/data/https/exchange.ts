/**
 * One question to a web server: a request with its redirects, and an answer or a BrokerError.
 *
 * Redirects are followed here, by hand, because each one leads to a place that somebody else chose: it has to be a web
 * address without credentials, and one that began with https stays with https. Nothing secret is sent anywhere but a
 * token for the server that it is for: there are no cookies, and no headers but those of this program.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { errors, request, type Dispatcher } from 'undici'
import { BrokerError, type ErrorCode } from '../../domain/errors.ts'
import { answerHeaders, type AnswerHeaders } from './answer-headers.ts'
import type { Bearer } from '../bearer.ts'
import { codeOf } from '../../domain/error-code.ts'

export interface ExchangeOptions {
  readonly agent: Dispatcher
  readonly userAgent: string
  /** How many redirects are followed. */
  readonly redirectsMax: number
  /** The token for the server that is asked first, and for no other. */
  readonly bearer?: Bearer
}

/** What a server answered. The body has to be read or dropped. */
export interface Answer {
  /** The server, as it is named to people: the last one, after redirects. */
  readonly host: string
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Readable
}

export type Method = 'HEAD' | 'GET'

const REDIRECTS = [301, 302, 303, 307, 308]

/** Asks, follows redirects, and gives the answer, whatever its status. */
export async function exchange(
  method: Method,
  location: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  options: ExchangeOptions,
): Promise<Answer> {
  refuseUnusable(location)
  let at = location
  for (let redirects = 0; ; redirects++) {
    const sent = { ...headers, ...(await tokenFor(location, at, options)) }
    const answer = await send(method, at, sent, signal, options)
    const target = answer.headers.location
    if (!REDIRECTS.includes(answer.status) || target === undefined) return answer
    drop(answer.body)
    if (redirects === options.redirectsMax)
      throw new BrokerError('DATA_UNAVAILABLE', `${location.host} leads through more than ${redirects} redirects`)
    at = redirectTarget(at, target)
  }
}

/** The header for a question about a location that is asked at a place: the token only at the server that it is for. */
export async function tokenFor(
  location: URL,
  at: URL,
  { bearer }: Pick<ExchangeOptions, 'bearer'>,
): Promise<Record<string, string>> {
  const token = at.origin === location.origin ? await bearer?.() : undefined
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

/** Where a redirect leads. Throws DATA_UNAVAILABLE for a place that it may not lead to. */
export function redirectTarget(from: URL, target: string): URL {
  if (!URL.canParse(target, from.href))
    throw new BrokerError('DATA_UNAVAILABLE', `${from.host} redirects to what is not a URL`)
  const to = new URL(target, from)
  // Whoever is on the way could change what comes without encryption; the client asked for https.
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new BrokerError('DATA_UNAVAILABLE', `${from.host} redirects from https to http, which is not followed`)
  refuseUnusable(to)
  return to
}

/** Throws DATA_UNAVAILABLE for a URL that nothing is asked at. */
export function refuseUnusable({ protocol, username, password }: URL): void {
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new BrokerError('DATA_UNAVAILABLE', `data are not taken from ${protocol} URLs here`)
  if (username !== '' || password !== '')
    throw new BrokerError('DATA_UNAVAILABLE', 'there is a user name or a password in the URL; give a URL without')
}

async function send(
  method: Method,
  location: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  { agent, userAgent }: ExchangeOptions,
): Promise<Answer> {
  try {
    signal.throwIfAborted()
    const sent = request(location, {
      dispatcher: agent,
      method,
      headers: { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity', ...headers },
      signal,
    })
    const { statusCode, headers: answered, body } = await orAborted(sent, signal)
    return { host: location.host, status: statusCode, headers: readHeaders(answered, location.host, body), body }
  } catch (error) {
    throw connectionFailure(error, location.host, signal)
  }
}

function readHeaders(sent: IncomingHttpHeaders, host: string, body: Readable): AnswerHeaders {
  try {
    return answerHeaders(sent, host)
  } catch (error) {
    drop(body)
    throw error
  }
}

/** Undici does not look at the signal while it connects, so waiting for it is ended here; the connection ends itself. */
async function orAborted(
  sent: Promise<Dispatcher.ResponseData>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([sent, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Gives up an answer whose body nobody reads. Its connection is closed, since the body may be long. */
export function drop(body: Readable): void {
  // That the body was not read to its end is an error to undici, and what is wanted here.
  body.on('error', () => undefined)
  body.destroy()
}

/**
 * What the code of a failure means, the first that fits: the codes of Node (https://nodejs.org/api/errors.html), of
 * certificates (https://nodejs.org/api/tls.html#x509-certificate-error-codes), undici and its parser.
 */
const FAILURES: readonly { codes: RegExp; code: ErrorCode; reason: string }[] = [
  { codes: /^ENOTFOUND$/, code: 'DATA_UNAVAILABLE', reason: 'has no address' },
  {
    codes: /CERT|ISSUER|LEAF_SIGNATURE|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)/,
    code: 'DATA_UNAVAILABLE',
    reason: 'has a certificate that is not trusted here',
  },
  { codes: /^(EPROTO$|ERR_SSL_)/, code: 'DATA_UNAVAILABLE', reason: 'makes no secure connection' },
  { codes: /^HPE_(?!INVALID_EOF_STATE)/, code: 'DATA_INTERRUPTED', reason: 'sent an answer that cannot be read' },
  { codes: /^EAI_/, code: 'DATA_INTERRUPTED', reason: 'could not be looked up' },
  { codes: /^(UND_ERR_\w+_TIMEOUT|ETIMEDOUT)$/, code: 'DATA_INTERRUPTED', reason: 'was silent for too long' },
  {
    codes: /^(ECONNREFUSED|EADDRNOTAVAIL|EACCES|E(HOST|NET)(UNREACH|DOWN))$/,
    code: 'DATA_INTERRUPTED',
    reason: 'cannot be reached',
  },
  {
    codes: /^(UND_ERR_(?!INVALID|NOT_SUPPORTED)|HPE_|ECONN|EPIPE$)/,
    code: 'DATA_INTERRUPTED',
    reason: 'broke off the connection',
  },
]

/**
 * The BrokerError for a failure of the connection: DATA_INTERRUPTED where trying again can help. The reason of the
 * signal when that was aborted; any other error is a bug and stays as it is.
 */
export function connectionFailure(error: unknown, host: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof BrokerError || !(error instanceof Error)) return error
  const failed = failureCode(error)
  const known = FAILURES.find(({ codes }) => codes.test(failed))
  if (!known) return error
  return new BrokerError(known.code, `the server ${host} ${known.reason} (${failed})`, { cause: error })
}

function failureCode(error: Error): string {
  // Undici gives what is no HTTP at all a class and no code.
  return codeOf(error) || (error instanceof errors.HTTPParserError ? 'HPE_INVALID' : '')
}
