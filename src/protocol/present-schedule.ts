/** Presents when an execution is prepared, runs, and is released: as promised, and of what has happened, as it really was. */
import { formatDuration, formatInstant, formatStartWindow, type Instant } from '../domain/dates.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import { startWindow } from '../domain/start-window.ts'
import type { Schemas } from './contract.ts'

/** The plan of an execution, and the instants of what has happened. */
interface Timed {
  readonly plan: ExecutionPlan
  readonly createdAt: Instant
  readonly prepareAt?: Instant
  readonly startedAt?: Instant
  readonly endAt?: Instant
  readonly endedAt?: Instant
  readonly givenBackAt?: Instant
}

/** The first instant of the program, for how long it may start later, how long it runs, and its end; in milliseconds. */
interface Times {
  readonly from: Instant
  readonly range: number
  readonly runMs: number
  readonly endAt: Instant
}

/** The times of an execution, as they are known now. */
export function timesOf(view: Timed): Times {
  const { plan, startedAt, endAt, endedAt } = view
  const { from, range } = startWindow(view)
  // Whatever was granted, it has ended.
  if (startedAt !== undefined && endedAt !== undefined)
    return { from, range, runMs: Math.max(0, endedAt - startedAt), endAt: endedAt }
  const runMs = startedAt !== undefined && endAt !== undefined ? endAt - startedAt : plan.slot.durationMs
  return { from, range, runMs, endAt: endAt ?? from + range + runMs }
}

/** Presents the schedule of an execution. */
export function presentSchedule(view: Timed): Schemas['LifecycleSchedule'] {
  const { plan, startedAt, prepareAt, endedAt, givenBackAt } = view
  const { slot } = plan
  const { from, range, runMs, endAt } = timesOf(view)
  const prepareMs = startedAt !== undefined && prepareAt !== undefined ? from - prepareAt : slot.prepareMs
  const isReleased = endedAt !== undefined && givenBackAt !== undefined
  const releaseMs = isReleased ? givenBackAt - endedAt : slot.graceMs + slot.releaseMs
  return {
    preparing: { start: formatInstant(from - prepareMs), duration: formatDuration(Math.max(0, prepareMs)) },
    available: {
      start: formatStartWindow({ fromAt: from, toAt: from + range }),
      duration: formatDuration(runMs),
      grace: formatDuration(slot.graceMs),
    },
    releasing: { start: formatInstant(endAt), duration: formatDuration(Math.max(0, releaseMs)) },
  }
}
