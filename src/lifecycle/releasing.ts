/** Giving everything back, in reverse order of preparation, whatever way the execution ended. */
import { componentLifecycle, type ComponentEvent } from '../domain/component-lifecycle.ts'
import { message } from '../domain/message.ts'
import { traced } from '../domain/tracing.ts'
import type { Component } from '../store/components.ts'
import { isLastReleased, releasedEvent, wasBegun, type ExecutionState } from './decide.ts'
import { wordsOf } from './failing.ts'
import type { ComponentMoves } from './joint-work.ts'
import { stepOf } from './steps/steps.ts'
import { targetOf, tracedStep, type Outcome, type WorkerContext } from './worker-context.ts'

/** Gives components back side by side. What was never begun has nothing to give back. */
export async function release(
  state: ExecutionState,
  held: readonly Component[],
  context: WorkerContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { execution } = state
  const untouched = held.filter((component) => !wasBegun(component))
  const begun = held.filter(wasBegun)
  const beginning = begun.filter(({ phase }) => componentLifecycle.nextPhase(phase, 'release') !== undefined)
  await context.joint.moveComponents([
    ...untouched.map((component) => ({ ...moveOf(component, 'cancel'), givenBack: true })),
    ...beginning.map((component) => moveOf(component, 'release')),
  ])
  const results = await Promise.allSettled(begun.map((component) => releaseOne(state, component, context, signal)))
  const released = begun.filter((_, index) => results[index]?.status === 'fulfilled')
  const moves = released.map((component) => ({
    ...moveOf(component, releasedEvent(state, component)),
    givenBack: true,
  }))
  const isLast = isLastReleased(state, [...released, ...untouched])
  if (!isLast && moves.length > 0) await context.joint.giveBack({ id: execution.id, moves })
  const families = released.map(({ family }) => family)
  if (families.length > 0)
    await context.life.note(state.execution, `Released: ${families.join(', ')}.`, { components: families })
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return isLast ? close(state, context, moves) : 'again'
}

const moveOf = ({ executionId, position }: Component, event: ComponentEvent) => ({ executionId, position, event })

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

/**
 * Everything is given back, the last of it with these moves: the ledger is cleared, and an execution that went well is
 * complete.
 */
export async function close(
  state: ExecutionState,
  context: WorkerContext,
  moves: ComponentMoves = [],
): Promise<Outcome> {
  const { execution } = state
  const { database, joint, clock, estimates, log, life, onEnd, tracing } = context
  const phase = await traced(tracing, 'close', {}, async (say) => {
    const closed = (await joint.giveBack({ id: execution.id, moves, closing: execution })) ?? execution.phase
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
