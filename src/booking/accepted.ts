/**
 * An offer that was just accepted, as the database has it then. Whoever accepted it is answered with this, without asking
 * the database for what was just written. Pure.
 */
import { componentLifecycle } from '../domain/component-lifecycle.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import type { Instant } from '../domain/dates.ts'
import { componentPlaces, earliestStart, type ComponentPlace } from '../domain/execution-plan.ts'
import type { Component } from '../store/components.ts'
import type { Acceptance, Execution, HistoryEntry } from '../store/executions.ts'

/** An accepted execution with its components and its history. */
export interface JustAccepted {
  readonly execution: Execution
  readonly components: readonly Component[]
  readonly history: readonly Omit<HistoryEntry, 'number'>[]
}

const ACCEPTED = transitionOf(executionLifecycle.transitions, 'accept')
const WAITING = transitionOf(componentLifecycle.transitions, 'accept')

/** What becomes of an open offer that is accepted at an instant. */
export function justAccepted(offer: Execution, at: Instant): JustAccepted {
  const { id, phase: fromPhase } = offer
  const { startAt, prepareAt } = acceptanceOf(offer, at)
  return {
    execution: { ...offer, phase: ACCEPTED.to, phaseSince: at, modifiedAt: at, startAt, prepareAt },
    components: placesOf(offer).map(({ position, family }) => ({
      ...{ executionId: id, position, family },
      ...{ phase: WAITING.to, phaseSince: at, detail: {} },
    })),
    history: [{ event: 'accept', fromPhase, toPhase: ACCEPTED.to, at, cause: ACCEPTED.cause }],
  }
}

/** When an offer that is accepted at an instant starts, and when it is prepared. */
export function acceptanceOf({ id, plan: { slot } }: Execution, at: Instant): Acceptance {
  // An offer of an earlier release could be accepted after its preparation had to begin.
  const startAt = Math.max(slot.startAt, at + slot.prepareMs)
  return { id, startAt, prepareAt: startAt - slot.prepareMs, earliestAt: earliestStart(slot) }
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
