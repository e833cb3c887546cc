/** The routes of what programs wrote: from the platform while they run, from the database afterwards. */
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as outputs from '../store/outputs.ts'
import { badQuery, queryOne, type HttpContext } from './context.ts'
import { executionFor } from './views.ts'
import { hintsFor } from './waiting.ts'

/** How often to look for news of an execution without a hint, in milliseconds. */
const LOOK_MS = 5_000

interface Params {
  readonly uuid: string
  readonly stream: string
}

/** Adds the routes. */
export function streamRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<{ Params: Params }>('/streams/:uuid/:stream', { config: { oneForm: true } }, async (request, reply) => {
    const { stream } = request.params
    if (stream !== 'stdout' && stream !== 'stderr')
      throw new BrokerError('NOT_FOUND', `There is no stream ${stream}; there are stdout and stderr.`)
    const execution = await executionFor(request, request.params.uuid, 'read', context)
    const follow = queryOne(request, 'follow') ?? 'false'
    if (follow !== 'true' && follow !== 'false') throw badQuery('follow', 'it is true or false')
    const range = rangeOf(request.headers.range)
    const kept = await keptLength(execution, stream, context)
    if (range && kept !== undefined && range.from >= kept) {
      throw new BrokerError('RANGE_NOT_SATISFIABLE', `The stream has ${kept} bytes.`)
    }
    const gone = new AbortController()
    request.raw.on('close', () => gone.abort())
    void reply
      .header('Content-Type', 'text/plain; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('Accept-Ranges', 'bytes')
    const from = range?.from ?? 0
    const to = range?.to === undefined ? Number.POSITIVE_INFINITY : range.to + 1
    if (range) void reply.code(206).header('Content-Range', contentRange(from, to, kept))
    if (kept !== undefined) void reply.header('Content-Length', String(Math.max(0, Math.min(kept, to) - from)))
    const reader = new OutputReader(execution.id, stream, context, gone.signal)
    return reply.send(Readable.from(upTo(to - from, reader.read(from, follow === 'true')), { objectMode: false }))
  })
}

function contentRange(from: number, to: number, kept: number | undefined): string {
  if (kept !== undefined) return `bytes ${from}-${Math.min(kept, to) - 1}/${kept}`
  return `bytes ${from}-${Number.isFinite(to) ? to - 1 : ''}/*`
}

/** Reads one stream, from wherever it is now. */
class OutputReader {
  readonly #id: executions.Execution['id']
  readonly #stream: outputs.OutputStream
  readonly #context: HttpContext
  readonly #gone: AbortSignal

  constructor(id: executions.Execution['id'], stream: outputs.OutputStream, context: HttpContext, gone: AbortSignal) {
    this.#id = id
    this.#stream = stream
    this.#context = context
    this.#gone = AbortSignal.any([gone, context.stopping])
  }

  /** The bytes from `from` on; with `follow`, until the program has ended. */
  async *read(from: number, follow: boolean): AsyncGenerator<Buffer> {
    const { database, clock, platforms } = this.#context
    const hints = hintsFor(this.#id, this.#context)
    let sent = from
    try {
      while (!this.#gone.aborted) {
        const execution = await executions.find(database, this.#id)
        if (!execution) return
        const kept = await keptLength(execution, this.#stream, this.#context)
        if (kept !== undefined) {
          yield* outputs.read(database, this.#id, this.#stream, sent, kept)
          return
        }
        const platform = platforms.find(({ name }) => name === execution.plan.platform)
        if (execution.startedAt !== undefined && platform) {
          for await (const bytes of platform.output(this.#id, this.#stream, {
            from: sent,
            follow,
            signal: this.#gone,
          })) {
            sent += bytes.length
            yield bytes
          }
        }
        if (!follow) return
        await hints.next(clock.now() + LOOK_MS)
      }
    } finally {
      hints.end()
    }
  }
}

/** How many bytes are kept in the database; undefined while the output is still with the platform. */
async function keptLength(
  execution: executions.Execution,
  stream: outputs.OutputStream,
  { database }: HttpContext,
): Promise<number | undefined> {
  if (execution.startAt === undefined) return executionLifecycle.isTerminal(execution.phase) ? 0 : undefined
  const compute = (await components.list(database, [execution.id])).find(({ family }) => family === 'compute')
  if (compute?.givenBackAt === undefined) return undefined
  return outputs.length(database, execution.id, stream)
}

/** The first `limit` bytes of what comes. */
async function* upTo(limit: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = limit
  for await (const bytes of source) {
    yield bytes.subarray(0, left)
    left -= bytes.length
    if (left <= 0) return
  }
}

/** One range of bytes (RFC 9110, section 14.1.2); undefined for none, and for forms that may be ignored. */
function rangeOf(header: string | undefined): { from: number; to: number | undefined } | undefined {
  const match = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(header ?? '')
  if (!match) return undefined
  const from = Number(match[1])
  const to = match[2] === undefined ? undefined : Number(match[2])
  return to !== undefined && to < from ? undefined : { from, to }
}
