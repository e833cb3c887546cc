/** Measuring: two things in turns, one after another or many at once, and what the times say. */

/** The value below which `share` (0 to 1) of the others are. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

/** The value in the middle. */
export const median = (values: readonly number[]) => percentile(values, 0.5)

/** How long something takes, in milliseconds. */
export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

/** How long each of `count` takes that are done one after another, in milliseconds. */
export async function oneByOne(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = []
  for (let done = 0; done < count; done++) latencies.push(await millisecondsOf(work))
  return latencies
}

export interface Throughput {
  readonly perSecond: number
  /** In milliseconds. */
  readonly latencies: readonly number[]
}

/** Does something `count` times, with so many at once as there are clients. */
export async function manyAtOnce(clients: number, count: number, work: () => Promise<unknown>): Promise<Throughput> {
  const latencies: number[] = []
  let begun = 0
  const client = async () => {
    while (begun++ < count) latencies.push(await millisecondsOf(work))
  }
  const elapsed = await millisecondsOf(() => Promise.all(Array.from({ length: clients }, client)))
  return { perSecond: (count * 1000) / elapsed, latencies }
}

/**
 * Measures the broker and the baseline in turns, so that whatever else the machine does is in both. One turn of each
 * goes before and is thrown away: it warms up.
 */
export async function inTurns<Measured>(
  rounds: number,
  subject: () => Promise<Measured>,
  baseline: () => Promise<Measured>,
): Promise<{ subject: Measured[]; baseline: Measured[] }> {
  const measured = { subject: [] as Measured[], baseline: [] as Measured[] }
  await baseline()
  await subject()
  for (let round = 0; round < rounds; round++) {
    measured.baseline.push(await baseline())
    measured.subject.push(await subject())
  }
  return measured
}
