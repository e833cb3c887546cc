/** Random histories of booking, and what has to be true of every answer in them. */
import type { OfferedSet } from '../../src/booking/offers.ts'
import type { Wish } from '../../src/booking/booking-batch.ts'
import { earliestStart, type ExecutionPlan } from '../../src/domain/execution-plan.ts'
import { COMPUTE_RESOURCES, RESOURCES, type Amounts } from '../../src/domain/resources.ts'
import { wish } from '../support/wishes.ts'
import type { Chance } from './chance.ts'
import { holdsOf, type PlainHold, type PlainPool, type Reference } from './reference.ts'
import { beyondShare, isLarge, shareIn } from './share.ts'

export const MOST: Amounts = { cores: 8, memory: 32, storage: 50, accelerators: 3 }
const SECOND = 1000
const HOUR = 3_600_000
export const OWNERS = ['ada', 'bob', 'cleo']
/** The share of a pool that open offers of one of them may hold. */
export const SHARE = 0.5
export const LIMITS = { offersMax: 4, horizonMs: 10 * HOUR, durationMaxMs: 4 * HOUR, graceMs: 10 * SECOND }

/** A wish for something that the pools could give, now or at other times, of any size. */
export function anyWish(chance: Chance, poolIds: readonly number[], now: number, direct = false): Wish {
  const cores = chance.integer(1, MOST.cores)
  const memory = chance.scale(1, MOST.memory)
  const pools = chance.percent(70) ? poolIds : poolIds.slice(0, 1)
  const accelerators = chance.percent(25) ? chance.integer(0, MOST.accelerators) : undefined
  const windows = chance.percent(60) ? 0 : chance.integer(1, 2)
  return wish({
    owner: chance.one(OWNERS),
    pools: pools.map((poolId) => ({ poolId, capacity: MOST })),
    cores: { min: cores, max: chance.integer(cores, MOST.cores + 2) },
    memory: { min: memory, max: chance.integer(memory, MOST.memory) },
    storage: chance.percent(40) ? chance.scale(1, MOST.storage) : 0,
    ...(accelerators === undefined
      ? {}
      : { accelerators: { min: accelerators, max: chance.integer(accelerators, MOST.accelerators + 1) } }),
    durationMs: chance.scale(SECOND, 2 * HOUR),
    starts: Array.from({ length: windows }, () => {
      const fromAt = now + chance.integer(0, 3 * HOUR)
      return { fromAt, toAt: fromAt + (chance.percent(20) ? 0 : chance.scale(SECOND, 3 * HOUR)) }
    }),
    prepareMs: chance.percent(30) ? 0 : chance.scale(100, 600 * SECOND),
    releaseMs: chance.percent(30) ? 0 : chance.scale(100, 60 * SECOND),
    limits: direct
      ? { ...LIMITS, offersMax: 1, lifetimeMs: 0, decideMs: 0 }
      : { ...LIMITS, openShare: SHARE, ...timesToAccept(chance) },
    direct,
  })
}

/** The most and the least time that a client has to accept. */
function timesToAccept(chance: Chance): { lifetimeMs: number; decideMs: number } {
  const lifetimeMs = chance.scale(SECOND, 600 * SECOND)
  return { lifetimeMs, decideMs: Math.min(lifetimeMs, chance.scale(SECOND, 60 * SECOND)) }
}

export const amountsIn = ({ compute, storage }: ExecutionPlan): Amounts => ({
  cores: compute.cores,
  memory: compute.memoryGib,
  storage: storage.reduce((sum, { sizeGib }) => sum + sizeGib, 0),
  accelerators: compute.accelerators?.count ?? 0,
})

/** What an open offer may come to hold. */
export const holdsOfPlan = (plan: ExecutionPlan): PlainHold[] => holdsOf(plan.slot, amountsIn(plan))

/** Amounts that open offers of one owner hold beyond their share, in all pools. */
export function shareFaults(reference: Reference, poolIds: readonly number[]): string[] {
  return OWNERS.flatMap((owner) =>
    poolIds.flatMap((poolId) =>
      beyondShare(reference.openOf(owner, poolId), shareIn(MOST, SHARE)).map(
        (resource) => `open offers of ${owner} hold too much ${resource} in pool ${poolId}`,
      ),
    ),
  )
}

/** True if an open offer may be made beside the other open offers of its owner. */
function isShared({ asked, limits }: Wish, poolId: number, holds: readonly PlainHold[], before: Reference): boolean {
  if (limits.openShare === undefined) return true
  const { capacity } = asked.candidates.find((candidate) => candidate.poolId === poolId) ?? { capacity: MOST }
  const own = before.openOf(asked.owner, poolId)
  return beyondShare([...own, { id: 'new', holds }], shareIn(capacity, limits.openShare)).length === 0
}

/**
 * Judges an answer by the model as it was before: every offer is what was asked for and fits on its own; the first is
 * the earliest that there is; and nothing is refused that is free. Gives what is wrong.
 */
