/** Failures below HTTP: what the parser of Node refuses before there is a request. They are told as problems too. */
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { BrokerError, ERRORS } from '../domain/errors.ts'
import { problemBody } from './problem.ts'
import { requestIdOf } from './request-id.ts'
import { codeOf } from '../domain/error-code.ts'

const MEDIA_TYPE = 'application/problem+json; charset=utf-8'

/** Answers on a connection whose bytes are no request, and closes it. */
export function refuseConnection(log: FastifyBaseLogger, error: unknown, socket: Socket): void {
  // A connection that is gone cannot be answered, and one that already has part of an answer must not get another.
  const begun = (socket as Socket & { _httpMessage?: { headersSent?: boolean } })._httpMessage?.headersSent === true
  if (codeOf(error) === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy()
    return
  }
  const requestId = requestIdOf({ headers: {} })
  const problem = problemBody(problemOf(error), requestId, undefined)
  const text = `${JSON.stringify(problem)}\n`
  log.info({ reqId: requestId, code: codeOf(error), status: problem.status }, 'refused what is no request')
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Connection: close',
      `Content-Type: ${MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Cache-Control: no-store',
      `X-Request-Id: ${requestId}`,
      '',
      text,
    ].join('\r\n'),
  )
}

/** Answers requests with an Expect other than 100-continue, which no route sees. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', (request, response: ServerResponse) => {
    const requestId = requestIdOf(request)
    const problem = new BrokerError('EXPECTATION_FAILED', 'The only expectation that can be met is 100-continue.', {
      faults: [{ header: 'Expect', detail: 'is 100-continue or left out' }],
    })
    const text = `${JSON.stringify(problemBody(problem, requestId, request.url))}\n`
    response
      .writeHead(ERRORS.EXPECTATION_FAILED.status, {
        'Content-Type': MEDIA_TYPE,
        'Content-Length': Buffer.byteLength(text),
        'Cache-Control': 'no-store',
        'X-Request-Id': requestId,
        Connection: 'close',
      })
      .end(text)
  })
}

function problemOf(error: unknown): BrokerError {
  if (codeOf(error) === 'HPE_HEADER_OVERFLOW')
    return new BrokerError('HEADERS_TOO_LARGE', 'The URL and the headers of a request have at most 16 KiB together.')
  if (codeOf(error) === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new BrokerError('REQUEST_TIMEOUT', 'The request was not sent in time; send it again.')
  return new BrokerError('BAD_SYNTAX', 'What was sent is not an HTTP request.')
}
