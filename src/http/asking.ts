/** From the body of a request to what booking needs: read, surveyed, with the limits that apply. */
import type { FastifyRequest } from 'fastify'
import type { Asked } from '../booking/offers.ts'
import type { OfferLimits } from '../booking/slot-search.ts'
import type { Caller } from '../identity/identity.ts'
import { survey } from '../lifecycle/survey.ts'
import { message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import { readRequest } from '../protocol/read-request.ts'
import { preferences, type HttpContext } from './context.ts'
import { mayBeOffered } from './permitting.ts'

/** What there is of a request that could not be read. */
const NOTHING = { request: undefined, messages: [] } as const

/** Reads and surveys a request. Throws BAD_REQUEST for a body that does not follow the contract. */
export async function ask(
  request: FastifyRequest,
  caller: Caller,
  spelling: Spelling,
  context: HttpContext,
): Promise<Asked> {
  const { clock, settings } = context
  const read = readRequest(request.body, clock.now(), { durationMs: settings.defaultDurationMs })
  // Before anything is asked outside: what is refused is not even looked at.
  const judged = read.request ? await mayBeOffered(read.request, caller, context) : NOTHING
  const surveyed = judged.request ? await survey(judged.request, context.survey) : { candidates: [], messages: [] }
  const messages = [...read.messages, ...judged.messages, ...surveyed.messages]
  const silent = surveyed.candidates.length === 0 && !messages.some(({ level }) => level === 'ERROR')
  if (silent)
    messages.push(
      message('not-supported', clock.now(), { pointer: '/executable', reason: 'no platform is configured' }),
    )
  const groups = context.quotas.groupsOf(caller)
  return {
    owner: caller.owner,
    name: read.name,
    description: read.description,
    spelling,
    body: request.body,
    request: judged.request,
    messages,
    candidates: surveyed.candidates,
    ...(groups.length > 0 ? { groups } : {}),
  }
}

/** The limits of an offer set for a client that takes its time. */
export function offerLimits(request: FastifyRequest, { settings }: HttpContext): OfferLimits {
  const offersMax = preferredOffers(request, settings) ?? settings.offersPerSet
  return { ...limits(settings), offersMax, lifetimeMs: settings.offerLifetimeMs }
}

/** How many offers the client prefers at most, as far as the site gives so many; undefined when it does not say. */
export function preferredOffers(request: FastifyRequest, settings: HttpContext['settings']): number | undefined {
  const wanted = Number(preferences(request).get('offers'))
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, settings.offersPerSet) : undefined
}

/** The limits for a client that accepts at once. */
export function directLimits({ settings }: HttpContext): OfferLimits {
  return { ...limits(settings), offersMax: 1, lifetimeMs: 0 }
}

function limits({ horizonMs, durationMaxMs, graceMs }: HttpContext['settings']) {
  return { horizonMs, durationMaxMs, graceMs }
}
