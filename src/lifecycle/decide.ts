/**
 * What has to be done next for an execution: from what is known of it and the clock to one action. Pure.
 *
 * The engine asks this again after every action, so that it never has to remember where it was: a worker that takes an
 * execution over after a crash decides the same from the same facts.
 */
import { componentLifecycle } from '../domain/component-lifecycle.ts'
import type { Instant } from '../domain/dates.ts'
import { executionLifecycle, type ExecutionEvent } from '../domain/execution-lifecycle.ts'
import { componentPlaces, type ComponentFamily } from '../domain/execution-plan.ts'
import { isSaved } from '../domain/execution-request.ts'
import type { Component } from '../store/components.ts'
import type { Execution } from '../store/executions.ts'

/** An execution with its components, as they are in the database. */
export interface ExecutionState {
  readonly execution: Execution
  readonly components: readonly Component[]
}

export type Action =
  /** Move the execution by an event. */
  | { readonly do: 'move'; readonly event: ExecutionEvent }
  /** Prepare these components, side by side. */
  | { readonly do: 'prepare'; readonly components: readonly Component[] }
  /** Ask for the permission to start, and start the program. */
  | { readonly do: 'start' }
  /** See how the program is, and deal with its end. */
  | { readonly do: 'observe' }
  /** Save what the program has made of these components, side by side. */
  | { readonly do: 'save'; readonly components: readonly Component[] }
  /** Keep what the program has made of these components, which are not saved, for a while. */
  | { readonly do: 'keep'; readonly components: readonly Component[] }
  /** Give these components back, side by side. */
  | { readonly do: 'release'; readonly components: readonly Component[] }
  /** Everything is given back: note it. */
  | { readonly do: 'close' }
  /** Nothing to do until an instant. */
  | { readonly do: 'wait'; readonly untilAt: Instant }
  /** Nothing more to do at all. */
  | { readonly do: 'forget' }

/** Decides what comes next. */
export function decide(state: ExecutionState, now: Instant): Action {
  const { execution } = state
  const prepareAt = execution.prepareAt ?? now
  switch (execution.phase) {
    case 'ACCEPTED':
      return { do: 'move', event: now < prepareAt ? 'wait' : 'prepare' }
    case 'WAITING':
      return now < prepareAt ? { do: 'wait', untilAt: prepareAt } : { do: 'move', event: 'prepare' }
    case 'PREPARING':
      return decidePreparation(state, now)
    case 'AVAILABLE':
      return { do: 'observe' }
    case 'RELEASING': {
      const components = unsaved(state)
      return components.length > 0 ? { do: 'save', components } : decideRelease(state, now)
    }
    case 'FAILED': {
      const components = unkept(state)
      return components.length > 0 ? { do: 'keep', components } : decideRelease(state, now)
    }
    case 'COMPLETED':
    case 'CANCELLED':
      return decideRelease(state, now)
    case 'OFFERED':
    case 'REJECTED':
    case 'EXPIRED':
      return { do: 'forget' }
  }
}

function decidePreparation(state: ExecutionState, now: Instant): Action {
  const { components } = state
  if (components.some(({ phase }) => phase !== 'AVAILABLE')) return { do: 'prepare', components: preparable(state) }
  const startAt = state.execution.startAt ?? now
  return now < startAt ? { do: 'wait', untilAt: startAt } : { do: 'start' }
}

/** The components that can be prepared: all that they need is there, or among the positions that are ready by now. */
export function preparable(state: ExecutionState, ready: ReadonlySet<number> = new Set()): readonly Component[] {
  const isThere = ({ phase, position }: Component) => phase === 'AVAILABLE' || ready.has(position)
  // PREPARING is a step that was begun, here or by a worker that went away: it is done again.
  return state.components.filter(
    (component) =>
      (component.phase === 'WAITING' || component.phase === 'PREPARING') &&
      !isThere(component) &&
      dependencies(state, component.family, component.position).every(isThere),
  )
}

