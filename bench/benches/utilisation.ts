/** Utilisation of a pool and waits of executions, beside those of batch schedulers with the same work. */
import { BrokerScheduler } from '../utilisation/broker-scheduler.ts'
import { ConservativeBackfill, EasyBackfill, FirstComeFirstServed } from '../utilisation/schedulers.ts'
import { simulate, type SimulationResult } from '../utilisation/simulation.ts'
import { workload } from '../utilisation/workload.ts'
import { Chance } from '../../test/model/chance.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { chooseEarlyStarts } from '../../src/booking/early-starts.ts'
import { PoolProfile } from '../../src/booking/profile.ts'
import type { ExecutionId, OfferSetId } from '../../src/domain/ids.ts'
import type { Ahead } from '../../src/store/executions.ts'

const CORES = 1_024
const EXECUTIONS = 20_000
/** So many that somebody has to wait. */
const FEWEST = 400
const LOADS = [0.7, 0.9, 1.1]
const WAITING = 10_000
const SEED = 2_026
const MINUTE_MS = 60_000

export const utilisation: Bench = {
  name: 'utilisation',
  measures: `The planner, the ledger and the early starts of the broker under a simulated clock: 20,000 executions on 1,024 cores, with log-normal run times, requests of 1 to 10 times the real time, a daily cycle, 5 % cancelled, and 10 % of the offers never decided. The load is the work that arrives as a share of what the pool can do. A promise is broken when an execution starts later than its offer said.`,
  baseline:
    'EASY backfill, which promises nothing to anybody but the first in its line, with the same work. First come, first served and conservative backfill are stated beside it.',
  run: (effort) => Promise.resolve([...LOADS.flatMap((load) => atLoad(load, effort)), onePass(effort)]),
}

function atLoad(load: number, effort: Effort): Reading[] {
  const chance = new Chance(SEED)
  const jobs = workload({
    executions: Math.max(FEWEST, effort.times(EXECUTIONS)),
    cores: CORES,
    load,
    chance: () => chance.next(),
  })
  let broker: BrokerScheduler | undefined
  const ours = simulate(jobs, CORES, (alarm) => (broker = new BrokerScheduler(CORES, alarm)))
  const easy = simulate(jobs, CORES, () => new EasyBackfill(CORES))
  const fcfs = simulate(jobs, CORES, () => new FirstComeFirstServed(CORES))
  const conservative = simulate(jobs, CORES, (alarm) => new ConservativeBackfill(CORES, alarm))
  const named = (what: string) => `${what} at load ${load}`
  const share = (name: string, { utilisation: value }: SimulationResult): Reading => ({
    ...{ name: named(`utilisation, ${name}`), value, unit: 'of the cores', baseline: easy.utilisation },
  })
  const wait = (name: string, { meanWaitMs }: SimulationResult): Reading => ({
    ...{ name: named(`mean wait, ${name}`), value: meanWaitMs / MINUTE_MS, unit: 'min' },
    baseline: easy.meanWaitMs / MINUTE_MS,
  })
  return [
    { ...share('broker', ours), goal: { of: 'ratio', atLeast: 0.97 } },
    { ...wait('broker', ours), goal: { of: 'ratio', atMost: 1.1 } },
    {
      name: named('promises broken'),
      value: broker?.broken ?? 0,
      unit: 'executions',
      goal: { of: 'value', atMost: 0 },
    },
    ...[share('first come, first served', fcfs), wait('first come, first served', fcfs)],
    ...[share('conservative backfill', conservative), wait('conservative backfill', conservative)],
  ]
}

/** Processor time of one choice of early starts, for many that wait on a pool in which little is free. */
function onePass(effort: Effort): Reading {
  const count = effort.times(WAITING)
  const chance = new Chance(SEED)
  const profile = new PoolProfile([{ resource: 'cores', fromAt: 0, amount: CORES }], [], MINUTE_MS)
  profile.add({ resource: 'cores', amount: CORES - 32, fromAt: 0, toAt: 60 * MINUTE_MS })
  const ahead = Array.from({ length: count }, (_, number): Ahead => {
    const amount = chance.integer(1, 64)
    const fromAt = profile.earliest(
      { resource: 'cores', amount, fromAt: MINUTE_MS, toAt: chance.integer(2, 120) * MINUTE_MS },
      Number.MAX_SAFE_INTEGER,
    ) as number
    const hold = { resource: 'cores', amount, fromAt, toAt: fromAt + 30 * MINUTE_MS } as const
    profile.add(hold)
    return {
      ...{ id: String(number).padStart(8, '0') as ExecutionId, offerSetId: String(number) as OfferSetId },
      ...{ owner: String(number % 50), startAt: fromAt, prepareAt: fromAt, prepareMs: 0, isReady: false },
      holds: [[hold.resource, hold.amount, hold.fromAt, hold.toAt]],
    }
  })
  const passes = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage()
    chooseEarlyStarts(profile, ahead, 0)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }).sort((a, b) => a - b)
  return {
    ...{ name: `one pass over ${WAITING} waiting`, value: passes[4] as number, unit: 'ms of processor' },
    goal: { of: 'value', atMost: 20 },
  }
}
