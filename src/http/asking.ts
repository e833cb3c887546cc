/** From the body of a request to what booking needs: read, surveyed, with the limits that apply. */
import type { FastifyRequest } from 'fastify'
import type { Asked, PoolCandidate } from '../booking/offers.ts'
import type { OfferLimits } from '../booking/slot-search.ts'
import type { Caller } from '../identity/identity.ts'
import { survey } from '../lifecycle/survey.ts'
import type { Clock } from '../domain/clock.ts'
import { DateError, parseDuration } from '../domain/dates.ts'
import { message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import { readRequest } from '../protocol/read-request.ts'
import type { Platform } from '../platforms/platform.ts'
import type { PoolId } from '../store/pools.ts'
import { badHeader, preferences, type HttpContext } from './context.ts'
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
  const read = readRequest(request.body, clock.now(), settings.requestDefaults, {
    isStrict: isStrict(request),
  })
  // Before anything is asked outside: what is refused is not even looked at.
  const judged = read.request ? await mayBeOffered(read.request, caller, context) : NOTHING
  const surveyed = judged.request
    ? await survey(judged.request, context.survey, {
        owner: caller.owner,
        bearerAt: (location) => context.delegations?.forCaller(caller, location),
      })
    : { candidates: [], messages: [] }
  const open = await withoutDrained(surveyed.candidates, context)
  const messages = [...read.messages, ...judged.messages, ...surveyed.messages]
  const isSilent = surveyed.candidates.length === 0 && !messages.some(({ level }) => level === 'ERROR')
  if (isSilent) messages.push(message('platform-away', clock.now(), { reason: whyNothing(context.platforms) }))
  const groups = context.quotas.groupsOf(caller)
  const delegation = open.candidates.length > 0 ? await delegationFor(judged.request, caller, context) : undefined
  return {
    owner: caller.owner,
    name: read.name,
    description: read.description,
    spelling,
    body: request.body,
    request: judged.request,
    messages,
    ...open,
    ...(surveyed.silent ? { silent: surveyed.silent } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(delegation ? { delegation } : {}),
    traceparent: context.tracing?.traceparent,
  }
}

/** Without a pool: every platform is still silent, or there is none. */
function whyNothing(platforms: readonly Platform[]): string {
  if (platforms.length === 0) return 'no platform is configured'
  return `the execution platform ${platforms.map(({ name }) => name).join(', ')} does not answer`
}

/** What is kept for moving the data of a request in the name of the caller, when that is due. */
async function delegationFor(request: Asked['request'], caller: Caller, { delegations }: HttpContext) {
  const locations = request?.data.map(({ location }) => new URL(location)) ?? []
  return delegations?.keep(caller, locations)
}

/** The pools of a survey, those that let nothing new in apart from the others. */
async function withoutDrained(
  pools: readonly PoolCandidate[],
  { drained }: HttpContext,
): Promise<Pick<Asked, 'candidates' | 'closed'>> {
  if (pools.length === 0) return { candidates: pools }
  const drains = await drained.now()
  const drainOf = ({ poolId }: PoolCandidate) => drains.get(poolId as PoolId)
  const closed = pools.flatMap((pool) => {
    const drain = drainOf(pool)
    if (!drain) return []
    return [{ ...pool, ...(drain.drainReason === undefined ? {} : { reason: drain.drainReason }) }]
  })
  return { candidates: pools.filter((pool) => !drainOf(pool)), ...(closed.length > 0 ? { closed } : {}) }
}

/** True if the client wants a request with unknown fields refused rather than read without them (RFC 7240, section 4.4). */
export function isStrict(request: FastifyRequest): boolean {
  return preferences(request).get('handling') === 'strict'
}

/** The limits of an offer set for a client that takes its time. */
export function offerLimits(request: FastifyRequest, { settings, clock }: HttpContext): OfferLimits {
  const offersMax = preferredOffers(request, settings) ?? settings.offersPerSet
  const decideMs = decideWithinMs(request, clock) ?? settings.decideWithinMs
  return { ...limits(settings, offersMax, settings.offerLifetimeMs, decideMs), openShare: settings.openShare }
}

/** The time in which the client decides, in milliseconds, where it says so. */
function decideWithinMs(request: FastifyRequest, clock: Clock): number | undefined {
  const wanted = preferences(request).get('decide-within')
  if (wanted === undefined) return undefined
  try {
    return parseDuration(wanted, clock.now()).value
  } catch (error) {
    if (error instanceof DateError) throw badHeader('Prefer', `decide-within: ${error.detail}`)
    throw error
  }
}

/** How many offers the client prefers at most, as far as the site gives so many; undefined when it does not say. */
export function preferredOffers(request: FastifyRequest, settings: HttpContext['settings']): number | undefined {
  const wanted = Number(preferences(request).get('offers'))
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, settings.offersPerSet) : undefined
}

/** The limits for a client that accepts at once. */
export function directLimits({ settings }: HttpContext): OfferLimits {
  return limits(settings, 1, 0, 0)
}

function limits(
  { horizonMs, durationMaxMs, graceMs }: HttpContext['settings'],
  offersMax: number,
  lifetimeMs: number,
  decideMs: number,
): OfferLimits {
  return { horizonMs, durationMaxMs, graceMs, offersMax, lifetimeMs, decideMs: Math.min(lifetimeMs, decideMs) }
}
