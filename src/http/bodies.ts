/**
 * How the bodies of requests are read: by their notation and the schema that the contract has for their route. What
 * cannot be read is refused by its headers, before a byte of it was read, wherever that can be known.
 */
import { TextDecoder } from 'node:util'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { remembering } from '../domain/remembering.ts'
import { checkBody } from '../protocol/body-limits.ts'
import { prepareValidation } from '../protocol/contract-faults.ts'
import { MEDIA_TYPES, notationOf, tooLarge, UNDECLARED_BODY, type Notation } from '../protocol/notation.ts'
import { requestSchema, requestSchemas } from '../protocol/operations.ts'
import { atOnce } from './at-once.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The length of the body as it came, in bytes; 0 for none. */
    bodyBytes: number
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Makes the server read bodies. */
export function readBodies(app: FastifyInstance): void {
  prepareValidation(requestSchemas())
  app.decorateRequest('bodyBytes', 0)
  app.addHook('onRequest', atOnce(refuseUnread))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) =>
    done(null, read(request, bytes)),
  )
}

function refuseUnread(request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request
  const length = Number(headers['content-length'] ?? 0)
  if (length === 0 && headers['transfer-encoding'] === undefined) return
  const coding = headers['content-encoding']?.trim().toLowerCase()
  if (coding !== undefined && coding !== '' && coding !== 'identity') {
    void reply.header('Accept-Encoding', 'identity')
    throw new BrokerError('UNSUPPORTED_MEDIA_TYPE', `A body is read as it is, not compressed with '${coding}'.`, {
      faults: [{ header: 'Content-Encoding', detail: 'is identity or left out' }],
    })
  }
  const notation = notationIn(request)
  if (!notation) {
    void reply.header('Accept', MEDIA_TYPES.join(', '))
    throw new BrokerError(
      'UNSUPPORTED_MEDIA_TYPE',
      `'${headers['content-type']}' cannot be read; possible are ${MEDIA_TYPES.join(', ')} and types that end in +json, +yaml or +xml, in UTF-8.`,
      { faults: [{ header: 'Content-Type', detail: `is one of ${MEDIA_TYPES.join(', ')}` }] },
    )
  }
  if (length > notation.bytesMax) throw tooLarge(notation)
}

/** The notation that a body says it is in; undefined for one that cannot be read, or is in another character set. */
const notationIn = ({ headers }: FastifyRequest): Notation | undefined =>
  declaredNotation(headers['content-type'] ?? '')

const declaredNotation = remembering(100, (declared: string): Notation | undefined => {
  if (declared === '') return UNDECLARED_BODY
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(declared)?.[1] ?? 'utf-8'
  return /^(utf-?8|us-ascii)$/i.test(charset) ? notationOf(declared) : undefined
})

function read(request: FastifyRequest, bytes: Buffer): unknown {
  const notation = notationIn(request) ?? UNDECLARED_BODY
  if (bytes.length > notation.bytesMax) throw tooLarge(notation)
  request.bodyBytes = bytes.length
  const text = decode(bytes)
  const body = notation.read(text, requestSchema(request.method, request.routeOptions.url ?? ''))
  if (!notation.isSound(text)) checkBody(body)
  return body
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    const isUtf16 = bytes.length > 1 && [0xfeff, 0xfffe].includes(bytes.readUInt16BE(0))
    throw new BrokerError('BAD_SYNTAX', `The body is not UTF-8${isUtf16 ? ' but UTF-16, which is not read' : ''}.`, {
      cause,
    })
  }
}
