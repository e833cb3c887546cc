/** The routes of what programs wrote: whole or in parts, and while it is written. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import type { OutputStream } from '../store/outputs.ts'
import { readRange, within, type AskedRange } from './byte-range.ts'
import { badQuery, queryOne, type HttpContext } from './context.ts'
import { holdOpen } from './held-answers.ts'
import { OutputReader, upTo } from './output-reader.ts'
import { executionFor } from './views.ts'

/** The last position of a part whose end is not known yet (RFC 8673, section 2.2). */
const END_UNKNOWN = Number.MAX_SAFE_INTEGER

/** The largest part of output that still grows, in bytes: it is in memory until it is sent. */
export const PART_BYTES_MAX = 65_536

interface Params {
  readonly uuid: string
  readonly stream: string
}

/** Adds the routes. */
export function streamRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<{ Params: Params }>('/streams/:uuid/:stream', { config: { oneForm: true } }, async (request, reply) => {
    const stream = streamNamed(request.params.stream)
    const execution = await executionFor(request, request.params.uuid, 'read', context)
    if (execution.compactedAt !== undefined) throw outputLeft(execution.compactedAt, context)
    const follow = queryOne(request, 'follow') ?? 'false'
    if (follow !== 'true' && follow !== 'false') throw badQuery('follow', 'it is true or false')
    // A client takes its time to read, whether it follows or not.
    const reader = new OutputReader(execution.id, stream, context, holdOpen(request, reply, execution.id, context))
    const kept = await reader.keptLength(execution)
    void reply
      .header('Content-Type', 'text/plain; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('Accept-Ranges', 'bytes')
      .header('X-Accel-Buffering', 'no')
    const asked = readRange(request.headers.range)
    if (kept !== undefined) return sendKept(request, reply, reader, kept, `"${execution.id}-${stream}-${kept}"`)
    // Once the answer has begun it cannot become a 503 any more.
    await reader.assertReachable(execution)
    if (follow === 'true') return sendComing(request, reply, reader, asked)
    return sendSoFar(request, reply, reader, asked)
  })
}

function outputLeft(at: Instant, { settings }: HttpContext): BrokerError {
  const kept = `output is kept for ${settings.retention.details} after the end of an execution`
  return new BrokerError('NOT_FOUND', `The output is not there any more since ${formatInstant(at)}: ${kept}.`)
}

function streamNamed(name: string): OutputStream {
  if (name === 'stdout' || name === 'stderr') return name
  throw new BrokerError('NOT_FOUND', `There is no stream ${name}; there are stdout and stderr.`)
}

/** The program has ended and nothing of its output changes any more. */
function sendKept(
  request: FastifyRequest,
  reply: FastifyReply,
  reader: OutputReader,
  length: number,
  tag: string,
): FastifyReply {
  void reply.header('ETag', tag)
  const condition = request.headers['if-range']
  const asked = condition === undefined || condition === tag ? readRange(request.headers.range) : undefined
  const range = asked ? within(asked, length) : { from: 0, to: length }
  if (!range) throw refusedRange(reply, length)
  if (asked) void reply.code(206).header('Content-Range', `bytes ${range.from}-${range.to - 1}/${length}`)
  void reply.header('Content-Length', String(range.to - range.from))
  return send(request, reply, upTo(range.to - range.from, reader.read(range.from, false)))
}

/** What comes is sent as it comes, so where it ends is not known when it begins. */
function sendComing(
  request: FastifyRequest,
  reply: FastifyReply,
  reader: OutputReader,
  asked: AskedRange | undefined,
): FastifyReply {
  // The last bytes of what has no end are not known; the whole may be sent in their place.
  if (!asked || 'lastBytes' in asked) return send(request, reply, reader.read(0, true))
  const last = asked.last ?? END_UNKNOWN
  void reply.code(206).header('Content-Range', `bytes ${asked.first}-${last}/*`)
  return send(request, reply, upTo(last + 1 - asked.first, reader.read(asked.first, true)))
}

/**
 * Output as it is now, while there may be more in a moment. A part is read before it is sent, to know its end; of a
 * larger one, the beginning is sent, and `Content-Range` says where to go on (RFC 9110, section 15.3.7).
 */
async function sendSoFar(
  request: FastifyRequest,
  reply: FastifyReply,
  reader: OutputReader,
  asked: AskedRange | undefined,
): Promise<FastifyReply> {
  if (!asked || 'lastBytes' in asked) {
    return send(request, reply, request.method === 'HEAD' ? [] : await reader.readBegun(0))
  }
  const limit = Math.min((asked.last ?? END_UNKNOWN) + 1 - asked.first, PART_BYTES_MAX)
  const part = await buffer(Readable.from(upTo(limit, reader.read(asked.first, false))))
  if (part.length === 0) throw refusedRange(reply, undefined)
  void reply
    .code(206)
    .header('Content-Range', `bytes ${asked.first}-${asked.first + part.length - 1}/*`)
    .header('Content-Length', String(part.length))
  return send(request, reply, [part])
}

function refusedRange(reply: FastifyReply, length: number | undefined): BrokerError {
  if (length !== undefined) void reply.header('Content-Range', `bytes */${length}`)
  const has = length === undefined ? 'does not have these bytes yet' : `has ${length} bytes`
  return new BrokerError('RANGE_NOT_SATISFIABLE', `The stream ${has}.`)
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
): FastifyReply {
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  return reply.send(Readable.from(headersFirst(reply, bytes), { objectMode: false }))
}

/** Sends the headers at once: a program may be silent for long, and its follower has to know that it is heard. */
async function* headersFirst(reply: FastifyReply, bytes: AsyncIterable<Buffer> | Iterable<Buffer>) {
  reply.raw.flushHeaders()
  yield* bytes
}
