/**
 * Plans offers: from a request, the pools that could run it, and what is free there, to offers or the reasons for NO.
 * Pure: it decides, `offers.ts` does.
 */
import { formatDuration, formatInstant, type Instant } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import { RESOURCE_WORDS, RESOURCES, type Resource } from '../domain/resources.ts'
import {
  leastAmounts,
  prepareMs,
  SlotSearch,
  type Candidate,
  type OfferLimits,
  type PlannedOffer,
} from './slot-search.ts'

/** Offers, earliest first; or none, and the reasons. */
export interface OfferPlan {
  readonly offers: readonly PlannedOffer[]
  readonly messages: readonly Message[]
}

/** Plans at most `offersMax` offers in at least one candidate pool. Every one fits on its own; no two are the same. */
export function planOffers(
  request: ExecutionRequest,
  candidates: readonly Candidate[],
  limits: OfferLimits,
  now: Instant,
): OfferPlan {
  const impossible = neverPossible(request, candidates, limits, now)
  if (impossible.length > 0) return { offers: [], messages: impossible }
  const searches = candidates
    .map((candidate) => new SlotSearch(request, candidate, limits, now))
    .filter((search) => search.fitsPool)
  const [any] = candidates
  if (searches.length === 0 && any) {
    return { offers: [], messages: [message('no-pool', now, leastAmounts(request, any.survey))] }
  }
  const offers = choose(searches, limits.offersMax)
  return offers.length > 0
    ? { offers, messages: cappedMaxima(request, candidates, now) }
    : { offers, messages: [shortage(searches, limits, now)] }
}

/** What no waiting can help: more than any pool has, too long, or a window that is over or too far away. */
function neverPossible(
  request: ExecutionRequest,
  candidates: readonly Candidate[],
  limits: OfferLimits,
  now: Instant,
): Message[] {
  const messages: Message[] = []
  const pointers: Record<Resource, string> = {
    cores: '/compute/cores/min',
    memory: '/compute/memory/min',
    storage: '/storage',
  }
  for (const resource of RESOURCES) {
    const limit = Math.max(...candidates.map(({ capacity }) => capacity[resource]))
    const minimum = Math.min(...candidates.map(({ survey }) => leastAmounts(request, survey)[resource]))
    if (minimum <= limit) continue
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
  const prepared = now + Math.min(...candidates.map(({ survey }) => prepareMs(survey)))
  const reachable = request.starts.filter(
    (window) => window.toAt >= prepared && window.fromAt <= now + limits.horizonMs,
  )
  if (request.starts.length > 0 && reachable.length === 0) {
    messages.push(
      ...request.starts.map(({ pointer, toAt }) =>
        toAt < prepared
          ? message('window-past', now, {
              pointer,
              earliest: formatInstant(Math.min(prepared, now + limits.horizonMs)),
            })
          : message('beyond-horizon', now, { pointer, horizon: formatInstant(now + limits.horizonMs) }),
      ),
    )
  }
  return messages
}

/** The earliest offer, then alternatives worth choosing between: other pools, more resources, later starts. */
function choose(searches: readonly SlotSearch[], offersMax: number): PlannedOffer[] {
  const earliest = searches
    .map((search) => ({ search, offer: search.earliest(search.least, Number.NEGATIVE_INFINITY) }))
    .filter((one): one is { search: SlotSearch; offer: PlannedOffer } => one.offer !== undefined)
    .sort((a, b) => a.offer.plan.slot.startAt - b.offer.plan.slot.startAt)
  const chosen = new Map<string, PlannedOffer>()
  const add = (offer: PlannedOffer | undefined) => {
    if (offer && chosen.size < offersMax && !chosen.has(identity(offer))) chosen.set(identity(offer), offer)
  }
  for (const { offer } of earliest) add(offer)
  for (const { search, offer } of earliest) add(search.earliest(search.most, offer.plan.slot.startAt))
  for (let round = 1; chosen.size < offersMax && round < offersMax; round++) {
    for (const { search, offer } of earliest) {
      const { startLatestAt, durationMs } = offer.plan.slot
      add(search.earliest(search.least, startLatestAt + round * durationMs))
    }
  }
  return [...chosen.values()].sort((a, b) => a.plan.slot.startAt - b.plan.slot.startAt)
}

function identity({ plan }: PlannedOffer): string {
  return [plan.poolId, plan.slot.startAt, plan.compute.cores, plan.compute.memoryGib].join(' ')
}

function cappedMaxima(request: ExecutionRequest, candidates: readonly Candidate[], now: Instant): Message[] {
  return (['cores', 'memory'] as const).flatMap((resource) => {
    const limit = Math.max(...candidates.map(({ capacity }) => capacity[resource]))
    const maximum = request.compute[resource].max
    if (maximum <= limit) return []
    return [
      message('maximum-capped', now, {
        pointer: `/compute/${resource}/max`,
        maximum,
        resource: RESOURCE_WORDS[resource],
        limit,
      }),
    ]
  })
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