/** What has to be there before a component is prepared: storage before data, everything before compute. */
function dependencies(
  { execution, components }: ExecutionState,
  family: ComponentFamily,
  position: number,
): readonly Component[] {
  if (family === 'compute') return components.filter((other) => other.position !== position)
  if (family !== 'data') return []
  const places = componentPlaces(execution.plan)
  const index = places[position]?.index ?? -1
  const storage = execution.plan.data[index]?.spec.storage
  const storagePlace = places.find((place) => place.family === 'storage' && place.index === storage)
  return components.filter((other) => other.position === storagePlace?.position)
}

/**
 * Compute is given back first, then data, then storage, which stays with what is kept in it; the executable is nothing
 * that anybody holds.
 */
const RELEASE_ORDER: readonly (readonly ComponentFamily[])[] = [['compute', 'executable'], ['data'], ['storage']]

function decideRelease(state: ExecutionState, now: Instant): Action {
  const { execution, components } = state
  if (execution.givenBackAt !== undefined) return { do: 'forget' }
  const kept = execution.phase === 'FAILED' ? components.filter((component) => keptUntil(component) > now) : []
  const staying = new Set(kept.flatMap((data) => [data, ...dependencies(state, data.family, data.position)]))
  for (const families of RELEASE_ORDER) {
    const held = components.filter(
      (component) =>
        families.includes(component.family) && component.givenBackAt === undefined && !staying.has(component),
    )
    if (held.length > 0) return { do: 'release', components: held }
  }
  if (kept.length > 0) return { do: 'wait', untilAt: Math.min(...kept.map(keptUntil)) }
  return { do: 'close' }
}

/** The components whose release begins when the program has ended well: none while something is to be saved. */
export function releasedFirst(state: ExecutionState): readonly Component[] {
  const [first = []] = RELEASE_ORDER
  return unsaved(state).length > 0 ? [] : state.components.filter(({ family }) => first.includes(family))
}

/** True when nothing of an execution is left to be given back beside these components. */
export function isLastReleased({ components }: ExecutionState, held: readonly Component[]): boolean {
  return components.every((component) => component.givenBackAt !== undefined || held.includes(component))
}

/** True for an execution that has ended and released everything but results that could not be saved, which stay for a while. */
export function onlyKeeps(state: ExecutionState, now: Instant): boolean {
  return executionLifecycle.isTerminal(state.execution.phase) && decideRelease(state, now).do === 'wait'
}

/** The components of which something has to be saved and is not yet. */
function unsaved({ execution: { plan }, components }: ExecutionState): readonly Component[] {
  const places = componentPlaces(plan).filter(({ family, index }) => {
    const data = family === 'data' ? plan.data[index] : undefined
    return data !== undefined && isSaved(data.spec)
  })
  const positions = new Set(places.map(({ position }) => position))
  return components.filter(
    ({ position, detail, givenBackAt }) =>
      positions.has(position) && detail.saved === undefined && givenBackAt === undefined,
  )
}

/** The components of which a program that ran may have made something, where it is not settled yet whether that stays. */
function unkept(state: ExecutionState): readonly Component[] {
  if (state.execution.startedAt === undefined) return []
  return unsaved(state).filter(({ detail }) => detail.keptUntil === undefined)
}

/** Up to when results that could not be saved stay where they are; long ago for everything else. */
export function keptUntil({ detail, givenBackAt }: Component): Instant {
  if (detail.saved !== undefined || givenBackAt !== undefined) return Number.NEGATIVE_INFINITY
  return typeof detail.keptUntil === 'number' ? detail.keptUntil : Number.NEGATIVE_INFINITY
}

/**
 * The event by which a component leaves RELEASING: its purpose was reached, or not. Where the program itself has failed, or
 * what it made could not be saved, what served it has done its part all the same.
 */
export function releasedEvent(state: ExecutionState, component: Component): 'released' | 'abandoned' {
  const { phase, startedAt } = state.execution
  if (phase === 'RELEASING' || phase === 'COMPLETED') return 'released'
  if (phase !== 'FAILED' || startedAt === undefined) return 'abandoned'
  const isLost = state.components.some((other) => other.family === 'compute' && other.phase === 'FAILED')
  return isLost || unsaved(state).includes(component) ? 'abandoned' : 'released'
}

/** True for a component of which the platform can have something: it was begun. */
export function wasBegun(component: Component): boolean {
  return componentLifecycle.nextPhase(component.phase, 'cancel') === undefined
}
