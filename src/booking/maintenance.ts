/**
 * Takes capacity out of pools for a time. What is promised in that time is never broken in silence: whoever takes the
 * capacity is told of it first, and when they want it nevertheless, offers that are open are withdrawn and what was
 * accepted is kept.
 */
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { message } from '../domain/message.ts'
import { capacityOver } from '../domain/pool-capacity.ts'
import { RESOURCES, type Resource } from '../domain/resources.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as maintenance from '../store/maintenance.ts'
import type { PlacedMaintenance, Promised } from '../store/maintenance.ts'
import * as pools from '../store/pools.ts'
import type { PoolId } from '../store/pools.ts'
import { giveUpOffers } from './give-up.ts'
import { holdsOfOffer } from './holds.ts'
import type { Ledger, Replica } from './ledger.ts'
import type { Hold } from './profile.ts'
import { holdsOfPromise } from './room.ts'

/** What this needs of its surroundings. */
export interface MaintenanceContext {
  readonly database: Database
  readonly ledger: Ledger
}

/** How many promises are told of; and how many offers are looked at at a time. */
const TOLD_MAX = 100
const LOOKED_AT = 200

/** A pool in which less is left in a window than is promised, and of what. */
interface Short {
  readonly poolId: PoolId
  readonly resources: readonly Resource[]
}

/** What came of a window. */
export interface Outcome {
  /** Whether it is kept. */
  readonly kept: boolean
  /** What is promised in it and goes beyond what it leaves, as many as are told of. */
  readonly inTheWay: readonly Promised[]
  /** The offers that were withdrawn for it. */
  readonly withdrawn: readonly ExecutionId[]
}

/**
 * Keeps a window. Where more is promised in it than it leaves, it is kept only with `force`: the open offers among that
 * are withdrawn then. `also` is done in the same transaction.
 */
export async function maintain(
  window: PlacedMaintenance,
  force: boolean,
  { database, ledger }: MaintenanceContext,
  now: Instant,
  also: (tx: Transaction) => Promise<void>,
): Promise<Outcome> {
  const { kept, short } = await database.transaction(async (tx) => {
    const { replicas } = await ledger.lock(tx, await pools.named(tx, window.platform, window.pool))
    const found: Short[] = []
    for (const replica of replicas) {
      const resources = await shortIn(tx, replica, window, now)
      if (resources.length > 0) found.push({ poolId: replica.poolId, resources })
    }
    if (found.length > 0 && !force) return { kept: false, short: found }
    await maintenance.insert(tx, window)
    await also(tx)
    return { kept: true, short: found }
  })
  // From here on nothing new is promised in it. Offers are locked before pools, so this cannot be in the same transaction.
  const withdrawn: ExecutionId[] = []
  if (kept) for (const one of short) withdrawn.push(...(await withdrawOffers(database, one, window, now)))
  const inTheWay: Promised[] = []
  for (const one of short) inTheWay.push(...(await promisedIn(database, one, window, now)))
  return { kept, inTheWay: inTheWay.slice(0, TOLD_MAX), withdrawn }
}

/** Ends a window before its time, also one that has begun. False when it was not there. */
export async function endMaintenance(
  id: string,
  { database, ledger }: MaintenanceContext,
  also: (tx: Transaction, window: PlacedMaintenance) => Promise<void>,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const window = await maintenance.find(tx, id)
    if (!window) return false
    await ledger.lock(tx, await pools.named(tx, window.platform, window.pool))
    if (!(await maintenance.remove(tx, id))) return false
    await also(tx, window)
    return true
  })
}

/** The resources of which more is promised in a window than it would leave. The pool is locked. */
async function shortIn(tx: Transaction, replica: Replica, window: PlacedMaintenance, now: Instant) {
  const capacity = await pools.capacity(tx, replica.poolId)
  const { profile } = replica
  const fromAt = Math.max(window.fromAt, now)
  // Others may propose what they cannot book, as the pool is locked.
  replica.withdraw()
  profile.setCapacity(capacityOver({ ...capacity, maintenance: [...capacity.maintenance, window] }))
  try {
    return RESOURCES.filter(
      (resource) =>
        window.most[resource] !== undefined && profile.shortFrom({ resource, amount: 0, fromAt }) < window.toAt,
    )
  } finally {
    profile.setCapacity(capacityOver(capacity))
  }
}

async function withdrawOffers(
  database: Database,
  short: Short,
  window: PlacedMaintenance,
  now: Instant,
): Promise<ExecutionId[]> {
  const withdrawn: ExecutionId[] = []
  const said = message('maintenance-withdrew', now, { reason: window.reason })
  let after: ExecutionId | undefined
  for (;;) {
    const page = await maintenance.promised(database, { ...wanted(short, window, now), openOnly: true, after })
    const inTheWay = page
      .filter((one) => isIn(one, short, window, now))
      .map(({ id, offerSetId }) => ({ offerSetId, event: 'withdraw', which: id, said }) as const)
    withdrawn.push(...(await giveUpOffers(database, inTheWay, now)).flat())
    after = page.at(-1)?.id
    if (page.length < LOOKED_AT) return withdrawn
  }
}

async function promisedIn(database: Database, short: Short, window: PlacedMaintenance, now: Instant) {
  const query = { ...wanted(short, window, now), openOnly: false, after: undefined }
  return (await maintenance.promised(database, query)).filter((one) => isIn(one, short, window, now))
}

function wanted({ poolId, resources }: Short, { fromAt, toAt }: PlacedMaintenance, now: Instant) {
  return { poolId, resources, fromAt: Math.max(fromAt, now), toAt, limit: LOOKED_AT }
}

/** Whether a promise itself, and not only a sibling of its offer set, is in the way of a window. */
function isIn(promised: Promised, { resources }: Short, { fromAt, toAt }: PlacedMaintenance, now: Instant): boolean {
  return holdsOf(promised).some(
    (hold) => resources.includes(hold.resource) && hold.toAt > Math.max(fromAt, now) && hold.fromAt < toAt,
  )
}

/** What a promise holds. */
export function holdsOf(promised: Promised): Hold[] {
  return promised.phase === 'OFFERED' ? holdsOfOffer(promised.plan) : holdsOfPromise(promised)
}
