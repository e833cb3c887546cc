/** Giving everything back, in reverse order of preparation, whatever way the execution ended. */
import { message } from '../domain/message.ts'
import { traced } from '../domain/tracing.ts'
import type { Component } from '../store/components.ts'
import { releasedEvent, wasBegun, type ExecutionState } from './decide.ts'
import { wordsOf } from './failing.ts'
import { stepOf } from './steps/steps.ts'
import { moveComponents, targetOf, tracedStep, type Outcome, type WorkerContext } from './worker-context.ts'

/** Gives components back side by side. What was never begun has nothing to give back. */
export async function release(
  state: ExecutionState,
  held: readonly Component[],
  context: WorkerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { id } = state.execution
  const untouched = held.filter((component) => !wasBegun(component))
  const begun = held.filter(wasBegun)
  await moveComponents(state, untouched, 'cancel', context)
  await moveComponents(state, begun, 'release', context)
  const results = await Promise.allSettled(begun.map((component) => releaseOne(state, component, context, signal)))
  const released = begun.filter((_, index) => results[index]?.status === 'fulfilled')
  await context.joint.giveBack({
    id,
    moves: released.map((component) => ({
      executionId: id,
      position: component.position,
      event: releasedEvent(state, component),
    })),
    components: [...released, ...untouched],
  })
  const families = released.map(({ family }) => family)
  if (families.length > 0)
    await context.life.note(state.execution, `Released: ${families.join(', ')}.`, { components: families })
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return 'again'
}

/** What cannot be given back now is still held: the broker says so and goes on trying, and the pool stays smaller. */
async function releaseOne(
  state: ExecutionState,
  component: Component,
  context: WorkerContext,
  signal: AbortSignal,
): Promise<void> {
  const target = targetOf(state, component, context, signal)
  try {
    await tracedStep(context, 'release', component, () => stepOf(component.family).release(target, context))
  } catch (error) {
    if (!signal.aborted) {
      const said = message('cannot-release', context.clock.now(), {
        what: `the ${component.family}`,
        reason: wordsOf(error),
      })
      await target.say(said, 'cannot-release')
    }
    throw error
  }
}

/** Everything is given back: the ledger is cleared, and an execution that went well is complete. */
export async function close(state: ExecutionState, context: WorkerContext): Promise<Outcome> {
  const { execution } = state
  const { database, joint, clock, estimates, log, life, onEnd, tracing } = context
  const phase = await traced(tracing, 'close', {}, async (say) => {
    const closed = await joint.close(execution)
    say({ 'broker.phase': closed })
    return closed
  })
  onEnd(phase)
  await life.note(execution, `The execution has ended; it is ${phase}.`, { phase, exitCode: execution.exitCode })
  // What was to be done is done; that the next estimates are a little worse is no reason to do it again.
  await estimates.learn(database, state, clock.now()).catch((error: unknown) => {
    log('warn', 'Nothing was learned from an execution.', { executionId: execution.id, error })
  })
  return 'done'
}
