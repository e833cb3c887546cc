/** How far estimates of preparation were off in this process: counted for whoever watches the service. */
import type { ComponentFamily } from '../domain/execution-plan.ts'

/** What is compared: the preparation of a family of components, or of the whole execution. */
export type Compared = ComponentFamily | 'execution'

/** The bounds of the classes of errors, in seconds: how much longer (or, below zero, shorter) it took than estimated. */
export const ERROR_BOUNDS_SECONDS = [-600, -60, -10, -1, -0.1, 0.1, 1, 10, 60, 600] as const

/** The errors of one kind so far. `counts` has one class more than there are bounds: what is above all of them. */
export interface ErrorCounts {
  readonly of: Compared
  readonly counts: readonly number[]
  readonly count: number
  /** The sum of the errors, which cancel out when the estimates are right on average, in seconds. */
  readonly sumSeconds: number
  /** The sum of their sizes, in seconds. */
  readonly sumAbsoluteSeconds: number
}

export class EstimateErrors {
  readonly #all = new Map<Compared, { counts: number[]; sum: number; absolute: number }>()

  /** Counts one comparison. */
  observe(of: Compared, estimatedMs: number, actualMs: number): void {
    const seconds = (actualMs - estimatedMs) / 1_000
    const before = this.#all.get(of) ?? {
      counts: Array.from({ length: ERROR_BOUNDS_SECONDS.length + 1 }, () => 0),
      sum: 0,
      absolute: 0,
    }
    const found = ERROR_BOUNDS_SECONDS.findIndex((bound) => seconds <= bound)
    const place = found < 0 ? ERROR_BOUNDS_SECONDS.length : found
    before.counts[place] = (before.counts[place] ?? 0) + 1
    before.sum += seconds
    before.absolute += Math.abs(seconds)
    this.#all.set(of, before)
  }

  /** What was counted so far. */
  snapshot(): ErrorCounts[] {
    return [...this.#all].map(([of, { counts, sum, absolute }]) => ({
      of,
      counts: [...counts],
      count: counts.reduce((total, one) => total + one, 0),
      sumSeconds: sum,
      sumAbsoluteSeconds: absolute,
    }))
  }
}
