/**
 * A workload model for the comparison of schedulers: a stream of batch executions on one pool of cores.
 *
 * Sources of the figures: run times that are log-normal, sizes that favour powers of two, and a daily cycle of arrivals
 * follow U. Lublin and D. G. Feitelson, "The workload on parallel supercomputers" (J. Parallel Distrib. Comput. 63, 2003);
 * requested times that are several times the real ones follow A. W. Mu'alem and D. G. Feitelson, "Utilization,
 * predictability, workloads, and user runtime estimates in scheduling the IBM SP2 with backfilling" (IEEE TPDS 12, 2001).
 */

/** One execution of the workload. Times are in milliseconds. */
export interface Job {
  readonly id: number
  readonly owner: number
  readonly cores: number
  readonly arrivesAt: number
  /** The real duration. */
  readonly runMs: number
  /** The duration asked for: never less than the real one. */
  readonly askedMs: number
  /** The time from the arrival to the decision of the client; undefined when it never decides, and nothing is run. */
  readonly decidesAfterMs: number | undefined
  /** The time from the acceptance after which the client cancels it unless it has ended; undefined for never. */
  readonly cancelledAfterMs: number | undefined
}

export interface WorkloadOptions {
  readonly executions: number
  readonly cores: number
  /** The work that arrives, as a share of what the pool can do. */
  readonly load: number
  readonly chance: () => number
}

const HOUR_MS = 3_600_000
const MEDIAN_RUN_MS = 10 * 60_000
/** The standard deviation of the logarithm of run times. */
const RUN_SIGMA = 1.4
const RUN_MS_MIN = 1_000
const RUN_MS_MAX = 24 * HOUR_MS
const OWNERS = 50
const CANCELLED = 0.05
const UNDECIDED = 0.1
/** The excess of the busiest hour over the mean. */
const DAILY_SWING = 0.6

/** Makes a workload; the same chance makes the same one. */
export function workload({ executions, cores, load, chance }: WorkloadOptions): Job[] {
  const drawn = Array.from({ length: executions }, () => draw(cores, chance))
  const decided = drawn.filter(({ decidesAfterMs }) => decidesAfterMs !== undefined)
  const work = decided.reduce((sum, job) => sum + job.cores * job.runMs, 0)
  const spanMs = work / (cores * load)
  let at = 0
  const gaps = drawn.map(() => -Math.log(1 - chance()))
  const gapMs = spanMs / gaps.reduce((sum, gap) => sum + gap, 0)
  return drawn.map((job, id) => {
    at += ((gaps[id] as number) * gapMs) / busyness(at)
    return { ...job, id, arrivesAt: Math.round(at) }
  })
}

function draw(cores: number, chance: () => number): Omit<Job, 'id' | 'arrivesAt'> {
  const runMs = Math.round(
    Math.min(RUN_MS_MAX, Math.max(RUN_MS_MIN, MEDIAN_RUN_MS * Math.exp(RUN_SIGMA * normal(chance)))),
  )
  const wanted = 2 ** Math.floor(chance() * 8)
  return {
    owner: Math.floor(chance() ** 2 * OWNERS),
    cores: Math.min(cores, chance() < 0.75 ? wanted : Math.max(1, Math.round(wanted * (0.5 + chance())))),
    runMs,
    askedMs: Math.round(runMs * (1 + 9 * chance() ** 2)),
    decidesAfterMs: chance() < UNDECIDED ? undefined : Math.round(500 + 4_000 * chance()),
    cancelledAfterMs: chance() < CANCELLED ? Math.round(chance() * 2 * runMs) : undefined,
  }
}

/** The load of an hour of the day, 1 on average. */
function busyness(at: number): number {
  return 1 + DAILY_SWING * Math.sin((2 * Math.PI * at) / (24 * HOUR_MS))
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
}
