/**
 * Plans offers: from a request, the pools that could run it, and what is free there, to offers or the reasons for NO.
 * Pure: it decides, `offers.ts` does.
 */
import { formatDuration, formatInstant, type Instant } from '../domain/dates.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import type { ExecutionRequest, Limit } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import { COMPUTE_RESOURCES, RESOURCE_WORDS, RESOURCES, type Resource } from '../domain/resources.ts'
import { costsNoMore, keepsLimits, priceOf, whyLimitsFail } from './limits.ts'
import {
  hasAccelerators,
  hasLeast,
  SlotSearch,
  type Candidate,
  type ClosedPool,
  type OfferLimits,
  type PlannedOffer,
} from './slot-search.ts'
import { leastAmounts, prepareMs } from './needs.ts'

/** Offers, earliest first; or none, and the reasons. */
export interface OfferPlan {
  readonly offers: readonly PlannedOffer[]
  readonly messages: readonly Message[]
}

/**
 * Plans at most `offersMax` offers in the candidate pools. Every one fits on its own; no two are the same. Without offers,
 * those of the closed pools that have what is asked for are among the reasons. There is at least one pool.
 */
export function planOffers(
  request: ExecutionRequest,
  candidates: readonly Candidate[],
  limits: OfferLimits,
  now: Instant,
  closed: readonly ClosedPool[] = [],
): OfferPlan {
  const impossible = neverPossible(request, [...candidates, ...closed], limits, now)
  if (impossible.length > 0) return { offers: [], messages: impossible }
  const searches = candidates
    .map((candidate) => new SlotSearch(request, candidate, limits, now))
    .filter((search) => search.fitsPool)
  const drained = drainedOf(request, closed, now)
  const [any] = [...candidates, ...closed]
  if (searches.length === 0 && any) {
    const none = message('no-pool', now, leastAmounts(request, any.survey))
    return { offers: [], messages: drained.length > 0 ? drained : [none] }
  }
  const { limits: costLimits = [] } = request
  const failing = costLimits.length > 0 ? whyLimitsFail(searches.flatMap(supposedPlans), costLimits, now) : []
  if (failing.length > 0) return { offers: [], messages: [...failing, ...drained] }
  const offers = choose(searches, limits.offersMax, costLimits)
  const own = ownOffers(searches, offers[0]?.plan.slot.startAt ?? Infinity, now)
  if (offers.length === 0)
    return {
      offers,
      messages: [
        shortageWithin(costLimits, searches, limits, now),
        ...maintenanceOf(searches, now),
        ...drained,
        ...own,
      ],
    }
  // Who accepts at once looks at the execution alone.
  const shown = limits.lifetimeMs === 0 && own.length > 0 ? offers.map((offer) => withMessages(offer, own)) : offers
  return { offers: shown, messages: [...cappedMaxima(request, candidates, searches, now), ...own] }
}

/** A message on the closed pools that have what is asked for at least; empty where none has. */
function drainedOf(request: ExecutionRequest, closed: readonly ClosedPool[], now: Instant): Message[] {
  const able = closed.filter((pool) => hasLeast(pool, request))
  if (able.length === 0) return []
  const pools = able.map(({ platform, pool, reason = 'no reason was given' }) => `${platform}/${pool} (${reason})`)
  return [message('pools-drained', now, { pools: pools.join(', ') })]
}

function withMessages(offer: PlannedOffer, messages: readonly Message[]): PlannedOffer {
  const { plan } = offer
  return {
    ...offer,
    plan: { ...plan, compute: { ...plan.compute, messages: [...plan.compute.messages, ...messages] } },
  }
}

/** Says of the caller's own open offers where without them something could start earlier. */
function ownOffers(searches: readonly SlotSearch[], startAt: Instant, now: Instant): Message[] {
  return searches.flatMap((search) => {
    const found = search.ownInTheWay(startAt)
    if (!found) return []
    const { platform, pool, capacity } = search.candidate
    const { resource, amount, untilAt } = found
    const may = search.share ? `, where they may hold ${search.share[resource]}` : ''
    return [
      message('own-open-offers', now, {
        amount,
        capacity: capacity[resource],
        resource: RESOURCE_WORDS[resource],
        pool: `${platform}/${pool}`,
        until: formatInstant(untilAt),
        may,
      }),
    ]
  })
}

