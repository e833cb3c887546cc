/**
 * The life of an execution: which phase may follow which, on what event, and who may cause it.
 *
 * This table is the only place where a transition of an execution is declared. FAILED and CANCELLED are visible at
 * once; that the resources are given back soon after is told by the phases of the components.
 */
import { lifecycle, type Transition } from './transition-table.ts'

/** The phases as on the wire, in the order of a life without accidents, then the ways it can end otherwise. */
export const EXECUTION_PHASES = [
  'OFFERED',
  'ACCEPTED',
  'WAITING',
  'PREPARING',
  'AVAILABLE',
  'RELEASING',
  'COMPLETED',
  'REJECTED',
  'EXPIRED',
  'FAILED',
  'CANCELLED',
] as const
export type ExecutionPhase = (typeof EXECUTION_PHASES)[number]

const LIVE = ['OFFERED', 'ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING'] as const

export const EXECUTION_TRANSITIONS = [
  { event: 'accept', from: ['OFFERED'], to: 'ACCEPTED', cause: 'client', why: 'The client chose this offer.' },
  { event: 'reject', from: ['OFFERED'], to: 'REJECTED', cause: 'client', why: 'The client does not want this offer.' },
  {
    event: 'withdraw',
    from: ['OFFERED'],
    to: 'REJECTED',
    cause: 'broker',
    why: 'Another offer of the same set was accepted, the pool is maintained then, or the account was disabled.',
  },
  { event: 'expire', from: ['OFFERED'], to: 'EXPIRED', cause: 'clock', why: 'Nobody answered before the offer ended.' },
  { event: 'wait', from: ['ACCEPTED'], to: 'WAITING', cause: 'broker', why: 'Nothing has to be prepared yet.' },
  {
    event: 'prepare',
    from: ['ACCEPTED', 'WAITING'],
    to: 'PREPARING',
    cause: 'clock',
    why: 'Preparation has to begin for everything to be there at the promised start.',
  },
  {
    event: 'start',
    from: ['PREPARING'],
    to: 'AVAILABLE',
    cause: 'clock',
    why: 'Everything is ready and the promised start has come.',
  },
  { event: 'finish', from: ['AVAILABLE'], to: 'RELEASING', cause: 'platform', why: 'The executable ended by itself.' },
  { event: 'done', from: ['AVAILABLE'], to: 'RELEASING', cause: 'client', why: 'The client needs it no longer.' },
  {
    event: 'complete',
    from: ['RELEASING'],
    to: 'COMPLETED',
    cause: 'broker',
    why: 'Results are saved and everything is given back.',
  },
  { event: 'cancel', from: LIVE, to: 'CANCELLED', cause: 'client', why: 'The client wants it stopped.' },
  { event: 'fail', from: LIVE, to: 'FAILED', cause: 'broker', why: 'Something went wrong; a message says what.' },
] as const satisfies readonly Transition<ExecutionPhase, string>[]

/** The events of an execution; a misspelt one does not compile. */
export type ExecutionEvent = (typeof EXECUTION_TRANSITIONS)[number]['event']

/** The lifecycle of an execution. */
export const executionLifecycle = lifecycle<ExecutionPhase, ExecutionEvent>(EXECUTION_PHASES, EXECUTION_TRANSITIONS)
