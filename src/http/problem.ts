/** Where failures become answers: problem documents (RFC 9457), and nowhere else. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { codeOf, isDiskFull } from '../domain/error-code.ts'
import { BrokerError, ERRORS, placeOf, type ErrorCode } from '../domain/errors.ts'
import { negotiateProblem } from '../protocol/negotiation.ts'
import type { NotationName } from '../protocol/notation.ts'
import type { Schemas } from '../protocol/contract.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'
import { addVary } from './vary.ts'

/** What the framework's own failures are, by their code. The sentence takes the place of the framework's. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['TOO_LARGE', 'The body is longer than the broker reads.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The Content-Type cannot be read.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BAD_SYNTAX', 'The body does not have the length that Content-Length says.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_SYNTAX', 'The body is empty.'],
  FST_ERR_BAD_URL: ['BAD_SYNTAX', 'The path of the request is not correctly percent-encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'A segment of the path is longer than any that is here.'],
}

/** After how many seconds a client may try again what was refused for want of a service. */
const RETRY_AFTER_SECONDS = 5

/**
 * Answers with the problem that an error is. What is not expected is logged whole and told as INTERNAL; of a database
 * that is away the log tells anyway.
 */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  preferred: NotationName,
): void {
  const problem = toBrokerError(error)
  if (problem.code === 'INTERNAL') request.log.error({ err: error }, 'A request failed unexpectedly.')
  else if (ERRORS[problem.code].status >= 500 && !isDatabaseAway(error))
    request.log.warn({ err: error }, 'A request could not be answered.')
  const body = problemBody(problem, request.id, request.url)
  const { mediaType, text } = write(body, problem, request.headers.accept, preferred)
  const retryAfter = problem.retryAfterSeconds ?? (body.status === 503 ? RETRY_AFTER_SECONDS : undefined)
  if (retryAfter !== undefined) void reply.header('Retry-After', String(retryAfter))
  // What a route had said of the answer that it could not give is not true of this one.
  for (const header of ['ETag', 'Last-Modified', 'Content-Length']) void reply.removeHeader(header)
  addVary(reply, 'Accept', 'Authorization')
  void reply
    .code(body.status)
    .header('Content-Type', `${mediaType}; charset=utf-8`)
    .header('Cache-Control', 'no-store')
    .send(text)
}

/** The problem document of an error. */
export function problemBody(error: BrokerError, requestId: string, url: string | undefined): Schemas['Problem'] {
  const { status, title } = ERRORS[error.code]
  return {
    type: `urn:ivoa:execution-broker:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.detail,
    ...(url === undefined ? {} : { instance: url.split('?')[0] ?? '' }),
    requestId,
    ...(error.faults.length > 0 ? { errors: [...error.faults] } : {}),
    ...error.members,
  }
}

/** A problem in the form that the client accepts best; the preferred notation when it accepts none of them. */
function write(body: Schemas['Problem'], error: BrokerError, accept: string | undefined, preferred: NotationName) {
  const notation = negotiateProblem(accept, preferred)
  if (!notation) return { mediaType: 'text/plain', text: plainText(body, error) }
  return { mediaType: notation.problemType, text: notation.write(body, 'Problem') }
}

/** A problem for people, and for clients that read no notation: the sentence first. */
function plainText({ title, detail, requestId }: Schemas['Problem'], { faults }: BrokerError): string {
  const lines = faults.map((fault) => `  ${placeOf(fault)}: ${fault.detail}`)
  return [`${title}: ${detail}`, ...lines, `Request ${requestId}`, ''].join('\n')
}

function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error
  const { statusCode } = (error ?? {}) as Partial<FastifyError>
  const known = FRAMEWORK_ERRORS[codeOf(error)]
  if (known) return new BrokerError(known[0], known[1], { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new BrokerError('BAD_SYNTAX', 'The request is not HTTP as the broker understands it.', { cause: error })
  }
  if (isDiskFull(error)) {
    const detail = 'A disk of the broker is full; try again later, and tell the operator if it stays so.'
    return new BrokerError('UNAVAILABLE', detail, { cause: error })
  }
  return new BrokerError('INTERNAL', 'The broker made a mistake; its log has the details under the request id.', {
    cause: error,
  })
}
