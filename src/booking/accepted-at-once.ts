/**
 * An offer that was accepted in the moment in which it was made, as the database has it then. Whoever asked for it is
 * answered with this, without asking the database for what was just written. Pure.
 */
import { componentLifecycle } from '../domain/component-lifecycle.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import { componentPlaces, earliestStart, type ComponentPlace } from '../domain/execution-plan.ts'
import type { Component } from '../store/components.ts'
import type { Acceptance, Execution, HistoryEntry } from '../store/executions.ts'

/** An accepted execution with its components and its history. */
export interface AcceptedAtOnce {
  readonly execution: Execution
  readonly components: readonly Component[]
  readonly history: readonly Omit<HistoryEntry, 'number'>[]
}

const ACCEPTED = transitionOf(executionLifecycle.transitions, 'accept')
const WAITING = transitionOf(componentLifecycle.transitions, 'accept')

/** What becomes of the offer; its slot was planned from now on, so the promise is the slot. */
export function acceptedAtOnce(offer: Execution): AcceptedAtOnce {
  const { id, createdAt: at, phase: fromPhase } = offer
  const { startAt, prepareAt } = acceptanceAtOnce(offer)
  return {
    execution: { ...offer, phase: ACCEPTED.to, phaseSince: at, modifiedAt: at, startAt, prepareAt },
    components: placesOf(offer).map(({ position, family }) => ({
      ...{ executionId: id, position, family },
      ...{ phase: WAITING.to, phaseSince: at, detail: {} },
    })),
    history: [{ event: 'accept', fromPhase, toPhase: ACCEPTED.to, at, cause: ACCEPTED.cause }],
  }
}

/** When an offer that is accepted at once starts, and when it is prepared. */
export function acceptanceAtOnce({ id, plan: { slot } }: Execution): Acceptance {
  return { id, startAt: slot.startAt, prepareAt: slot.startAt - slot.prepareMs, earliestAt: earliestStart(slot) }
}

/** The components that an accepted execution has; a volume mount has no life of its own. */
export function placesOf({ plan }: Execution): ComponentPlace[] {
  return componentPlaces(plan).filter(({ family }) => family !== 'volume')
}

function transitionOf<Row extends { readonly event: string }>(rows: readonly Row[], event: Row['event']): Row {
  const row = rows.find((one) => one.event === event)
  if (!row) throw new Error(`no transition is called ${event}`)
  return row
}