/** What the least would cost in a pool at every start that could make a difference, whether that is free or not. */
function supposedPlans(search: SlotSearch): ExecutionPlan[] {
  return [...new Set(search.supposed.values())]
}

/** A pool as far as its size matters, open or closed. */
type SizedPool = Omit<Candidate, 'profile'>

/** What no waiting can help: more than any pool has, too long, or a window that is over or too far away. */
function neverPossible(
  request: ExecutionRequest,
  candidates: readonly SizedPool[],
  limits: OfferLimits,
  now: Instant,
): Message[] {
  const messages: Message[] = []
  const pointers: Record<Resource, string> = {
    cores: '/compute/cores/min',
    memory: '/compute/memory/min',
    storage: '/storage',
    accelerators: '/compute/accelerators/min',
  }
  for (const resource of RESOURCES) {
    const limit = mostOf(resource, request, candidates)
    const minimum = Math.min(...candidates.map(({ survey }) => leastAmounts(request, survey)[resource]))
    if (minimum <= limit) continue
    if (resource === 'accelerators' && limit === 0) messages.push(noAccelerators(request, candidates, now))
    else
      messages.push(
        message('resource-limit', now, {
          pointer: pointers[resource],
          minimum,
          resource: RESOURCE_WORDS[resource],
          limit,
        }),
      )
  }
  if (request.durationMs > limits.durationMaxMs) {
    const [duration, limit] = [formatDuration(request.durationMs), formatDuration(limits.durationMaxMs)]
    messages.push(message('duration-limit', now, { pointer: '/schedule/requested/duration', duration, limit }))
  }
  return [...messages, ...windowsMissed(request, candidates, limits, now)]
}

/** The fault of the windows for the start, where none of them can be met. */
function windowsMissed(
  { starts }: ExecutionRequest,
  candidates: readonly SizedPool[],
  { horizonMs }: OfferLimits,
  now: Instant,
): Message[] {
  const preparedAt = now + Math.min(...candidates.map(({ survey }) => prepareMs(survey)))
  const horizonAt = now + horizonMs
  if (starts.some(({ fromAt, toAt }) => toAt >= preparedAt && fromAt <= horizonAt)) return []
  const [earliest, horizon] = [formatInstant(preparedAt), formatInstant(horizonAt)]
  return starts.map(({ pointer, toAt }) =>
    toAt < preparedAt
      ? message('window-past', now, { pointer, earliest, next: startInstead(preparedAt, horizonAt) })
      : message('beyond-horizon', now, { pointer, horizon }),
  )
}

/** The advice for a start that is too early: a start that would be offered, where there is one. */
function startInstead(preparedAt: Instant, horizonAt: Instant): string {
  if (preparedAt > horizonAt)
    return `Nothing is offered after ${formatInstant(horizonAt)}: ask for less to be prepared, such as smaller data.`
  const proposedAt = afterDeciding(preparedAt)
  return proposedAt > horizonAt
    ? 'Leave it out to start as soon as possible.'
    : `Ask for a start from then on, such as '${formatInstant(proposedAt)}', or leave it out.`
}

/** Whole minutes that leave somebody the time to write a request and to accept an offer. */
const DECIDING_MS = 300_000

const afterDeciding = (at: Instant): Instant => Math.ceil((at + DECIDING_MS) / DECIDING_MS) * DECIDING_MS

/** The most that a pool has of a resource; of accelerators, the most of those that will do. */
function mostOf(resource: Resource, request: ExecutionRequest, candidates: readonly SizedPool[]): number {
  const suitable =
    resource === 'accelerators' ? candidates.filter((candidate) => hasAccelerators(candidate, request)) : candidates
  return Math.max(0, ...suitable.map(({ capacity }) => capacity[resource]))
}

function noAccelerators({ compute }: ExecutionRequest, candidates: readonly SizedPool[], now: Instant): Message {
  const there = candidates.filter(({ capacity }) => capacity.accelerators > 0)
  const types = [...new Set(there.flatMap(({ acceleratorType }) => acceleratorType ?? []))]
  return message('no-accelerators', now, {
    pointer: compute.accelerators?.type === undefined ? '/compute/accelerators/min' : '/compute/accelerators/type',
    known:
      there.length === 0 ? 'there are none here' : `possible is ${types.join(', ') || 'any, without naming a kind'}`,
  })
}

