/** Waits of the undisturbed user, with hostile neighbours and without. Pure. */
import { groupBy } from '../src/domain/group-by.ts'
import type { Acknowledged } from './clients.ts'
import type { Change, ExecutionFact, Facts } from './facts.ts'
import { UNDISTURBED } from './undisturbed.ts'
import { windowAt, type Window } from './windows.ts'

/** A quantile of some samples, in milliseconds. */
export interface Measured {
  readonly p99Ms: number
  readonly samples: number
}

/** One thing that was measured in calm windows and in hostile ones. */
export interface Figure {
  readonly platform: string
  readonly what: 'preparation' | 'promised wait'
  readonly calm: Measured
  readonly hostile: Measured
}

/** So many times as long may it take beside hostile neighbours. */
export const TIMES_MAX = 2
/** Of fewer samples, one in a hundred says nothing. */
export const SAMPLES_MIN = 100

/** The figures of each platform. */
export function figuresOf(facts: Facts, { executions }: Acknowledged, windows: readonly Window[]): Figure[] {
  const samples = facts.executions.flatMap((one) => {
    if (one.start_at === null || executions.get(one.id)?.of !== UNDISTURBED) return []
    return samplesOf(one, one.start_at, facts)
  })
  const groups = groupBy(samples, ({ platform, what }) => `${platform} ${what}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const within = (kind: 'calm' | 'hostile') =>
      measured(group.flatMap(({ at, ms }) => (windowAt(windows, at) === kind ? [ms] : [])))
    return first
      ? [{ platform: first.platform, what: first.what, calm: within('calm'), hostile: within('hostile') }]
      : []
  })
}

/** Sentences on the undisturbed user, from the figures: where it was disturbed, and where that is not known. */
export interface Judged {
  readonly disturbed: readonly string[]
  readonly unproved: readonly string[]
}

/** Judges every platform that a storm had, also one of which nothing was measured. */
export function judge(figures: readonly Figure[], platforms: readonly string[]): Judged {
  const silent = platforms
    .filter((platform) => !figures.some((figure) => figure.platform === platform))
    .map((platform) => `whether ${UNDISTURBED} was disturbed on ${platform}: nothing was measured there`)
  const judged = figures.filter(hasEnough)
  return {
    disturbed: judged.flatMap(disturbance),
    unproved: [...silent, ...figures.filter((figure) => !hasEnough(figure)).map(tooFew)],
  }
}

const hasEnough = ({ calm, hostile }: Figure) => Math.min(calm.samples, hostile.samples) >= SAMPLES_MIN

function disturbance({ platform, what, calm, hostile }: Figure): string[] {
  if (hostile.p99Ms <= TIMES_MAX * calm.p99Ms) return []
  return [
    `${UNDISTURBED} was disturbed: the p99 of the ${what} on ${platform} was ${hostile.p99Ms} ms beside hostile neighbours and ${calm.p99Ms} ms without (${hostile.samples} and ${calm.samples} samples)`,
  ]
}

function tooFew({ platform, what, calm, hostile }: Figure): string {
  return `whether ${UNDISTURBED} was disturbed in the ${what} on ${platform}: ${hostile.samples} samples beside hostile neighbours and ${calm.samples} without, and each has to be ${SAMPLES_MIN}; let the storm blow for longer with --minutes`
}

/** The 99th per cent of the values by the nearest rank. */
export function measured(values: readonly number[]): Measured {
  const sorted = values.toSorted((a, b) => a - b)
  return { p99Ms: Math.round(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0), samples: sorted.length }
}

interface Sample {
  readonly platform: string
  readonly what: Figure['what']
  /** The instant at which it began, which says in which window it is. */
  readonly at: number
  readonly ms: number
}

/** An execution that was never ready has no preparation; another check finds that it did not complete. */
function samplesOf({ id, plan, prepare_at }: ExecutionFact, startAt: number, facts: Facts): Sample[] {
  const { platform } = plan
  const changed = (event: string) => facts.changes.find((one) => one.execution_id === id && one.event === event)
  const [accept, prepare, start] = [changed('accept'), changed('prepare'), changed('start')]
  if (!accept) return []
  const wait: Sample = { platform, what: 'promised wait', at: accept.at, ms: Math.max(0, startAt - accept.at) }
  if (!prepare || !start) return [wait]
  // What was to be prepared later and was prepared at once did not take longer for that.
  const from = Math.min(prepare.at, Math.max(accept.at, prepare_at ?? accept.at))
  const ms = readyAt(facts.componentChanges, id, start) - from
  return [wait, { platform, what: 'preparation', at: accept.at, ms }]
}

function readyAt(changes: readonly Change[], id: string, start: Change): number {
  const ready = changes.filter(
    ({ execution_id, event, number }) => execution_id === id && event === 'ready' && number < start.number,
  )
  return Math.max(...ready.map(({ at }) => at))
}
