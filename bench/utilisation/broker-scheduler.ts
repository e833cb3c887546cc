/**
 * The broker as a scheduler: its own planner, ledger and choice of early starts, on a pool in memory. What the database
 * keeps of an execution is kept in a map here.
 */
import { randomUUID } from 'node:crypto'
import { chooseEarlyStarts } from '../../src/booking/early-starts.ts'
import { holdsOfExecution, holdsOfOffer } from '../../src/booking/holds.ts'
import { Replica } from '../../src/booking/ledger.ts'
import { envelopeByPool, planOfferSet } from '../../src/booking/offers.ts'
import { opposite, PoolProfile, type Hold } from '../../src/booking/profile.ts'
import type { ExecutionId, IdSource, OfferSetId } from '../../src/domain/ids.ts'
import { RESOURCES, type Amounts } from '../../src/domain/resources.ts'
import type { Ahead, Execution } from '../../src/store/executions.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { wish } from '../../test/support/wishes.ts'
import type { Alarm, Scheduler } from './simulation.ts'
import type { Job } from './workload.ts'

const POOL = 1 as PoolId
const LIMITS = {
  offersMax: 4,
  lifetimeMs: 300_000,
  decideMs: 30_000,
  horizonMs: 365 * 86_400_000,
  durationMaxMs: 365 * 86_400_000,
  graceMs: 0,
}

/** An accepted execution that has not started, as the store has it. */
interface Waiting {
  readonly job: Job
  readonly ahead: Ahead
  readonly promisedAt: number
}

export class BrokerScheduler implements Scheduler {
  readonly #replica: Replica
  readonly #capacity: Amounts
  readonly #alarm: Alarm
  readonly #open = new Map<Job, { offers: readonly Execution[]; holds: readonly Hold[] }>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #running = new Map<Job, readonly Hold[]>()
  #made = 0
  /** Executions that started later than promised. */
  broken = 0
  /** The number of choices of early starts, their time in all, in milliseconds, and the most that waited. */
  passes = 0
  passesMs = 0
  waitingMax = 0

  constructor(cores: number, alarm: Alarm) {
    this.#capacity = { cores, memory: cores * 4, storage: 1, accelerators: 0 }
    const capacity = RESOURCES.map((resource) => ({ resource, fromAt: 0, amount: this.#capacity[resource] }))
    this.#replica = new Replica(POOL, 0, new PoolProfile(capacity, [], 1e9))
    this.#alarm = alarm
  }

  ask(job: Job, now: number): void {
    const cores = { min: job.cores, max: job.cores }
    const pools = [{ poolId: POOL, capacity: this.#capacity }]
    const { asked, limits } = wish({ pools, cores, durationMs: job.askedMs, limits: LIMITS })
    const { offers, bookings } = planOfferSet(asked, limits, [this.#replica], this.#ids, now)
    this.#hold(bookings)
    this.#open.set(job, { offers, holds: bookings })
    for (const { expiresAt } of offers) this.#alarm(expiresAt + 1)
  }

  accept(job: Job, now: number): void {
    const set = this.#open.get(job)
    const offer = set?.offers[0]
    if (!set || !offer || offer.expiresAt < now) throw new Error('a client took longer than it said')
    const { startAt, prepareMs } = offer.plan.slot
    const holds = holdsOfExecution(offer.plan, startAt - prepareMs, startAt)
    this.#hold([...set.holds.map(opposite), ...holds])
    this.#open.delete(job)
    const ahead: Ahead = {
      ...{ id: offer.id, offerSetId: offer.offerSetId, owner: String(job.owner) },
      ...{ startAt, prepareAt: startAt - prepareMs, prepareMs, isReady: false },
      holds: holds.map(({ resource, amount, fromAt, toAt }) => [resource, amount, fromAt, toAt]),
    }
    this.#waiting.set(offer.id, { job, ahead, promisedAt: startAt })
    this.waitingMax = Math.max(this.waitingMax, this.#waiting.size)
    this.#alarm(startAt)
  }

  end(job: Job): void {
    this.#hold((this.#running.get(job) ?? []).map(opposite))
    this.#running.delete(job)
  }

  cancel(job: Job): void {
    for (const [id, waiting] of this.#waiting)
      if (waiting.job === job) {
        this.#hold(holdsOf(waiting.ahead).map(opposite))
        this.#waiting.delete(id)
      }
  }

  start(now: number): readonly Job[] {
    this.#expire(now)
    return [...this.#startDue(now), ...this.#startEarly(now)]
  }

  #startDue(now: number): Job[] {
    const due = [...this.#waiting.values()].filter(({ ahead }) => ahead.startAt <= now)
    for (const { job, ahead, promisedAt } of due) {
      if (now > promisedAt) this.broken++
      this.#begin(ahead.id, job, holdsOf(ahead))
    }
    return due.map(({ job }) => job)
  }

  #startEarly(now: number): Job[] {
    if (this.#waiting.size === 0) return []
    const began = performance.now()
    const ahead = [...this.#waiting.values()].map((waiting) => waiting.ahead)
    const chosen = chooseEarlyStarts(this.#replica.profile, ahead, now, Number.POSITIVE_INFINITY)
    this.passes++
    this.passesMs += performance.now() - began
    return chosen.map(({ execution, holds }) => {
      const { job } = this.#waiting.get(execution.id) as Waiting
      this.#hold([...holdsOf(execution).map(opposite), ...holds])
      this.#begin(execution.id, job, holds)
      return job
    })
  }

  #begin(id: string, job: Job, holds: readonly Hold[]): void {
    this.#waiting.delete(id)
    this.#running.set(job, holds)
  }

  /** Ends offers that nobody accepted; what is left of a set holds the envelope of its open offers. */
  #expire(now: number): void {
    for (const [job, set] of this.#open) {
      const open = set.offers.filter(({ expiresAt }) => expiresAt >= now)
      if (open.length === set.offers.length) continue
      const holds = envelopeByPool(open.map(({ plan }) => ({ poolId: POOL, holds: holdsOfOffer(plan) })))
      this.#hold([...set.holds.map(opposite), ...holds])
      if (open.length === 0) this.#open.delete(job)
      else this.#open.set(job, { offers: open, holds })
    }
  }

  #hold(holds: readonly Hold[]): void {
    for (const hold of holds) this.#replica.profile.add(hold)
  }

  readonly #ids: IdSource = {
    uuid: randomUUID,
    offerSet: () => this.#id() as OfferSetId,
    execution: () => this.#id() as ExecutionId,
  }

  /** Ids in the order in which they are made. */
  #id(): string {
    return String(++this.#made).padStart(12, '0')
  }
}

function holdsOf({ holds }: Ahead): Hold[] {
  return holds.map(([resource, amount, fromAt, toAt]) => ({ resource, amount, fromAt, toAt }))
}
