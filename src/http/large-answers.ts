/**
 * Bounds of what large answers take: the process makes few at a time, of one caller one, and so many bytes that a caller
 * has not read yet are waited for. Small answers are not concerned.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError } from '../domain/errors.ts'
import { addressKey } from '../identity/address-key.ts'
import type { StoredPage, WantedPage } from '../store/pages.ts'
import { callerOf } from './calling.ts'
import { clientAddress, type HttpContext } from './context.ts'
import { whenOver } from './waiting.ts'

/** The places for large answers that are being made in a process. */
export const LARGE_AT_ONCE = 2
/** The bytes from which on an answer is large; what is kept makes up most of it. */
const LARGE_BYTES = 262_144
/** The bytes of large answers that one caller may leave unread; nothing more is made for it then. */
const UNREAD_BYTES_MAX = 67_108_864
const RETRY_SECONDS = 5

/** Places that are given in turns, caller by caller. */
interface Places {
  take<Result>(caller: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
}

/** Bytes of large answers that each caller was sent and has not read. */
export class LargeAnswers {
  readonly places: Places
  readonly #unread = new Map<string, number>()

  constructor(places: Places) {
    this.places = places
  }

  /** Throws TOO_MANY_REQUESTS for a caller that leaves too much unread. */
  requireRead(caller: string): void {
    if ((this.#unread.get(caller) ?? 0) < UNREAD_BYTES_MAX) return
    const mebibytes = UNREAD_BYTES_MAX / 1_048_576
    throw new BrokerError(
      'TOO_MANY_REQUESTS',
      `You have not read ${mebibytes} MiB or more of the answers that you asked for: read or close these first, or ask for smaller pages, such as with LAST=20.`,
      { retryAfterSeconds: RETRY_SECONDS },
    )
  }

  /** Counts the bytes of an answer; the function that it gives takes them away again. */
  send(caller: string, bytes: number): () => void {
    this.#unread.set(caller, (this.#unread.get(caller) ?? 0) + bytes)
    return () => {
      const left = (this.#unread.get(caller) ?? bytes) - bytes
      if (left > 0) this.#unread.set(caller, left)
      else this.#unread.delete(caller)
    }
  }
}

/** Reads what an answer of so many bytes is made of: in turn where it is large. Throws TOO_MANY_REQUESTS, and UNAVAILABLE when the service stops. */
export async function inTurn<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
  bytes: number,
  read: () => Promise<Result>,
): Promise<Result> {
  if (bytes <= LARGE_BYTES) return read()
  const caller = keyOf(request, context)
  const over = whenOver(reply, context)
  try {
    return await context.large.places.take(caller, over, () => {
      if (!isEffective(request)) context.large.requireRead(caller)
      return read()
    })
  } catch (cause) {
    if (!over.aborted || cause !== over.reason) throw cause
    throw new BrokerError('UNAVAILABLE', 'The broker is stopping.', { cause })
  }
}

/**
 * Shows a page that `list` reads. What fits into a small answer is read at once; where that is not the whole page, the
 * rest is read in turn.
 */
export async function readPage<Entry, Shown>(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
  wanted: WantedPage,
  list: (page: WantedPage) => Promise<StoredPage<Entry>>,
  show: (page: StoredPage<Entry>) => Promise<Shown>,
): Promise<Shown> {
  const small = await list({ ...wanted, bytes: LARGE_BYTES })
  if (!small.goesOn || small.entries.length >= wanted.limit) return show(small)
  return inTurn(request, reply, context, wanted.bytes, async () => show(await list(wanted)))
}

/** Counts what is sent of large answers until it is read, and refuses those that only read where that is too much. */
export function countUnread(app: FastifyInstance, context: HttpContext): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
    if (bytes <= LARGE_BYTES || request.method === 'HEAD') return done()
    const caller = keyOf(request, context)
    try {
      if (!isEffective(request)) context.large.requireRead(caller)
    } catch (error) {
      void reply.removeHeader('ETag')
      return done(error as Error)
    }
    const read = context.large.send(caller, bytes)
    reply.raw.once('close', read)
    if (reply.raw.closed) read()
    return done()
  })
}

/** True for a request that may have changed something, so that its answer cannot be refused any more. */
const isEffective = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD'

const keyOf = (request: FastifyRequest, context: HttpContext): string =>
  callerOf(request)?.owner ?? addressKey(clientAddress(request, context))
