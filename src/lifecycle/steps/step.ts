/**
 * What the steps of an execution's life are: one for each family of components, each with `prepare` and `release`, and
 * `save` where there is something to be saved.
 *
 * All may be repeated, whole or from the middle, by any worker; `release` works whatever part of `prepare` was done.
 * A step acts on the platform and tells what it found; the runner moves the phases.
 */
import type { Ledger } from '../../booking/ledger.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Message } from '../../domain/message.ts'
import { componentPlaces, type ComponentPlace } from '../../domain/execution-plan.ts'
import type { Bearer } from '../../data/bearer.ts'
import type { DataSink } from '../../data/data-sink.ts'
import type { DataSource } from '../../data/data-source.ts'
import type { LowestRate } from '../../data/rate-meter.ts'
import type { Spool } from '../../data/spool.ts'
import type { Turns, TurnsAt } from '../../data/turns.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { Component } from '../../store/components.ts'
import type { Execution } from '../../store/executions.ts'
import type { Database } from '../../store/database.ts'
import type { JointWork } from '../joint-work.ts'

/** What the steps need of their surroundings. */
export interface StepContext {
  readonly clock: Clock
  readonly database: Database
  /** What is read and written together with the other executions that this process works on. */
  readonly joint: JointWork
  /** What this process knows of the pools. */
  readonly ledger: Ledger
  readonly settings: StepSettings
  /** The source for a URL; undefined when none serves its scheme. */
  readonly source: (location: URL, bearer?: Bearer) => DataSource | undefined
  /** What saves to a URL; undefined when nothing serves its scheme. */
  readonly sink: (location: URL, bearer?: Bearer) => DataSink | undefined
  /** How the owner of an execution is acted for at a location; undefined where nobody is. */
  readonly bearerFor: (execution: Execution, location: URL) => Bearer | undefined
  /** The place of data without an announced size while they arrive. */
  readonly spool: Spool
  /** The places for transfers, those for data that are copied in and those for results, and on each platform for outputs. */
  readonly places: Readonly<Record<'staging' | 'saving', Turns> & { outputs: TurnsAt }>
}

export interface StepSettings {
  /** How much of each output stream is kept, in bytes. */
  readonly outputBytesMax: number
  /** How often a broken transfer is resumed. */
  readonly transferAttempts: number
  /** Lowest rate that a transfer has to reach. */
  readonly lowestRate: LowestRate
  /** How long results that could not be saved are kept on the platform, in milliseconds. */
  readonly keepUnsavedMs: number
  /** The share of the storage of a pool that such results of one owner may hold, from 0 to 1. */
  readonly keepShare: number
}

/** One component of one execution, to be acted on. */
export interface StepTarget {
  readonly execution: Execution
  readonly component: Component
  readonly components: readonly Component[]
  readonly platform: Platform
  /** Ends what is going on, because the execution has ended or the lease was lost. */
  readonly signal: AbortSignal
  /** Says something at the component; a key makes it take the place of the last message with that key. */
  readonly say: (message: Message, key?: string) => Promise<void>
  /** The bytes of the data that are copied or saved side by side, by the index of the data resource, as they are known. */
  readonly sizes: Map<number, number>
}

/** What a step found out, to be kept with the component. */
export type StepDetail = Readonly<Record<string, unknown>>

export interface Step {
  /** Makes the component ready. */
  prepare(target: StepTarget, context: StepContext): Promise<StepDetail>
  /** Saves what the program has made of the component, before anything is given back. Only of components that are to be saved. */
  save?(target: StepTarget, context: StepContext): Promise<StepDetail>
  /** Gives back what the platform has of it. */
  release(target: StepTarget, context: StepContext): Promise<StepDetail>
}

/** The place of a component in its plan. */
export function placeOf({ execution, component }: StepTarget): ComponentPlace {
  const place = componentPlaces(execution.plan)[component.position]
  if (!place) throw new Error(`the plan of ${execution.id} has no component ${component.position}`)
  return place
}

/** The component at a place, with what is known of it. */
export function componentAt(
  { execution, components }: StepTarget,
  family: ComponentPlace['family'],
  index: number,
): Component {
  const place = componentPlaces(execution.plan).find(
    (candidate) => candidate.family === family && candidate.index === index,
  )
  const component = components.find(({ position }) => position === place?.position)
  if (!component) throw new Error(`${execution.id} has no ${family} ${index}`)
  return component
}
