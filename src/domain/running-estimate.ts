/**
 * An estimate that learns from what was observed: a weighted mean and a weighted deviation, in which what is newer
 * counts more. Pure.
 *
 * It begins with a stated default, which counts as one observation. What is observed counts for at most four times the
 * mean and at least a quarter of it, so that one outlier does little, also when it is the first, while a lasting change
 * is learned within a few observations.
 */

export interface RunningEstimate {
  readonly mean: number
  /** The mean distance from the mean. */
  readonly deviation: number
  /** How many observations went into it, the default included. */
  readonly count: number
}

/** What an estimate may be at all, and what it is when nothing is known. */
export interface EstimateBounds {
  readonly initial: number
  readonly least: number
  readonly most: number
  /** How far above four times the mean an observation still counts as it is; for times that begin near zero. */
  readonly slack: number
}

const CLIP_FACTOR = 4
/** The weight of the newest observation when there are many. */
const WEIGHT = 0.1

/** The estimate after one more observation. What is no number leaves it as it is. */
export function learn(before: RunningEstimate | undefined, observed: number, bounds: EstimateBounds): RunningEstimate {
  const { mean, deviation, count } = before ?? { mean: bounds.initial, deviation: 0, count: 1 }
  if (!Number.isFinite(observed)) return { mean, deviation, count }
  const counted = clamp(observed, mean / CLIP_FACTOR, mean * CLIP_FACTOR + bounds.slack)
  const weight = Math.max(WEIGHT, 1 / (count + 1))
  return {
    mean: clamp(mean + weight * (counted - mean), bounds.least, bounds.most),
    deviation: clamp(deviation + weight * (Math.abs(counted - mean) - deviation), 0, bounds.most),
    count: Math.min(count + 1, Number.MAX_SAFE_INTEGER),
  }
}

/** A time that is kept more often than not: the mean and once the deviation. */
export function timeToAllow(estimate: RunningEstimate | undefined, { initial, most }: EstimateBounds): number {
  return estimate ? Math.min(most, estimate.mean + estimate.deviation) : initial
}

/** A rate that is reached more often than not: the mean without the deviation, and at least half of the mean. */
export function rateToExpect(estimate: RunningEstimate | undefined, { initial, least }: EstimateBounds): number {
  return estimate ? Math.max(least, estimate.mean / 2, estimate.mean - estimate.deviation) : initial
}

/** A time as it is promised: nothing below what can be told apart, and no digits that nobody can keep. */
export function roundTime(milliseconds: number): number {
  if (milliseconds < 20) return 0
  const step = milliseconds < 1_000 ? 10 : milliseconds < 10_000 ? 100 : 1_000
  return Math.ceil(milliseconds / step) * step
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
