/**
 * The kinds of work that the engine keeps apart, so that what takes long never holds up what is due now. Pure.
 *
 * Of each kind so many executions of one platform are moved on at the same time by one process; see the configuration.
 */
import type { ExecutionPlan } from './execution-plan.ts'

export const WORK_KINDS = [
  /** To prepare, with an image to pull or data to bring. */
  'fetch',
  /** To prepare, with nothing to bring. */
  'prepare',
  /** To start, to look after, and to end. */
  'run',
  /** To give back. */
  'release',
] as const
export type WorkKind = (typeof WORK_KINDS)[number]

/** What it takes to prepare an execution. An image is there when nothing was estimated for it. */
export function kindOfPreparation({ executable, data }: ExecutionPlan): WorkKind {
  return data.length > 0 || executable.estimate.prepareMs > 0 ? 'fetch' : 'prepare'
}
