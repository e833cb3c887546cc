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

const { transitions } = executionLifecycle
const ACCEPTED = transitionOf(transitions, 'accept')
const WAITING = transitionOf(componentLifecycle.transitions, 'accept')

/** The time in milliseconds in which an early start is found for what may start now, before it is made to wait. */
const SEEK_MS = 1_000

/** The execution that an open offer becomes when it is accepted at an instant. */
export function justAccepted(offer: Execution, at: Instant): JustAccepted {
  const { id } = offer
  const { startAt, prepareAt, next } = acceptanceOf(offer, at)
  const path = [ACCEPTED, ...(next ? [transitionOf(transitions, next)] : [])]
  const history = path.map(({ event, to: toPhase, cause }, index) => ({
    ...{ event, fromPhase: path[index - 1]?.to ?? offer.phase },
    ...{ toPhase, at, cause },
  }))
  const phase = history.at(-1)?.toPhase ?? offer.phase
  return {
    execution: { ...offer, phase, phaseSince: at, modifiedAt: at, startAt, prepareAt },
    components: placesOf(offer).map(({ position, family }) => ({
      ...{ executionId: id, position, family },
      ...{ phase: WAITING.to, phaseSince: at, detail: {} },
    })),
    history,
  }
}

/**
 * The start and the preparation of an offer that is accepted at an instant, and what follows at once: it is prepared, or
 * it waits. One that may start now and could not yet is looked at for an early start first.
 */
export function acceptanceOf({ id, plan: { slot } }: Execution, at: Instant): Acceptance {
  // An offer of an earlier release could be accepted after its preparation had to begin.
  const startAt = Math.max(slot.startAt, at + slot.prepareMs)
  const [prepareAt, earliestAt] = [startAt - slot.prepareMs, earliestStart(slot)]
  const next = prepareAt <= at ? 'prepare' : earliestAt > at ? 'wait' : undefined
  return { id, startAt, prepareAt, earliestAt, next }
}

/** The instant at which the engine looks at an accepted execution; an early start wakes it before that. */
export function lookAtOf(offer: Execution, at: Instant): Instant {
  const { prepareAt, next } = acceptanceOf(offer, at)
  if (next === 'prepare') return at
  return next === 'wait' ? prepareAt : Math.min(prepareAt, at + SEEK_MS)
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
