/** Runs a workload against a scheduler under a clock of its own, and adds up how busy the pool was and who waited how long. */
import type { Job } from './workload.ts'

/** A scheduler under simulation. Instants are in milliseconds from the beginning of the workload. */
export interface Scheduler {
  /** A client asks; only a scheduler that makes offers has an answer to that. */
  ask?(job: Job, now: number): void
  /** The client wants it to run: the offer was accepted, or the job submitted. */
  accept(job: Job, now: number): void
  /** It has ended, or was cancelled while it ran. */
  end(job: Job, now: number): void
  /** It was cancelled before it ran. */
  cancel(job: Job, now: number): void
  /** The jobs that start now. */
  start(now: number): readonly Job[]
}

/** Lets a scheduler be asked again at an instant. */
export type Alarm = (at: number) => void

export interface SimulationResult {
  /** The share of the pool that ran something while work kept arriving. */
  readonly utilisation: number
  /** From the acceptance to the start, in milliseconds. */
  readonly meanWaitMs: number
  readonly started: number
}

/** Runs a workload to its end. Throws when more runs than the pool has. */
export function simulate(
  jobs: readonly Job[],
  cores: number,
  schedulerOf: (alarm: Alarm) => Scheduler,
): SimulationResult {
  const events = new EventQueue()
  const arrivalsEndAt = jobs.at(-1)?.arrivesAt ?? 0
  const waiting = new Map<number, number>()
  const running = new Set<number>()
  let [now, used, busy, countedTo, waitedMs, started, asksAt] = [0, 0, 0, 0, 0, 0, -1]
  const count = () => {
    const until = Math.min(now, arrivalsEndAt)
    if (until > countedTo) [busy, countedTo] = [busy + used * (until - countedTo), until]
  }
  const look = () => {
    if (asksAt === now) return
    asksAt = now
    events.add(now, () => {
      asksAt = -1
      for (const job of scheduler.start(now)) begin(job)
    })
  }
  const scheduler = schedulerOf((at) => events.add(Math.max(at, now), look))
  const begin = (job: Job) => {
    count()
    used += job.cores
    if (used > cores) throw new Error(`${used} of ${cores} cores are in use`)
    waitedMs += now - (waiting.get(job.id) ?? now)
    started++
    waiting.delete(job.id)
    running.add(job.id)
    events.add(now + job.runMs, () => end(job))
  }
  const end = (job: Job) => {
    if (!running.delete(job.id)) return
    count()
    used -= job.cores
    scheduler.end(job, now)
    look()
  }
  const cancel = (job: Job) => {
    if (running.has(job.id)) return end(job)
    if (!waiting.delete(job.id)) return
    scheduler.cancel(job, now)
    look()
  }
  for (const job of jobs) {
    if (scheduler.ask) events.add(job.arrivesAt, () => scheduler.ask?.(job, now))
    if (job.decidesAfterMs === undefined) continue
    const acceptedAt = job.arrivesAt + job.decidesAfterMs
    events.add(acceptedAt, () => {
      waiting.set(job.id, now)
      scheduler.accept(job, now)
      look()
    })
    if (job.cancelledAfterMs !== undefined) events.add(acceptedAt + job.cancelledAfterMs, () => cancel(job))
  }
  for (let event = events.take(); event; event = events.take()) {
    now = event.at
    event.happen()
  }
  return { utilisation: busy / (cores * arrivalsEndAt), meanWaitMs: waitedMs / Math.max(1, started), started }
}

interface Event {
  readonly at: number
  readonly number: number
  readonly happen: () => void
}

/** Events in the order of their instants; those of one instant in the order in which they were added. A binary heap. */
class EventQueue {
  readonly #heap: Event[] = []
  #added = 0

  add(at: number, happen: () => void): void {
    const heap = this.#heap
    heap.push({ at, number: this.#added++, happen })
    for (let index = heap.length - 1; index > 0;) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  take(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    heap[0] = last
    for (let index = 0; ;) {
      let child = 2 * index + 1
      if (child >= heap.length) return first
      if (child + 1 < heap.length && this.#isBefore(child + 1, child)) child++
      if (!this.#isBefore(child, index)) return first
      this.#swap(index, child)
      index = child
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one] as Event, this.#heap[other] as Event]
    return a.at < b.at || (a.at === b.at && a.number < b.number)
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap
    ;[heap[one], heap[other]] = [heap[other] as Event, heap[one] as Event]
  }
}
