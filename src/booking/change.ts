/** Changing what was promised: one transaction that looks again, books anew, and tells the engine. */
import type { Clock } from '../domain/clock.ts'
import { formatDuration, formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import {
  growsBy,
  isChangeable,
  isSamePromise,
  sensibleRange,
  withChange,
  type Change,
  type Changeable,
} from '../domain/execution-change.ts'
import { isUuid } from '../domain/ids.ts'
import { message, type Message, type MessageName } from '../domain/message.ts'
import { RESOURCE_WORDS, type Resource } from '../domain/resources.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import * as messages from '../store/messages.ts'
import type { PoolId } from '../store/pools.ts'
import * as work from '../store/work.ts'
import type { Ledger } from './ledger.ts'
import { holdsOfPromise, shortageOf } from './room.ts'

/** What changing needs of its surroundings. */
export interface ChangeContext {
  readonly database: Database
  readonly ledger: Ledger
  readonly clock: Clock
  readonly durationMaxMs: number
}

/** The field of an update that says how far something is to be changed. */
const FIELD_OF_CHANGE: Readonly<Record<Changeable, string>> = {
  duration: '/delta',
  cores: '/value',
  memory: '/value',
}

const WORDS: Readonly<Record<Changeable, string>> = { duration: 'duration', cores: 'cores', memory: 'memory' }

/** How often a change meets another change of the same execution before it is given up. */
const TRIES = 10

/** The messages that clients cause by changing an execution, and the most of them that are kept of one. */
const CHANGE_MESSAGES: readonly MessageName[] = ['duration-changed', 'compute-changed']
const CHANGES_LISTED_MAX = 50

/** Somebody else is at the execution; nothing was done. */
const BUSY = Symbol('busy')

/**
 * Changes an accepted execution from what `seen` shows. Of several changes that saw the same, one is made; the others are
 * told of it. A change that changes nothing does nothing. `permit` comes first in the transaction; when it throws, nothing was done. Throws PHASE_CONFLICT, NO_ROOM
 * and UNPROCESSABLE.
 */
export async function changeExecution(
  seen: executions.Execution,
  change: Change,
  context: ChangeContext,
  permit: (tx: Transaction, changed: executions.Execution) => Promise<void> = async () => undefined,
): Promise<void> {
  const { database } = context
  for (let tried = 0; tried < TRIES; tried++) {
    requirePhase(seen, change)
    requireSense(seen, change, context)
    if (isSamePromise(seen, withChange(seen, change))) return
    const done = await database.transaction(async (tx) => {
      await permit(tx, withChange(seen, change))
      return changeIn(tx, seen, change, context)
    })
    if (done !== BUSY) return
    // Here nothing is locked, so whoever is at it can finish.
    await database.transaction((tx) => executions.lock(tx, [seen.id]))
  }
  throw changedMeanwhile(seen)
}

/**
 * The pool is locked before the execution, and elsewhere the execution before the pool. So an execution that somebody has
 * locked is not waited for while the pool is.
 */
async function changeIn(
  tx: Transaction,
  seen: executions.Execution,
  change: Change,
  context: ChangeContext,
): Promise<typeof BUSY | 'changed'> {
  const { ledger, clock } = context
  const poolId = seen.plan.poolId as PoolId
  const { replicas } = await ledger.lock(tx, [poolId])
  const current = await executions.lockUnlessBusy(tx, seen.id)
  if (!current) return BUSY
  const now = clock.now()
  if (!isSamePromise(seen, current)) throw changedMeanwhile(current)
  requirePhase(current, change)
  requireSense(current, change, context)
  const parts = await components.list(tx, [current.id])
  if (parts.some(({ family, detail }) => family === 'compute' && detail.stopped !== undefined))
    throw conflict(`The execution is ${current.phase}, and its program is being stopped: its time is over.`, change)
  const changed = withChange(current, change)
  const own = await bookings.listOf(tx, current.offerSetId)
  if (growsBy(current, change)) {
    await requireLetIn(tx, current)
    for (const { profile } of replicas) {
      const short = shortageOf(profile, { before: current, after: changed, own }, now)
      if (short) throw noRoom(current, change, short.resource, profile.mostFrom(short.resource, now))
    }
  }
  await executions.change(tx, current.id, changed.plan, changed.endAt, now)
  await say(tx, current.id, saidOf(current, changed, change, now))
  await work.wake(tx, [current.id], now)
  const held = holdsOfPromise(changed)
  await bookings.replace(
    tx,
    current.offerSetId,
    held.map((hold) => ({ poolId, ...hold })),
  )
  return 'changed'
}

/** An account that was disabled gets no more of anything, whoever asks for it. Throws FORBIDDEN. */
async function requireLetIn(tx: Transaction, { owner }: executions.Execution): Promise<void> {
  // Without identities the owner of everything is called by a word.
  if (!isUuid(owner) || (await identities.isLetIn(tx, owner))) return
  throw new BrokerError(
    'FORBIDDEN',
    'The account of the owner is disabled, so its execution gets no more; an administrator can enable it again.',
  )
}

function requirePhase({ phase }: executions.Execution, change: Change): void {
  if (!isChangeable(change.of, phase))
    throw conflict(
      `The execution is ${phase}; its ${WORDS[change.of]} cannot be changed now. See meta.options for what can.`,
      change,
    )
}

function requireSense(
  current: executions.Execution,
  change: Change,
  { durationMaxMs, clock }: Pick<ChangeContext, 'durationMaxMs' | 'clock'>,
): void {
  const { min, max } = sensibleRange(current, change.of, durationMaxMs, clock.now())
  if (change.by >= min && change.by <= max) return
  const detail =
    change.of === 'duration'
      ? `the duration of ${formatDuration(current.plan.slot.durationMs)} can change by ${min} to ${max} seconds; to end it now, set the phase`
      : `it is a whole number from ${min}`
  throw new BrokerError('UNPROCESSABLE', `The ${WORDS[change.of]} cannot be changed so: ${detail}.`, {
    faults: [{ pointer: FIELD_OF_CHANGE[change.of], detail }],
  })
}

function noRoom({ phase }: executions.Execution, change: Change, resource: Resource, most: number): BrokerError {
  const what = RESOURCE_WORDS[resource]
  const detail =
    change.of === resource && change.by > most
      ? `its pool has ${most} ${what} in all, so there are no ${change.by}`
      : `there are not enough ${what} free for that beside what is booked; meta.options of the execution says how far it can be changed now`
  return new BrokerError('NO_ROOM', `The execution is ${phase} and stays as it is: ${detail}.`, {
    faults: [{ pointer: FIELD_OF_CHANGE[change.of], detail }],
  })
}

function conflict(detail: string, change: Change): BrokerError {
  return new BrokerError('PHASE_CONFLICT', detail, { faults: [{ pointer: FIELD_OF_CHANGE[change.of], detail }] })
}

function changedMeanwhile({ phase }: executions.Execution): BrokerError {
  return new BrokerError(
    'PHASE_CONFLICT',
    `The execution is ${phase}, and somebody else has just changed it; look at it again.`,
  )
}

/** Says what was changed once, however often it is repeated, and says so when earlier changes are not listed any more. */
async function say(tx: Transaction, id: executions.Execution['id'], said: Message): Promise<void> {
  const { what = said.name, from, to } = said.values
  await messages.add(tx, id, undefined, said, `${what} ${from} ${to}`)
  if (!(await messages.leaveOut(tx, id, CHANGE_MESSAGES, CHANGES_LISTED_MAX))) return
  await messages.add(tx, id, undefined, message('changes-left-out', said.at, { kept: CHANGES_LISTED_MAX }), 'left-out')
}

/** What was changed, for everybody who reads the execution later. */
function saidOf(before: executions.Execution, after: executions.Execution, { of }: Change, now: Instant): Message {
  if (of === 'duration') {
    const at = after.endAt === undefined ? '' : `, so the program ends at ${formatInstant(after.endAt)} at the latest`
    const [from, to] = [before, after].map(({ plan }) => formatDuration(plan.slot.durationMs)) as [string, string]
    return message('duration-changed', now, { from, to, at })
  }
  const amount = ({ plan: { compute } }: executions.Execution) => (of === 'cores' ? compute.cores : compute.memoryGib)
  return message('compute-changed', now, { what: RESOURCE_WORDS[of], from: amount(before), to: amount(after) })
}
