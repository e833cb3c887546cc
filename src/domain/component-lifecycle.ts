/**
 * The life of a component of an execution: its executable, its compute resource, each storage and data resource.
 *
 * A component that holds something on a platform leaves only through RELEASING or FAILED. FAILED is what is true of
 * the component's purpose; whether its remains were removed from the platform is recorded beside the phase.
 */
import { lifecycle, type Transition } from './transition-table.ts'

/** The phases as on the wire. */
export const COMPONENT_PHASES = [
  'INITIALIZING',
  'WAITING',
  'PREPARING',
  'AVAILABLE',
  'RELEASING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const
export type ComponentPhase = (typeof COMPONENT_PHASES)[number]

export const COMPONENT_TRANSITIONS = [
  {
    event: 'accept',
    from: ['INITIALIZING'],
    to: 'WAITING',
    cause: 'client',
    why: 'The offer it belongs to was accepted.',
  },
  { event: 'prepare', from: ['WAITING'], to: 'PREPARING', cause: 'broker', why: 'What it depends on is there.' },
  { event: 'ready', from: ['PREPARING'], to: 'AVAILABLE', cause: 'platform', why: 'It can be used.' },
  {
    event: 'release',
    from: ['PREPARING', 'AVAILABLE'],
    to: 'RELEASING',
    cause: 'broker',
    why: 'What depends on it has ended.',
  },
  {
    event: 'released',
    from: ['RELEASING'],
    to: 'COMPLETED',
    cause: 'platform',
    why: 'The platform has given it back.',
  },
  {
    event: 'abandoned',
    from: ['RELEASING'],
    to: 'CANCELLED',
    cause: 'platform',
    why: 'The platform has given it back, before its purpose was reached.',
  },
  {
    event: 'cancel',
    from: ['INITIALIZING', 'WAITING'],
    to: 'CANCELLED',
    cause: 'broker',
    why: 'The execution ended before this component was begun.',
  },
  {
    event: 'fail',
    from: ['INITIALIZING', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING'],
    to: 'FAILED',
    cause: 'platform',
    why: 'It could not do its part; a message says why.',
  },
] as const satisfies readonly Transition<ComponentPhase, string>[]

/** The events of a component; a misspelt one does not compile. */
export type ComponentEvent = (typeof COMPONENT_TRANSITIONS)[number]['event']

/** The lifecycle of a component. */
export const componentLifecycle = lifecycle<ComponentPhase, ComponentEvent>(COMPONENT_PHASES, COMPONENT_TRANSITIONS)
