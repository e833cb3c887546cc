/** Where failures become answers: problem documents (RFC 9457), and nowhere else. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError, ERRORS, type ErrorCode } from '../domain/errors.ts'
import { negotiateProblem } from '../protocol/notation.ts'
import type { Schemas } from '../protocol/contract.ts'

/** What the framework's own failures are, by their code. */
const FRAMEWORK_ERRORS: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_SYNTAX',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BAD_SYNTAX',
  FST_ERR_BAD_URL: 'NOT_FOUND',
}

/** After how many seconds a client may try again what was refused for want of a service. */
const RETRY_AFTER_SECONDS = 5

/** Answers with the problem that an error is. What is not expected is logged whole and told as INTERNAL. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toBrokerError(error)
  if (problem.code === 'INTERNAL') request.log.error({ err: error }, 'A request failed unexpectedly.')
  else if (ERRORS[problem.code].status >= 500) request.log.warn({ err: error }, 'A request could not be answered.')
  const notation = negotiateProblem(request.headers.accept)
  const body = problemBody(problem, request)
  if (body.status === 503) void reply.header('Retry-After', String(RETRY_AFTER_SECONDS))
  void reply
    .code(body.status)
    .header('Content-Type', `${notation.problemType}; charset=utf-8`)
    .send(notation.format(body))
}

/** The problem document of an error. */
export function problemBody(error: BrokerError, request: FastifyRequest): Schemas['Problem'] {
  const { status, title } = ERRORS[error.code]
  return {
    type: `urn:ivoa:execution-broker:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: error.detail,
    instance: request.url.split('?')[0] ?? '',
    requestId: request.id,
    ...(error.faults.length > 0 ? { errors: error.faults.map(({ pointer, detail }) => ({ pointer, detail })) } : {}),
  }
}

function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code]
  if (known) return new BrokerError(known, ERRORS[known].title, { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new BrokerError('BAD_SYNTAX', 'The request is not HTTP as the broker understands it.', { cause: error })
  }
  return new BrokerError('INTERNAL', 'The broker made a mistake; its log has the details under the request id.', {
    cause: error,
  })
}
