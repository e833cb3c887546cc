/** Saving results, before anything is given back. What cannot be saved is kept for a while, and said where. */
import { publicUrl } from '../data/location.ts'
import { isBrokerError } from '../domain/errors.ts'
import { componentPlaces } from '../domain/execution-plan.ts'
import { message } from '../domain/message.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import type { Lease } from '../store/work.ts'
import type { ExecutionState } from './decide.ts'
import { mayPass, wordsOf } from './failing.ts'
import { keep } from './keeping.ts'
import { stopProgram } from './steps/compute.ts'
import { placeOf } from './steps/step.ts'
import { stepOf } from './steps/steps.ts'
import { volumeOf } from './steps/volumes.ts'
import { StepFailure, targetOf, tracedStep, type Outcome, type WorkerContext } from './worker-context.ts'

/** The parts that saving depends on beside the execution. */
interface Saving {
  readonly context: WorkerContext
  readonly signal: AbortSignal
  /** The failures so far: with them the patience ends, and with it the attempts. */
  readonly lease: Lease
}

/** Stops the program if it still runs, and saves what these components have, side by side. */
export async function saveResults(
  state: ExecutionState,
  unsaved: readonly Component[],
  saving: Saving,
): Promise<Outcome> {
  const { context, signal } = saving
  const compute = state.components.find(({ family }) => family === 'compute')
  if (compute && state.execution.endedAt === undefined)
    await stopProgram(targetOf(state, compute, context, signal), context)
  const sizes = sizesSaved(state)
  return eachOf(unsaved, (component) => saveOne(state, component, sizes, saving))
}

/** Does something with components, side by side and with each to its end. Throws the first failure. */
async function eachOf(which: readonly Component[], work: (component: Component) => Promise<void>): Promise<Outcome> {
  const results = await Promise.allSettled(which.map(work))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return 'again'
}

/** The sizes of the results that were saved before, by the index of their data resource. */
function sizesSaved({ execution, components: all }: ExecutionState): Map<number, number> {
  const places = componentPlaces(execution.plan)
  const saved = all.flatMap(({ position, detail }): [number, number][] => {
    const bytes = (detail.saved as { bytes?: unknown } | undefined)?.bytes
    const index = places[position]?.index
    return typeof bytes === 'number' && index !== undefined ? [[index, bytes]] : []
  })
  return new Map(saved)
}

async function saveOne(
  state: ExecutionState,
  component: Component,
  sizes: Map<number, number>,
  saving: Saving,
): Promise<void> {
  const { context, signal } = saving
  const { database, life } = context
  try {
    const target = targetOf(state, component, context, signal, sizes)
    const save = async () => stepOf(component.family).save?.(target, context)
    const detail = await tracedStep(context, 'save', component, save)
    await components.describe(database, state.execution.id, component.position, detail ?? {})
    await life.note(state.execution, 'A result was saved.', savedOf(state, component, detail?.saved))
  } catch (error) {
    if (!signal.aborted && !isTriedAgain(error, saving) && !isBrokerError(error, 'DATA_MISSING'))
      await keep(state, component, context, signal)
    throw new StepFailure(component, `saving the ${component.family}`, error)
  }
}

/** True for a failure after which the lease is given back for another attempt. */
const isTriedAgain = (error: unknown, { context: { patience, clock }, lease }: Saving) =>
  mayPass(error, lease, patience, clock.now())

/** A result as the log says it: where it was saved, and how large it is. */
function savedOf(
  { execution: { plan } }: ExecutionState,
  { position }: Component,
  saved: unknown,
): Readonly<Record<string, unknown>> {
  const location = plan.data[componentPlaces(plan)[position]?.index ?? 0]?.spec.location
  const { bytes } = (saved ?? {}) as { bytes?: number }
  return { location: location === undefined ? undefined : publicUrl(new URL(location)), bytes }
}

/** Keeps what a program that failed has made, or what it has made under another name; where there is nothing, notes that. */
export async function keepResults(
  state: ExecutionState,
  unkept: readonly Component[],
  saving: Saving,
): Promise<Outcome> {
  const { context, signal } = saving
  return eachOf(unkept, async (component) => {
    if (await savedAllTheSame(state, component, saving)) return
    if (await mayHaveResults(state, component, context, signal)) await keep(state, component, context, signal)
    else await components.describe(context.database, state.execution.id, component.position, { keptUntil: 0 })
  })
}

/**
 * Saves what a program that failed has made, where the client wants that. True if it was saved, or is kept because it could
 * not be; false where nothing was to be saved, or there is nothing under its name. Throws StepFailure where another attempt
 * may save it.
 */
async function savedAllTheSame(state: ExecutionState, component: Component, saving: Saving): Promise<boolean> {
  const { context, signal } = saving
  const target = targetOf(state, component, context, signal)
  const { plan } = state.execution
  if (!plan.data[placeOf(target).index]?.spec.saveOnFailure) return false
  try {
    await saveOne(state, component, sizesSaved(state), saving)
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof StepFailure ? error.cause : error
    if (isBrokerError(cause, 'DATA_MISSING')) return false
    if (isTriedAgain(cause, saving)) throw error
    if (!isBrokerError(cause))
      context.log('error', 'What a program that failed has made was not saved.', {
        executionId: target.execution.id,
        error,
      })
    const said = message('step-failed', context.clock.now(), { what: 'Saving the data', reason: wordsOf(cause) })
    await target.say(said, 'not-saved')
  }
  return true
}

/** A file that cannot be looked at may be there, and is not thrown away. */
async function mayHaveResults(
  state: ExecutionState,
  component: Component,
  context: WorkerContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { id } = state.execution
  try {
    const target = targetOf(state, component, context, signal)
    const { names } = await target.platform.namesIn(volumeOf(id, 'data', placeOf(target).index), signal)
    return names.length > 0
  } catch (error) {
    signal.throwIfAborted()
    context.log('warn', 'The results of a program that failed were not looked at.', { executionId: id, error })
    return true
  }
}
