/**
 * Early preparations: accepted executions that are prepared while others still run, so that they start at once when there
 * is room. Their cores stay free for others meanwhile; storage is held from now on where it is free.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { COMPUTE_RESOURCES, type Resource } from '../domain/resources.ts'
import * as bookings from '../store/bookings.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import type { Ahead } from '../store/executions.ts'
import type { PoolId } from '../store/pools.ts'
import * as work from '../store/work.ts'
import { holdOf, inTurns } from './early-starts.ts'
import type { Ledger } from './ledger.ts'
import { opposite, OVERDUE_MS, type Hold, type PoolProfile } from './profile.ts'

/** The most executions that are looked at in one pass. */
const LOOKED_AT = 64
/** The part of a pool's storage that is not held for early preparations: others can still be offered that. */
const SPARED = 0.5

/** An execution whose preparation can begin now, with what it holds then where that changes. */
export interface EarlyPreparation {
  readonly execution: Ahead
  readonly holds?: readonly Hold[]
}

/**
 * Chooses the executions that are prepared now: those that come next, as many as the pool has room for at once and one that
 * needs more than half of it, where their storage fits until the time from which they hold it anyway. The profile is left as it was. Pure.
 */
export function chooseEarlyPreparations(
  profile: PoolProfile,
  ahead: readonly Ahead[],
  now: Instant,
): EarlyPreparation[] {
  const chosen: EarlyPreparation[] = []
  const added: Hold[] = []
  const add = (holds: readonly Hold[]) => {
    for (const hold of holds) profile.add(hold)
    added.push(...holds)
  }
  add(profile.overdue(now, OVERDUE_MS))
  for (const execution of comingNext(profile, ahead, now)) {
    if (execution.prepareAt <= now) continue
    const holds = execution.holds.map(holdOf)
    const longer = holds.filter(({ resource, fromAt }) => resource === 'storage' && fromAt > now)
    const before = longer.map((hold) => ({ ...hold, fromAt: now, toAt: hold.fromAt }))
    const spared = Math.ceil(profile.capacityAt('storage', now) * SPARED)
    if (before.some((hold) => profile.conflict({ ...hold, amount: hold.amount + spared }))) continue
    add(before)
    const early = holds.map((hold) => (longer.includes(hold) ? { ...hold, fromAt: now } : hold))
    chosen.push({ execution, ...(longer.length > 0 ? { holds: early } : {}) })
  }
  for (const hold of added) profile.add(opposite(hold))
  return chosen
}

/**
 * The executions that come next and that the pool could run beside those before them; what it could not is passed over.
 * One that needs more than half of the pool leaves its room to the others, who may run long before it; there is one such
 * at a time. What is being prepared takes its place anyway.
 */
function comingNext(profile: PoolProfile, ahead: readonly Ahead[], now: Instant): Ahead[] {
  const small = { cores: 0, memory: 0, storage: 0, accelerators: 0 }
  const large = { ...small }
  return inTurns(ahead).filter(({ prepareAt, holds }) => {
    const wanted = { cores: 0, memory: 0, storage: 0, accelerators: 0 }
    for (const [resource, amount] of holds) wanted[resource] += amount
    const has = (resource: Resource) => profile.capacityAt(resource, now)
    const isLarge = COMPUTE_RESOURCES.some((resource) => wanted[resource] * 2 > has(resource))
    const before = (resource: Resource) => small[resource] + (isLarge ? large[resource] : 0)
    const fits = COMPUTE_RESOURCES.every((resource) => before(resource) + wanted[resource] <= has(resource))
    if (fits || prepareAt <= now)
      for (const resource of COMPUTE_RESOURCES) (isLarge ? large : small)[resource] += wanted[resource]
    return fits
  })
}

/**
 * Begins to prepare what comes next in a pool; gives how many executions that are. Others may do the same at the same
 * time.
 */
export async function prepareEarly(database: Database, ledger: Ledger, poolId: PoolId, clock: Clock): Promise<number> {
  const { profile } = await ledger.glance(database, poolId)
  const seenAt = clock.now()
  const ahead = await executions.listAhead(database, poolId, undefined, seenAt, LOOKED_AT)
  const likely = chooseEarlyPreparations(profile, ahead, seenAt)
  if (likely.length === 0) return 0
  const ids = likely.map(({ execution }) => execution.id)
  return database.transaction((tx) => prepareThese(tx, ledger, poolId, ids, clock))
}

/** Begins to prepare those of some executions that still come next: only now is everything locked. */
async function prepareThese(
  tx: Transaction,
  ledger: Ledger,
  poolId: PoolId,
  ids: readonly ExecutionId[],
  clock: Clock,
): Promise<number> {
  await executions.lock(tx, ids)
  const { replicas } = await ledger.lock(tx, [poolId])
  const now = clock.now()
  const [replica] = replicas
  if (!replica) return 0
  const ahead = await executions.listAhead(tx, poolId, undefined, now, LOOKED_AT)
  const chosen = chooseEarlyPreparations(replica.profile, ahead, now).filter(({ execution }) =>
    ids.includes(execution.id),
  )
  const longer = chosen.flatMap(({ execution: { offerSetId }, holds = [] }) =>
    holds.map((hold) => ({ poolId, offerSetId, ...hold })),
  )
  const chosenIds = chosen.map(({ execution }) => execution.id)
  await executions.prepareEarly(tx, chosenIds, now)
  await work.wake(tx, chosenIds, now)
  if (longer.length > 0) await bookings.replaceAll(tx, [...new Set(longer.map(({ offerSetId }) => offerSetId))], longer)
  return chosen.length
}