/**
 * The earliest offer, then alternatives worth choosing between: cheaper ones, other pools, more resources, later starts.
 * All keep to the limits on costs and metrics.
 */
function choose(searches: readonly SlotSearch[], offersMax: number, limits: readonly Limit[]): PlannedOffer[] {
  const earliest = searches
    .map((search) => ({ search, offer: earliestWithin(search, limits) }))
    .filter((one): one is { search: SlotSearch; offer: PlannedOffer } => one.offer !== undefined)
    .sort((a, b) => a.offer.plan.slot.startAt - b.offer.plan.slot.startAt)
  const chosen = new Map<string, PlannedOffer>()
  const add = (offer: PlannedOffer | undefined) => {
    if (!offer || chosen.size >= offersMax || chosen.has(identity(offer)) || !keepsLimits(offer.plan, limits)) return
    // A request that needs more than the share gets its offer, and no choice.
    if (offer.isBeyondShare && chosen.size > 0) return
    chosen.set(identity(offer), offer)
  }
  const offers = earliest.map(({ offer }) => offer)
  add(earliest[0] && moreForNothing(earliest[0].search, earliest[0].offer))
  add(offers[0])
  if (chosen.size < offersMax) add(least('monetary', offers))
  if (chosen.size < offersMax) add(least('carbon', [...offers, ...earliest.flatMap(({ search }) => greenest(search))]))
  for (const offer of offers) add(offer)
  // One that can be thought over, beside those that have to be decided soon.
  for (const { search } of earliest.slice(0, 1)) add(search.earliest(search.least, search.unhurriedFrom))
  for (const { search, offer } of earliest) add(search.earliest(search.most, offer.plan.slot.startAt))
  for (let round = 1; chosen.size < offersMax && round < offersMax; round++) {
    for (const { search, offer } of earliest) {
      const { startAt, durationMs } = offer.plan.slot
      add(search.fixed(Math.max(startAt, search.unhurriedFrom) + round * durationMs))
    }
  }
  return [...chosen.values()].sort((a, b) => a.plan.slot.startAt - b.plan.slot.startAt)
}

/**
 * The offer of the most that the client can use, where it starts as early as that of the least and costs no more; undefined
 * where it does not, and where nothing is said of costs.
 */
function moreForNothing(search: SlotSearch, least: PlannedOffer): PlannedOffer | undefined {
  if (!search.candidate.prices) return undefined
  const most = search.earliest(search.most, least.plan.slot.startAt)
  if (!most || identity(most) === identity(least) || most.plan.slot.startAt !== least.plan.slot.startAt)
    return undefined
  return costsNoMore(most.plan, least.plan) ? most : undefined
}

/** The earliest offer of a pool that keeps to the limits. When it starts matters only where carbon depends on the hour. */
function earliestWithin(search: SlotSearch, limits: readonly Limit[]): PlannedOffer | undefined {
  const first = search.earliest(search.least, Number.NEGATIVE_INFINITY)
  if (!first || keepsLimits(first.plan, limits)) return first
  let lookedUntil = Number.NEGATIVE_INFINITY
  for (const startAt of triedStarts(search, limits)) {
    // The last look found that nothing is free before then.
    if (startAt <= lookedUntil) continue
    const later = search.fixed(startAt)
    if (!later || keepsLimits(later.plan, limits)) return later
    lookedUntil = later.plan.slot.startAt
  }
  return undefined
}

/** The starts to try, earliest first; of many, rather those at whose time of day the limits are kept. */
function triedStarts(search: SlotSearch, limits: readonly Limit[]): Instant[] {
  const keeping = new Set(supposedPlans(search).filter((plan) => keepsLimits(plan, limits)))
  const starts = [...search.supposed]
  const likely = starts.filter(([, plan]) => keeping.has(plan))
  const others = starts.filter(([, plan]) => !keeping.has(plan))
  const tried = [...likely, ...others].slice(0, search.pricedStarts)
  return tried.map(([startAt]) => startAt).sort((a, b) => a - b)
}

