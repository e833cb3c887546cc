/** The program itself: its start at the promised time, its end by itself or by the clock. */
import { permitStart } from '../booking/start.ts'
import { formatDuration, formatInstant, type Instant } from '../domain/dates.ts'
import { message, type Message } from '../domain/message.ts'
import { COMPUTE_RESOURCES } from '../domain/resources.ts'
import type { Observation } from '../platforms/platform.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import type { ExecutionState } from './decide.ts'
import { failExecution, platformOf, StepFailure, type Outcome, type WorkerContext } from './worker-context.ts'

/** How soon a start is asked for again when others have not given back what it needs, in milliseconds. */
const START_AGAIN_MS = 250

/** What the compute component remembers when the broker stopped the program because its time was over. */
const STOPPED_BY_CLOCK = { stopped: 'time-limit' }

/** The signals by which a program is ended from outside, by the exit code that follows from them. */
const ENDING_SIGNALS: ReadonlyMap<number, string> = new Map([
  [137, 'SIGKILL'],
  [143, 'SIGTERM'],
])

/** Asks for the permission to start, and writes the intention down before the platform is asked. */
export async function start(
  { execution }: ExecutionState,
  { database, ledger, clock }: WorkerContext,
): Promise<Outcome> {
  const now = clock.now()
  return database.transaction(async (tx) => {
    const permit = await permitStart(tx, ledger, execution, now)
    if (!permit.start) return { untilAt: now + START_AGAIN_MS }
    const moved = await executions.move(tx, [execution.id], 'start', now)
    if (moved.length === 0) return 'again'
    await executions.noteStart(tx, execution.id, now, permit.endAt)
    if (permit.shortened) {
      const seconds = Math.round((now - (execution.startAt ?? now)) / 1000)
      const reason = `others need the pool afterwards, so it ends at ${formatInstant(permit.endAt)}`
      await messages.add(tx, execution.id, undefined, message('started-late', now, { seconds, reason }))
    }
    return 'again'
  })
}

/** Sees how the program is: starts it if that is still to be done, stops it at its time, deals with its end. */
export async function observe(state: ExecutionState, context: WorkerContext): Promise<Outcome> {
  const compute = state.components.find(({ family }) => family === 'compute')
  if (!compute) throw new Error(`${state.execution.id} has no compute component`)
  try {
    return await observeProgram(state, compute, context)
  } catch (error) {
    throw new StepFailure(compute, 'running the program', error)
  }
}

async function observeProgram(state: ExecutionState, compute: Component, context: WorkerContext): Promise<Outcome> {
  const { database, clock } = context
  const { id, endAt = clock.now(), plan } = state.execution
  const platform = platformOf(state, context)
  const seen = (await platform.observe([id])).get(id) ?? { state: 'gone' }
  if (seen.state === 'created') {
    await platform.start(id)
    return 'again'
  }
  if (seen.state === 'running') {
    if (clock.now() < endAt) return { untilAt: endAt }
    // Written down before it is done, and only while the time is over: a client may have got more of it just now.
    const over = await components.describeWhenOver(database, id, compute.position, STOPPED_BY_CLOCK, clock.now())
    if (over) await platform.stop(id, plan.slot.graceMs)
    return 'again'
  }
  await end(state, compute, seen, context)
  return 'again'
}

/** The program has ended or is gone: what it computed with is free, and it goes on to releasing or has failed. */
async function end(
  state: ExecutionState,
  compute: Component,
  seen: Observation,
  { database, clock }: WorkerContext,
): Promise<void> {
  const { id, offerSetId } = state.execution
  const now = clock.now()
  const failure = failureOf(state, compute, seen, now)
  await database.transaction(async (tx) => {
    await executions.noteEnd(tx, id, endOf(state.execution, seen, now), now)
    if (failure) await failExecution(tx, id, compute, failure)
    else await executions.move(tx, [id], 'finish', now)
    // Last, because it locks the pool: nobody waits for longer than the commit.
    await bookings.removeResources(tx, offerSetId, COMPUTE_RESOURCES)
  })
}

/** When the program ended by the platform's clock, as far as that agrees with the broker's, and with which exit code. */
export function endOf({ startedAt = 0 }: executions.Execution, seen: Observation, now: Instant) {
  if (seen.state !== 'exited') return { endedAt: now, exitCode: undefined }
  return { endedAt: Math.min(now, Math.max(startedAt, seen.finishedAt)), exitCode: seen.exitCode }
}

/** Why the end of a program is a failure; undefined when it is none. */
function failureOf(
  { execution }: ExecutionState,
  compute: Component,
  seen: Observation,
  now: Instant,
): Message | undefined {
  const { plan, startedAt = now, endAt = now } = execution
  const lost = (reason: string) => message('workload-lost', now, { platform: plan.platform, reason })
  if (seen.state !== 'exited') return lost('it is not there any more')
  if (compute.detail.stopped === STOPPED_BY_CLOCK.stopped) {
    return message('time-limit', now, { duration: formatDuration(endAt - startedAt) })
  }
  if (seen.platformError !== undefined) return lost(seen.platformError)
  if (seen.outOfMemory) return message('out-of-memory', now, { memory: plan.compute.memoryGib })
  const signal = ENDING_SIGNALS.get(seen.exitCode)
  if (signal)
    return lost(`the program was ended by ${signal}, which the broker did not send, as when the engine shuts down`)
  if (seen.exitCode !== 0) return message('exit-code', now, { exitCode: seen.exitCode })
  return undefined
}
