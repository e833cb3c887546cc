/** The program itself: its start at the promised time, its end by itself or by the clock. */
import { constants } from 'node:os'
import { formatDuration, type Instant } from '../domain/dates.ts'
import { isBrokerError } from '../domain/errors.ts'
import { firstPositions } from '../domain/execution-plan.ts'
import { isInteractive } from '../domain/execution-request.ts'
import { traced } from '../domain/tracing.ts'
import { message, type Message } from '../domain/message.ts'
import type { Observation } from '../platforms/platform.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import * as messages from '../store/messages.ts'
import type { Execution, ProgramEnd } from '../store/executions.ts'
import { noteEndpoints } from './connecting.ts'
import { releasedFirst, type ExecutionState } from './decide.ts'
import { platformOf, StepFailure, type Outcome, type WorkerContext } from './worker-context.ts'

/** How soon a start is asked for again when others have not given back what it needs, in milliseconds. */
const START_AGAIN_MS = 250
/** How soon a platform is asked again that has not said yet where ports are, in milliseconds. */
const PORTS_AGAIN_MS = 250

/** What the compute component remembers when the broker stopped the program because its time was over. */
const STOPPED_BY_CLOCK = { stopped: 'time-limit' }

/** The offset of the exit code of a program that a signal has ended from the number of the signal. */
const BY_SIGNAL = 128
const SIGNALS: ReadonlyMap<number, string> = new Map(
  // A number with two names (SIGABRT, SIGIOT) has the first.
  Object.entries(constants.signals)
    .map(([name, number]) => [number, name] as const)
    .reverse(),
)

/** Asks for the permission to start, and writes the intention down before the platform is asked. */
export async function start({ execution }: ExecutionState, { joint, clock }: WorkerContext): Promise<Outcome> {
  return (await joint.start(execution)) ? 'again' : { untilAt: clock.now() + START_AGAIN_MS }
}

/** Sees how the program is: starts it if that is still to be done, stops it at its time, deals with its end. */
export async function observe(state: ExecutionState, context: WorkerContext): Promise<Outcome> {
  const compute = componentOf(state, 'compute')
  try {
    return await observeProgram(state, compute, context)
  } catch (error) {
    const isProgram = isBrokerError(error, 'PROGRAM_NOT_STARTED')
    throw new StepFailure(isProgram ? componentOf(state, 'executable') : compute, 'running the program', error)
  }
}

function componentOf({ execution, components }: ExecutionState, wanted: 'executable' | 'compute'): Component {
  const found = components.find(({ family }) => family === wanted)
  if (!found) throw new Error(`${execution.id} has no ${wanted} component`)
  return found
}

async function observeProgram(state: ExecutionState, compute: Component, context: WorkerContext): Promise<Outcome> {
  const { database, joint, clock, tracing, life } = context
  const { id, endAt = clock.now(), plan } = state.execution
  const platform = platformOf(state, context)
  const seen = (await platform.observe([id])).get(id) ?? { state: 'gone' }
  if (seen.state === 'created') {
    await traced(tracing, 'start program', { 'container.id': seen.workload }, () => platform.start(id))
    const { cores, memoryGib } = plan.compute
    const what = { container: seen.workload, platform: plan.platform, pool: plan.pool, cores, memoryGib }
    await life.note(state.execution, 'The program was started.', what)
    // Its end is told by a hint, or found when all programs are compared: there is nothing to see but its ports.
    return plan.executable.spec.ports.length > 0 ? 'again' : { untilAt: endAt }
  }
  if (seen.state === 'running') {
    if (clock.now() < endAt) {
      const known = await noteEndpoints(state, compute, platform, context)
      return { untilAt: known ? endAt : Math.min(endAt, clock.now() + PORTS_AGAIN_MS) }
    }
    // Written down before it is done, and only while the time is over: a client may have got more of it just now.
    const over = await components.describeWhenOver(database, id, compute.position, STOPPED_BY_CLOCK, clock.now())
    if (over) {
      if (isInteractive(plan.executable.spec)) await sayOver(state, context)
      await platform.stop(id, plan.slot.graceMs)
    }
    return 'again'
  }
  const { execution } = state
  const now = clock.now()
  const failure = failureOf(state, compute, seen, now)
  const end = endOf(execution, seen, now)
  const seenAs = { 'broker.exit_code': end.exitCode, 'broker.failure': failure?.name }
  // A container that was lost is the fault of what it ran on; all else is the program's own.
  const failed = failure && {
    component: failure.name === 'workload-lost' ? compute : componentOf(state, 'executable'),
    reason: failure,
  }
  const releasing = failed ? [] : releasedFirst(state)
  await traced(tracing, 'end of program', seenAs, () => joint.end({ execution, failed, end, releasing }))
  const how = { exitCode: end.exitCode, failure: failure?.name, reason: failure?.text }
  await life.note(execution, failure ? 'The program has failed.' : 'The program has ended.', how)
  return 'again'
}

/** Tells the user why the server ends. */
async function sayOver({ execution }: ExecutionState, { database, clock }: WorkerContext): Promise<void> {
  const { id, plan, startedAt = clock.now(), endAt = clock.now() } = execution
  const said = message('time-over', clock.now(), { duration: formatDuration(endAt - startedAt) })
  await messages.add(database, id, firstPositions(plan).executable, said, 'time-over')
}

/** When the program ended by the platform's clock, as far as that agrees with the broker's, and with which exit code. */
export function endOf({ id, startedAt = 0 }: Execution, seen: Observation, now: Instant): ProgramEnd {
  if (seen.state !== 'exited') return { id, endedAt: now, exitCode: undefined }
  return { id, endedAt: Math.min(now, Math.max(startedAt, seen.finishedAt)), exitCode: seen.exitCode }
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
  const isOver = compute.detail.stopped === STOPPED_BY_CLOCK.stopped
  // Its user worked for as long as was granted, or was done: nothing of that is wrong, and what there is will be saved.
  if (isInteractive(plan.executable.spec) && (isOver || seen.exitCode === 0)) return undefined
  if (isOver) return message('time-limit', now, { duration: formatDuration(endAt - startedAt) })
  if (seen.platformError !== undefined) return lost(seen.platformError)
  if (seen.outOfMemory) return message('out-of-memory', now, { memory: plan.compute.memoryGib })
  return saidOfExitCode(seen.exitCode, now)
}

/** The failure that an exit code tells of: a program may have ended with that of a signal by itself, so no cause follows from it. */
function saidOfExitCode(exitCode: number, now: Instant): Message | undefined {
  const signal = SIGNALS.get(exitCode - BY_SIGNAL)
  if (signal) return message('exit-signal', now, { exitCode, signal })
  return exitCode === 0 ? undefined : message('exit-code', now, { exitCode })
}
