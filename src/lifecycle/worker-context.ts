/** What the engine's work on an execution needs of its surroundings. */
import type { Platform } from '../platforms/platform.ts'
import type { Component } from '../store/components.ts'
import * as components from '../store/components.ts'
import type { Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Message } from '../domain/message.ts'
import type { ComponentEvent } from '../domain/component-lifecycle.ts'
import type { Instant } from '../domain/dates.ts'
import { traced, type Tracing } from '../domain/tracing.ts'
import { answerable } from '../domain/errand.ts'
import type { ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionState } from './decide.ts'
import type { EstimateBook } from './estimate-book.ts'
import type { LifeLog } from './life-log.ts'
import type { StepContext, StepTarget } from './steps/step.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, text: string, details?: Readonly<Record<string, unknown>>) => void

/** How long failures are borne. */
export interface Patience {
  /** How long a platform that does not answer is waited for before an execution fails, in milliseconds. */
  readonly platformMs: number
  /** How often in a row something that failed is tried. */
  readonly attemptsMax: number
  /** The number of failures in a row after which the work on an execution is parked. */
  readonly attemptsInAll: number
}

export interface WorkerContext extends StepContext {
  /** The name of this worker in the leases. */
  readonly worker: string
  readonly patience: Patience
  /** A number from 0 to below 1, by chance. */
  readonly chance: () => number
  readonly log: Log
  /** The life of executions, logged for the operator of the broker. */
  readonly life: LifeLog
  /** In the work on one execution, for that one. Undefined where nobody collects traces. */
  readonly tracing?: Tracing | undefined
  /** Told when an execution has ended and everything was given back. */
  readonly onEnd: (phase: ExecutionPhase) => void
  /** Learns from what was done. */
  readonly estimates: EstimateBook
  /** The platform of that name; undefined when this process does not have it. */
  platform(name: string): Platform | undefined
  /** Platforms that are others here than the database knows: their executions are left to processes that have them. */
  readonly foreign: ReadonlySet<string>
}

/** What comes after an action: the next decision, a wait, the end of the work, or nothing, for the lease is gone. */
export type Outcome = 'again' | 'done' | 'left' | { readonly untilAt: Instant }

/** A step of a component failed; the cause says how. */
export class StepFailure extends Error {
  readonly component: Component
  readonly what: string

  constructor(component: Component, what: string, cause: unknown) {
    super(`${what} failed`, { cause })
    this.component = component
    this.what = what
  }
}

/** The platform of an execution. Throws PLATFORM_UNAVAILABLE when this process does not have it. */
export function platformOf({ execution }: ExecutionState, context: WorkerContext): Platform {
  const { platform: name } = execution.plan
  const platform = context.platform(name)
  if (platform) return platform
  throw new BrokerError('PLATFORM_UNAVAILABLE', `the platform ${name} is not configured here`)
}

/** What a step is to act on. */
export function targetOf(
  state: ExecutionState,
  component: Component,
  context: WorkerContext,
  signal: AbortSignal,
  sizes = new Map<number, number>(),
): StepTarget {
  return {
    execution: state.execution,
    components: state.components,
    component,
    platform: platformOf(state, context),
    signal,
    sizes,
    say: (said, key) => messages.add(context.database, state.execution.id, component.position, said, key),
  }
}

/** Moves some of an execution's components by one event. */
export async function moveComponents(
  { execution }: ExecutionState,
  which: readonly Component[],
  event: ComponentEvent,
  { joint }: WorkerContext,
): Promise<void> {
  await joint.moveComponents(which.map(({ position }) => ({ executionId: execution.id, position, event })))
}

/** Fails an execution at a component, with the reason. One that has ended otherwise in between stays as it is. */
export async function failExecution(
  tx: Transaction,
  id: executions.Execution['id'],
  at: Pick<Component, 'position'>,
  reason: Message,
): Promise<void> {
  const moved = await executions.move(tx, [id], 'fail', reason.at)
  if (moved.length === 0) return
  await messages.add(tx, id, at.position, reason)
  await components.move(tx, [{ executionId: id, position: at.position, event: 'fail' }], reason.at)
}

/** Does what is done for one component, on its errand, and as a span where traces are collected. */
export function tracedStep<Result>(
  { tracing }: WorkerContext,
  doing: 'prepare' | 'save' | 'release',
  { family, position }: Component,
  work: () => Promise<Result>,
): Promise<Result> {
  const attributes = { 'broker.component': family, 'broker.component.position': position }
  return traced(tracing, `${doing} ${family}`, attributes, () => answerable({ component: family }, work))
}
