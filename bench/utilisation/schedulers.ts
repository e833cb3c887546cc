/**
 * The schedulers that the broker is compared with, written for this comparison alone: first come, first served; EASY
 * backfill (Lifka, "The ANL/IBM SP scheduling system", 1995), in which only the first in the line has a reservation; and
 * conservative backfill, in which everybody has one, moved up whenever something ends early.
 */
import { opposite, PoolProfile, type Hold } from '../../src/booking/profile.ts'
import type { Alarm, Scheduler } from './simulation.ts'
import type { Job } from './workload.ts'

/** The line of those that wait, and what is free. */
abstract class Line implements Scheduler {
  protected readonly line: Job[] = []
  protected free: number

  constructor(cores: number) {
    this.free = cores
  }

  accept(job: Job): void {
    this.line.push(job)
  }

  end(job: Job): void {
    this.free += job.cores
  }

  cancel(job: Job): void {
    this.line.splice(this.line.indexOf(job), 1)
  }

  abstract start(now: number): readonly Job[]

  /** Starts from the front of the line as long as the first fits. */
  protected startFirst(started: Job[], begin: (job: Job) => void): void {
    for (let first = this.line[0]; first && first.cores <= this.free; first = this.line[0]) {
      this.line.shift()
      begin(first)
      started.push(first)
    }
  }
}

export class FirstComeFirstServed extends Line {
  start(): readonly Job[] {
    const started: Job[] = []
    this.startFirst(started, (job) => (this.free -= job.cores))
    return started
  }
}

export class EasyBackfill extends Line {
  readonly #running = new Map<Job, number>()

  override end(job: Job): void {
    super.end(job)
    this.#running.delete(job)
  }

  start(now: number): readonly Job[] {
    const started: Job[] = []
    const begin = (job: Job) => {
      this.free -= job.cores
      this.#running.set(job, now + job.askedMs)
    }
    this.startFirst(started, begin)
    const [first] = this.line
    if (!first) return started
    const { reservedAt, spare: leftThen } = this.#reservation(first)
    let spare = leftThen
    for (let index = 1; index < this.line.length && this.free > 0;) {
      const job = this.line[index] as Job
      const endsBefore = now + job.askedMs <= reservedAt
      if (job.cores > this.free || !(endsBefore || job.cores <= spare)) {
        index++
        continue
      }
      if (!endsBefore) spare -= job.cores
      this.line.splice(index, 1)
      begin(job)
      started.push(job)
    }
    return started
  }

  /** The latest start of the first in the line, and the cores that it leaves then. */
  #reservation(first: Job): { reservedAt: number; spare: number } {
    let free = this.free
    let reservedAt = Number.POSITIVE_INFINITY
    for (const [job, endAt] of [...this.#running].sort(([, a], [, b]) => a - b)) {
      if (free >= first.cores && endAt > reservedAt) break
      free += job.cores
      if (reservedAt === Number.POSITIVE_INFINITY && free >= first.cores) reservedAt = endAt
    }
    return { reservedAt, spare: free - first.cores }
  }
}

export class ConservativeBackfill implements Scheduler {
  readonly #profile: PoolProfile
  readonly #alarm: Alarm
  readonly #reserved = new Map<Job, Hold>()
  readonly #running = new Map<Job, Hold>()
  #hasRoom = false

  constructor(cores: number, alarm: Alarm) {
    this.#profile = new PoolProfile([{ resource: 'cores', fromAt: 0, amount: cores }], [], 1e9)
    this.#alarm = alarm
  }

  accept(job: Job, now: number): void {
    this.#reserve(job, now)
  }

  end(job: Job, now: number): void {
    const held = this.#running.get(job) as Hold
    this.#profile.add(opposite(held))
    this.#profile.add({ ...held, toAt: now })
    this.#running.delete(job)
    this.#hasRoom = true
  }

  cancel(job: Job): void {
    this.#profile.add(opposite(this.#reserved.get(job) as Hold))
    this.#reserved.delete(job)
    this.#hasRoom = true
  }

  start(now: number): readonly Job[] {
    if (this.#hasRoom) this.#moveUp(now)
    const due = [...this.#reserved].filter(([, { fromAt }]) => fromAt <= now)
    for (const [job, hold] of due) {
      this.#reserved.delete(job)
      this.#running.set(job, hold)
    }
    return due.map(([job]) => job)
  }

  #moveUp(now: number): void {
    this.#hasRoom = false
    const inOrder = [...this.#reserved].sort(([, a], [, b]) => a.fromAt - b.fromAt)
    for (const [job, hold] of inOrder) {
      this.#profile.add(opposite(hold))
      this.#reserve(job, now)
    }
  }

  #reserve(job: Job, now: number): void {
    const wanted: Hold = { resource: 'cores', amount: job.cores, fromAt: now, toAt: now + job.askedMs }
    const fromAt = this.#profile.earliest(wanted, Number.MAX_SAFE_INTEGER) ?? now
    const hold = { ...wanted, fromAt, toAt: fromAt + job.askedMs }
    this.#profile.add(hold)
    this.#reserved.set(job, hold)
    this.#alarm(fromAt)
  }
}