/** How many of the greenest starts are looked at before one is given up. */
const GREEN_STARTS = 3

/** Offers at the starts with the least carbon, where that depends on the hour. */
function greenest(search: SlotSearch): PlannedOffer[] {
  const starts = [...search.supposed]
  if (starts.length < 2) return []
  const carbon = ([, plan]: readonly [Instant, ExecutionPlan]) => priceOf(plan, 'carbon') ?? 0n
  const order = starts.sort((a, b) => Number(carbon(a) - carbon(b)))
  return order.slice(0, GREEN_STARTS).flatMap(([startAt]) => search.fixed(startAt) ?? [])
}

/** The offer with the least of a cost; undefined when there is nothing to compare. The first of equals. */
function least(type: 'monetary' | 'carbon', offers: readonly PlannedOffer[]): PlannedOffer | undefined {
  const priced = offers.flatMap((offer) => {
    const price = priceOf(offer.plan, type)
    return price === undefined ? [] : [{ offer, price }]
  })
  return priced.length < 2 ? undefined : priced.reduce((a, b) => (b.price < a.price ? b : a)).offer
}

function identity({ plan }: PlannedOffer): string {
  const { cores, memoryGib, accelerators } = plan.compute
  return [plan.poolId, plan.slot.startAt, cores, memoryGib, accelerators?.count ?? 0].join(' ')
}

function cappedMaxima(
  request: ExecutionRequest,
  candidates: readonly Candidate[],
  searches: readonly SlotSearch[],
  now: Instant,
): Message[] {
  return COMPUTE_RESOURCES.flatMap((resource) => {
    const maximum = request.compute[resource]?.max ?? 0
    const values = { pointer: `/compute/${resource}/max`, maximum, resource: RESOURCE_WORDS[resource] }
    const shared = Math.max(...searches.map(({ most }) => most[resource]))
    const limit = mostOf(resource, request, candidates)
    if (shared < Math.min(maximum, limit)) return [message('maximum-shared', now, { ...values, limit: shared })]
    return maximum > limit ? [message('maximum-capped', now, { ...values, limit })] : []
  })
}

/** The maintenance without which something would be offered. */
function maintenanceOf(searches: readonly SlotSearch[], now: Instant): Message[] {
  return searches.flatMap((search) =>
    search.maintenanceInTheWay().map(({ fromAt, toAt, reason }) => {
      const { platform, pool } = search.candidate
      const [from, until] = [formatInstant(fromAt), formatInstant(toAt)]
      return message('pool-maintenance', now, { pool: `${platform}/${pool}`, from, until, reason })
    }),
  )
}

/** Why nothing is offered although there are pools that keep to the limits: they are full, or only at other times so. */
function shortageWithin(
  limits: readonly Limit[],
  searches: readonly SlotSearch[],
  offerLimits: OfferLimits,
  now: Instant,
): Message {
  if (limits.length === 0) return shortage(searches, offerLimits, now)
  const affordable = searches.filter((search) => supposedPlans(search).some((plan) => keepsLimits(plan, limits)))
  const short = shortage(affordable, offerLimits, now)
  const isFree = (search: SlotSearch) => search.earliest(search.least, Number.NEGATIVE_INFINITY) !== undefined
  if (!searches.some(isFree)) return short
  const next = affordable.some(isFree) ? 'Allow other starts, or loosen a limit.' : String(short.values.next)
  return message('limits-not-now', now, { pointers: limits.map(({ pointer }) => pointer).join(', '), next })
}

function shortage(searches: readonly SlotSearch[], limits: OfferLimits, now: Instant): Message {
  const nexts = searches.map((search) => search.next())
  const resource = nexts.find((next) => next.resource !== undefined)?.resource ?? 'cores'
  const startAt = nexts.flatMap((next) => next.startAt ?? []).sort((a, b) => a - b)[0]
  const next =
    startAt === undefined
      ? `Nothing is free before ${formatInstant(now + limits.horizonMs)}.`
      : `The next slot would start at ${formatInstant(startAt)}.`
  return message('no-capacity', now, { resource: RESOURCE_WORDS[resource], next })
}
