/**
 * Early starts: accepted executions that start before their promise, because what they need is free. A promise is a start
 * at the latest; nobody else's promise is touched.
 */
import type { Clock } from '../domain/clock.ts'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { groupBy } from '../domain/group-by.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { message, type Message } from '../domain/message.ts'
import type { Amounts, Resource } from '../domain/resources.ts'
import * as bookings from '../store/bookings.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import type { Ahead } from '../store/executions.ts'
import type { LoggedHold } from '../store/ledger.ts'
import * as messages from '../store/messages.ts'
import type { PoolId } from '../store/pools.ts'
import * as work from '../store/work.ts'
import type { Ledger } from './ledger.ts'
import { opposite, OVERDUE_MS, type Hold, type PoolProfile } from './profile.ts'

/** The most executions that are looked at in one pass; those that need more than is free are not among them. */
const LOOKED_AT = 500
/** The most that start in one transaction. */
const STARTS_MAX = 64
/** A start that is earlier by less than this, in milliseconds, is not worth a message. */
const WORTH_SAYING_MS = 60_000

/** An execution that can start now, with what it holds then. */
export interface EarlyStart {
  readonly execution: Ahead
  readonly holds: readonly Hold[]
  /** The time gained, in milliseconds, by the start, the end, and the release. */
  readonly gainedMs: number
}

/**
 * Chooses the executions that start now: in turns between owners, the oldest of each first, where everything fits until
 * its end beside all that others hold. The profile is left as it was. Pure.
 */
export function chooseEarlyStarts(
  profile: PoolProfile,
  ahead: readonly Ahead[],
  now: Instant,
  startsMax = STARTS_MAX,
): EarlyStart[] {
  const chosen: EarlyStart[] = []
  const added: Hold[] = []
  const add = (holds: readonly Hold[]) => {
    for (const hold of holds) profile.add(hold)
    added.push(...holds)
  }
  add(profile.overdue(now, OVERDUE_MS))
  for (const execution of inTurns(ahead)) {
    if (chosen.length === startsMax) break
    const own = execution.holds.map(holdOf)
    if (own.some((hold) => hold.fromAt > now && hold.amount > profile.free(hold.resource, now))) continue
    const gainedMs = gainOf(execution, now)
    const holds = own.map((hold) => ({ ...hold, fromAt: Math.min(hold.fromAt, now), toAt: hold.toAt - gainedMs }))
    const fits = profile.during(own.map(opposite), () => holds.every((hold) => !profile.conflict(hold)))
    if (!fits) continue
    add([...own.map(opposite), ...holds])
    chosen.push({ execution, holds, gainedMs })
  }
  for (const hold of added) profile.add(opposite(hold))
  return chosen
}

/** One of each owner, then the next of each; within a turn the oldest first. */
export function inTurns(ahead: readonly Ahead[]): Ahead[] {
  const turns: Ahead[][] = []
  for (const [, ofOwner] of groupBy(ahead, ({ owner }) => owner))
    for (const [turn, execution] of ofOwner.entries()) (turns[turn] ??= []).push(execution)
  return turns.flatMap((turn) => turn.sort((a, b) => (a.id < b.id ? -1 : 1)))
}

/**
 * The time gained: what is ready starts now, and everything else when its preparation is over. One that has begun may be
 * late, so it counts as if it began now.
 */
function gainOf({ startAt, prepareMs, isReady }: Ahead, now: Instant): number {
  return Math.max(0, startAt - now - (isReady ? 0 : prepareMs))
}

/**
 * Starts early what can start early in a pool now, at most so many at once; gives how much earlier each starts, in
 * milliseconds. Others may do the same at the same time.
 */
export async function startEarly(
  database: Database,
  ledger: Ledger,
  poolId: PoolId,
  clock: Clock,
): Promise<readonly number[]> {
  const replica = await ledger.glance(database, poolId)
  const seenAt = clock.now()
  const free = freeAmounts(replica.profile, seenAt)
  if (free.cores <= 0) return []
  const ahead = await executions.listAhead(database, poolId, free, seenAt, LOOKED_AT)
  const likely = chooseEarlyStarts(replica.profile, ahead, seenAt)
  if (likely.length === 0) return []
  const ids = likely.map(({ execution }) => execution.id)
  return database.transaction((tx) => startThese(tx, ledger, poolId, ids, clock))
}

/** Starts those of some executions early that still can be: only now is everything locked. */
async function startThese(
  tx: Transaction,
  ledger: Ledger,
  poolId: PoolId,
  ids: readonly ExecutionId[],
  clock: Clock,
): Promise<readonly number[]> {
  const plans = new Map((await executions.lock(tx, ids)).map(({ id, plan }) => [id, plan]))
  const { replicas } = await ledger.lock(tx, [poolId])
  const now = clock.now()
  const [replica] = replicas
  if (!replica) return []
  const ahead = await executions.listAhead(tx, poolId, freeAmounts(replica.profile, now), now, LOOKED_AT, ids)
  const chosen = chooseEarlyStarts(replica.profile, ahead, now)
  if (chosen.length === 0) return []
  const starts = chosen.map(({ execution: { id, startAt }, gainedMs }) => ({
    id,
    endAt: startAt - gainedMs + (plans.get(id)?.slot.durationMs ?? 0),
  }))
  await executions.startEarly(tx, starts, now)
  await bookings.replaceAll(
    tx,
    chosen.map(({ execution }) => execution.offerSetId),
    chosen.flatMap(({ execution: { offerSetId }, holds }) => holds.map((hold) => ({ poolId, offerSetId, ...hold }))),
  )
  await messages.addAll(
    tx,
    chosen.flatMap((one) => saidOf(one, now)),
  )
  await work.wake(
    tx,
    chosen.map(({ execution }) => execution.id),
    now,
  )
  return chosen.map(({ execution: { startAt } }) => startAt - now)
}

function saidOf(
  { execution: { id, startAt } }: EarlyStart,
  now: Instant,
): { executionId: ExecutionId; said: Message }[] {
  if (startAt - now < WORTH_SAYING_MS) return []
  return [{ executionId: id, said: message('starts-earlier', now, { promised: formatInstant(startAt) }) }]
}

/** Free amounts of each resource at an instant. */
function freeAmounts(profile: PoolProfile, at: Instant): Amounts {
  const free = (resource: Resource) => Math.max(0, profile.free(resource, at))
  return { cores: free('cores'), memory: free('memory'), storage: free('storage'), accelerators: free('accelerators') }
}

export function holdOf([resource, amount, fromAt, toAt]: LoggedHold): Hold {
  return { resource, amount, fromAt, toAt }
}
