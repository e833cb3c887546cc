/**
 * What every lifecycle of this system is: a table of transitions, and the questions that can be asked of it.
 *
 * The two tables (execution, component) are declared with `lifecycle(…)`. The store's guard, the `options` in an
 * answer, the diagram in docs/lifecycle.md and the rows of the `…_transition` tables all come from what it returns.
 */

/** Who may cause a transition. Only those of the client are offered as options in an answer. */
export type Cause = 'client' | 'clock' | 'broker' | 'platform'

/** One row of a transition table: an event, the phases it is good in, and the phase it leads to. */
export interface Transition<Phase extends string, Event extends string> {
  readonly event: Event
  readonly from: readonly Phase[]
  readonly to: Phase
  readonly cause: Cause
  readonly why: string
}

/** A transition table with its questions answered. */
export interface Lifecycle<Phase extends string, Event extends string> {
  readonly phases: readonly Phase[]
  readonly transitions: readonly Transition<Phase, Event>[]
  /** The phases that no transition leaves. Computed from the table, never listed. */
  readonly terminalPhases: readonly Phase[]
  /** The phase that an event leads to, or undefined where the table does not allow it. */
  nextPhase(phase: Phase, event: Event): Phase | undefined
  /** True for a phase that nothing leaves. */
  isTerminal(phase: Phase): boolean
  /** The transitions that a client may ask for in this phase. */
  clientTransitions(phase: Phase): readonly Transition<Phase, Event>[]
}

/** Answers the questions of a transition table; `phases` are in the order a reader expects them. */
export function lifecycle<Phase extends string, Event extends string>(
  phases: readonly Phase[],
  transitions: readonly Transition<Phase, Event>[],
): Lifecycle<Phase, Event> {
  const leaving = (phase: Phase) => transitions.filter((transition) => transition.from.includes(phase))
  const terminalPhases = phases.filter((phase) => leaving(phase).length === 0)
  return {
    phases,
    transitions,
    terminalPhases,
    nextPhase: (phase, event) => leaving(phase).find((transition) => transition.event === event)?.to,
    isTerminal: (phase) => terminalPhases.includes(phase),
    clientTransitions: (phase) => leaving(phase).filter((transition) => transition.cause === 'client'),
  }
}