export function faultsOf(asked: Wish, offered: OfferedSet, before: Reference, now: number): string[] {
  const { request } = asked.asked
  if (!request) throw new Error('the wish has no request')
  const faults: string[] = []
  const pools = new Map(asked.asked.candidates.map(({ poolId }) => [poolId, before.at(poolId, now)]))
  const windows = request.starts.length > 0 ? request.starts : [{ fromAt: now, toAt: now + asked.limits.horizonMs }]
  for (const { plan, expiresAt } of offered.offers) {
    const { slot, poolId } = plan
    const amounts = amountsIn(plan)
    if (slot.startAt < now + slot.prepareMs) faults.push('starts before it can be prepared')
    if (slot.startAt > now + asked.limits.horizonMs) faults.push('starts beyond the horizon')
    const within = windows.filter(({ fromAt, toAt }) => fromAt <= slot.startAt && slot.startAt <= toAt)
    if (within.length === 0) faults.push('starts outside the windows')
    if (!within.some(({ fromAt }) => fromAt <= earliestStart(slot))) faults.push('could start before its window')
    if (earliestStart(slot) > slot.startAt) faults.push('could start early only after its promise')
    if (expiresAt + slot.prepareMs > slot.startAt) faults.push('can be accepted too late')
    const decideMs = Math.max(...within.map(({ toAt }) => Math.min(asked.limits.decideMs, toAt - slot.prepareMs - now)))
    if (expiresAt < now + Math.max(0, decideMs) && within.length === 1) faults.push('has to be accepted too soon')
    if (slot.durationMs !== request.durationMs) faults.push('has another duration')
    for (const resource of COMPUTE_RESOURCES) {
      const { min, max } = request.compute[resource] ?? { min: 0, max: 0 }
      if (amounts[resource] < min || amounts[resource] > max) faults.push(`has other ${resource} than asked for`)
    }
    if (!pools.get(poolId)?.fits(holdsOfPlan(plan))) faults.push('does not fit beside what is held')
    if (!isShared(asked, poolId, holdsOfPlan(plan), before)) faults.push('does not fit beside own open offers')
  }
  const { openShare } = asked.limits
  const large = offered.offers.filter(
    ({ plan }) => openShare !== undefined && isLarge(holdsOfPlan(plan), shareIn(MOST, openShare)),
  )
  if (large.length > 1 || large.some((offer) => offer !== offered.offers[0]))
    faults.push('there is a choice of more than the share')
  const starts = offered.offers.map(({ plan }) => plan.slot.startAt)
  const earliest = firstStart(asked, pools, before, now)
  const first = starts.length > 0 ? Math.min(...starts) : undefined
  if (first !== earliest) faults.push(`starts at ${first} and not at ${earliest}`)
  if ((offered.offerSet.result === 'YES') !== offered.offers.length > 0) faults.push('says the wrong result')
  return faults
}

/** The earliest start of the least that was asked for, found by trying every instant at which something ends. */
function firstStart(
  wanted: Wish,
  pools: ReadonlyMap<number, PlainPool>,
  before: Reference,
  now: number,
): number | undefined {
  const { asked, limits } = wanted
  const { request } = asked
  if (!request) return undefined
  const horizonAt = now + limits.horizonMs
  const windows = request.starts.length > 0 ? request.starts : [{ fromAt: now, toAt: horizonAt }]
  let earliest: number | undefined
  for (const { poolId, survey, capacity } of asked.candidates) {
    const prepareMs = survey.executable.prepareMs
    const storage = request.storage.reduce((sum, { size }) => sum + size.min, 0)
    const { cores, memory, accelerators } = request.compute
    const least: Amounts = {
      cores: cores.min,
      memory: memory.min,
      storage,
      accelerators: accelerators?.min ?? 0,
    }
    if (RESOURCES.some((resource) => least[resource] > capacity[resource])) continue
    const pool = pools.get(poolId) as PlainPool
    for (const window of windows) {
      const toAt = Math.min(window.toAt, horizonAt)
      const readyAt = now + prepareMs
      const firstAt = Math.max(window.fromAt, readyAt, Math.min(readyAt + limits.decideMs, toAt))
      const endings = pool.endings.flatMap((at) => [at, at + prepareMs])
      const candidates = [firstAt, ...endings.filter((at) => at > firstAt)].sort((a, b) => a - b)
      const found = candidates.find((startAt) => {
        if (startAt > toAt || (earliest !== undefined && startAt >= earliest)) return false
        const slot = {
          startAt,
          durationMs: request.durationMs,
          prepareMs,
          graceMs: Math.min(limits.graceMs, Math.max(3_000, Math.round(request.durationMs / 50))),
          releaseMs: survey.compute.releaseMs,
        }
        const holds = holdsOf(slot, least)
        return pool.fits(holds) && isShared(wanted, poolId, holds, before)
      })
      if (found !== undefined) earliest = found
    }
  }
  return earliest
}

/** Whether holds are covered by others at every instant: what an accepted offer holds lies within what its set held. */
export function isWithin(inner: readonly PlainHold[], outer: readonly PlainHold[]): boolean {
  const at = (holds: readonly PlainHold[], resource: string, instant: number) =>
    holds.reduce(
      (sum, hold) =>
        hold.resource === resource && hold.fromAt <= instant && instant < hold.toAt ? sum + hold.amount : sum,
      0,
    )
  const instants = [...inner, ...outer].flatMap(({ fromAt, toAt }) => [fromAt, toAt])
  return inner.every(({ resource }) =>
    instants.every((instant) => at(inner, resource, instant) <= at(outer, resource, instant)),
  )
}
