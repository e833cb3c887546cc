/**
 * What a bench is. It measures something of the broker and, in the same run and in turns with it, a baseline: what the
 * machine can do at best for the same effect. On a shared machine only the ratio of the two means something.
 */

/** A bench: one file in `benches/`, listed in `benches.ts`. */
export interface Bench {
  /** What it is called on the command line. */
  readonly name: string
  /** What is measured, in whole sentences for the page. */
  readonly measures: string
  /** What it is compared with, in whole sentences for the page. */
  readonly baseline: string
  /** Measures. What it cannot measure here it says as a `Skipped`; it throws only when something is wrong. */
  readonly run: (effort: Effort) => Promise<readonly (Reading | Skipped)[]>
}

/** How much is done. The smoke test asks for the least, to see that every bench works. */
export interface Effort {
  /** How often the broker and the baseline take turns. */
  readonly rounds: number
  /** How many of something, where `usual` is the count for good figures. */
  readonly times: (usual: number) => number
}

/** The figures of a bench that tell how good the broker is, one by one. */
export interface Reading {
  /** What it is, within the bench: `p50 on the embedded database`. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The same figure of the baseline, in the same unit. */
  readonly baseline?: number
  readonly goal?: Goal
}

/** What a figure should be. */
export interface Goal {
  /** Whether the ratio to the baseline counts, or the value itself. */
  readonly of: 'ratio' | 'value'
  readonly atMost?: number
  readonly atLeast?: number
}

/** Something that could not be measured here. */
export interface Skipped {
  readonly name: string
  /** Why, as a clause: `BROKER_TEST_DATABASE_URL is not set`. */
  readonly skipped: string
}

/** A reading as it is reported: one line of `--json`. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly baseline: number | null
  /** The value divided by the baseline. */
  readonly ratio: number | null
  /** In words: `ratio ≤ 1.5`. */
  readonly goal: string | null
  /** Null without a goal. */
  readonly holds: boolean | null
}

/** What one bench found. */
export interface Outcome {
  readonly bench: string
  readonly figures: readonly Figure[]
  readonly skipped: readonly Skipped[]
}

/** An effort; `scale` 1 is for good figures, and 0 is the least. */
export function effortOf(rounds: number, scale: number): Effort {
  return { rounds, times: (usual) => Math.max(1, Math.round(usual * scale)) }
}

/** Runs a bench and judges what it found. */
export async function outcomeOf(bench: Bench, effort: Effort): Promise<Outcome> {
  const found = await bench.run(effort)
  return {
    bench: bench.name,
    figures: found.flatMap((one) => ('value' in one ? [judge(one)] : [])),
    skipped: found.flatMap((one) => ('skipped' in one ? [one] : [])),
  }
}

/** Judges a reading by its goal. */
export function judge({ name, value, unit, baseline, goal }: Reading): Figure {
  const ratio = baseline === undefined ? null : value / baseline
  return {
    name,
    value: significant(value),
    unit,
    baseline: baseline === undefined ? null : significant(baseline),
    ratio: ratio === null ? null : significant(ratio),
    goal: goal ? inWords(goal) : null,
    holds: goal ? meets(goal, goal.of === 'ratio' ? ratio : value) : null,
  }
}

function meets({ atMost = Infinity, atLeast = -Infinity }: Goal, measured: number | null): boolean {
  if (measured === null) throw new Error('a goal for a ratio needs a baseline')
  return measured <= atMost && measured >= atLeast
}

function inWords({ of, atMost, atLeast }: Goal): string {
  const bounds = [...(atLeast === undefined ? [] : [`≥ ${atLeast}`]), ...(atMost === undefined ? [] : [`≤ ${atMost}`])]
  return `${of} ${bounds.join(' and ')}`
}

/** Three digits that count; more would be noise. */
const significant = (value: number) => Number(value.toPrecision(3))
