/**
 * Doing once what a client asks for twice, because it did not get the first answer. The client names what it asks for
 * with an `Idempotency-Key`; whoever asks again with the same key and body is answered with what was made the first
 * time, also while the first request is still being answered, by this broker or another one on the same database.
 */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Wish } from '../booking/booking-batch.ts'
import type { OfferedSet } from '../booking/offers.ts'
import { BrokerError } from '../domain/errors.ts'
import { traced } from '../domain/tracing.ts'
import type { Caller } from '../identity/identity.ts'
import * as idempotency from '../store/idempotency.ts'
import { badHeader, type HttpContext } from './context.ts'
import { refusedWish } from './quota-desk.ts'

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** What was made, and all of it when it was made just now. */
export interface MadeOnce extends idempotency.Made {
  readonly offered?: OfferedSet
}

/**
 * Makes what a request asks for, with so many offers at most, or gives what was made for its key before. `prepare` does
 * what need not be in the transaction, and is left out when there is nothing to make.
 */
export async function makeOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  context: HttpContext,
  offersMax: number,
  prepare: () => Promise<Wish>,
): Promise<MadeOnce> {
  const { database, clock, kept } = context
  const use = useOf(request, caller)
  const earlier = use && (await idempotency.find(database, use, clock.now()))
  if (earlier) return again(earlier, use, reply)
  // Each of the offers has in it what was asked for.
  const bytesMax = request.bodyBytes * (1 + offersMax)
  const made = await kept.within(caller.owner, bytesMax, () => make(caller, context, prepare, use))
  if (made) return counted(made, context.figures)
  const meanwhile = use && (await idempotency.find(database, use, clock.now()))
  if (!meanwhile) throw new BrokerError('UNAVAILABLE', 'The key was used by a request that has just ended; try again.')
  return again(meanwhile, use, reply)
}

/** Makes what is asked for; undefined where somebody has used the key meanwhile. */
async function make(
  caller: Caller,
  { database, booking, clock, quotas, tracing }: HttpContext,
  prepare: () => Promise<Wish>,
  use: idempotency.Use | undefined,
): Promise<MadeOnce | undefined> {
  const wish = await prepare()
  if (!use) {
    const book = () => quotas.book(database, booking, wish, caller, clock.now())
    return madeOf(wish, await traced(tracing, 'book', {}, book))
  }
  const makeWith = (asked: Wish) =>
    database.transaction(async (tx) => {
      if (!(await idempotency.claim(tx, use, clock.now()))) return undefined
      const book = () => quotas.bookIn(tx, booking, asked, caller, clock.now())
      const result = madeOf(asked, await traced(tracing, 'book', {}, book))
      await idempotency.note(tx, use, result)
      return result
    })
  return makeWith(wish).catch((error: unknown) => makeWith(refusedWish(wish, error)))
}

function counted(made: MadeOnce, figures: HttpContext['figures']): MadeOnce {
  if (made.offered) figures.offerSetMade(made.offered.offerSet.result, made.offered.offers.length)
  return made
}

function madeOf({ direct }: Wish, offered: OfferedSet): MadeOnce {
  return { offered, offerSetId: offered.offerSet.id, executionId: direct ? offered.offers[0]?.id : undefined }
}

/** What was made the first time. Throws IDEMPOTENCY_KEY_REUSED when something else was asked for then. */
function again(
  earlier: NonNullable<Awaited<ReturnType<typeof idempotency.find>>>,
  use: idempotency.Use,
  reply: FastifyReply,
): idempotency.Made {
  if (earlier.purpose !== use.purpose || !use.digest.equals(earlier.digest)) {
    throw new BrokerError(
      'IDEMPOTENCY_KEY_REUSED',
      'The Idempotency-Key was used for another request; make a new one.',
      {
        faults: [{ header: 'Idempotency-Key', detail: 'was used with another body or for another resource' }],
      },
    )
  }
  void reply.header('Idempotency-Replayed', 'true')
  return { offerSetId: earlier.offerSetId, executionId: earlier.executionId }
}

/** The use of a key by a request; undefined when it has none. Throws BAD_REQUEST for a key that is none. */
function useOf(request: FastifyRequest, { owner }: Caller): idempotency.Use | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !KEY.test(key))
    throw badHeader('Idempotency-Key', 'it has 1 to 255 printable ASCII characters')
  // The body as it was read, so that white space and the order of the fields do not matter.
  const digest = createHash('sha256').update(inOrder(request.body)).digest()
  return { owner, key, purpose: request.routeOptions.url ?? '', digest }
}

/** A value as JSON whose fields are in the order of their names. */
function inOrder(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
