/**
 * The engine: takes the executions that are due, runs each, and keeps their leases.
 *
 * It is woken by signals and looks by itself when the next execution is due, so a lost signal costs a delay and nothing
 * else. Any number of engines work on one database.
 */
import { until } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { onErrand } from '../domain/errand.ts'
import type { ExecutionId } from '../domain/ids.ts'
import * as work from '../store/work.ts'
import { closedTo, noRoomOn, roomLeft, spareOf, type LaneLimits, type LaneRoom } from './lanes.ts'
import { Runner } from './runner.ts'
import type { Signals } from './signals.ts'
import type { WorkerContext } from './worker-context.ts'

export interface EngineSettings {
  /** How many executions this process moves on at the same time. */
  readonly limits: LaneLimits
  /** After how long without renewal another worker may take an execution over, in milliseconds. */
  readonly leaseMs: number
  /** How often to look for work without being told, in milliseconds. */
  readonly pollMs: number
}

export class Engine {
  readonly #context: WorkerContext
  readonly #signals: Signals
  readonly #settings: EngineSettings
  readonly #running = new Map<ExecutionId, { runner: Runner; ended: Promise<void> }>()
  readonly #stopping = new AbortController()
  #wakeUp: (() => void) | undefined
  #woken = false
  /** Whether there was no room in some lane when work was last taken. */
  #isFull = false
  #loops: Promise<unknown> = Promise.resolve()

  constructor(context: WorkerContext, signals: Signals, settings: EngineSettings) {
    this.#context = context
    this.#signals = signals
    this.#settings = settings
  }

  start(): void {
    const off = this.#signals.on('work', (id) => {
      const running = this.#running.get(id as ExecutionId)
      if (running) running.runner.poke()
      else this.#wake()
    })
    this.#stopping.signal.addEventListener('abort', off)
    this.#loops = Promise.all([this.#claimLoop(), this.#renewLoop()])
  }

  /** Stops taking work, lets go of what is going on, and returns when nothing is. The executions go on elsewhere, or later. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the engine was stopped'))
    this.#wake()
    this.#handOverAll()
    await this.#loops
    // What was being taken when the engine was stopped is only now among what is going on.
    this.#handOverAll()
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  #handOverAll(): void {
    for (const { runner } of this.#running.values()) runner.handOver()
  }

  async #claimLoop(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#woken = false
      try {
        await this.#pause(await this.#claim())
      } catch (error) {
        this.#context.log('error', 'The engine could not look for work.', { error })
        await this.#pause(this.#context.clock.now() + this.#settings.pollMs)
      }
    }
  }

  /** Takes what is due, as far as there is room; gives when to look again. */
  async #claim(): Promise<Instant> {
    const { database, worker, clock } = this.#context
    const { limits, leaseMs, pollMs } = this.#settings
    const now = clock.now()
    const leases = await work.claim(database, worker, now, now + leaseMs, this.#rooms())
    for (const lease of leases) this.#run(lease)
    // Whoever ends or goes on in another lane makes the engine look again.
    const lanes = this.#lanes()
    const full = this.#roomLeft(lanes).filter(({ room }) => room === 0)
    const closed = closedTo(lanes, limits)
    this.#isFull = full.length > 0 || closed.length > 0
    return Math.min((await work.nextDue(database, full, closed)) ?? Number.POSITIVE_INFINITY, now + pollMs)
  }

  #roomLeft(lanes: readonly work.Lane[]): LaneRoom[] {
    const { foreign } = this.#context
    const ours = lanes.filter(({ platform }) => !foreign.has(platform))
    return [...roomLeft(ours, this.#settings.limits), ...noRoomOn(foreign)]
  }

  #lanes(): work.OwnersLane[] {
    return [...this.#running.values()].map(({ runner }) => runner.lane)
  }

  #rooms(): work.Rooms {
    const { limits } = this.#settings
    const busy = this.#lanes()
    return {
      ...limits,
      left: this.#roomLeft(busy),
      spareFetches: spareOf('fetch', limits),
      spare: spareOf('run', limits),
      busy,
    }
  }

  #run(lease: work.Lease): void {
    const { executionId } = lease
    const runner = new Runner(this.#context, lease, () => {
      if (this.#isFull) this.#wake()
    })
    const ended = onErrand({ about: { executionId }, fail: (error) => runner.breakOff(error) }, () => runner.run())
      .catch((error: unknown) =>
        this.#context.log('error', 'The work on an execution was broken off.', { executionId, error }),
      )
      .finally(() => {
        // The lease was given back before this: the execution may have been taken again, by a runner that goes on.
        if (this.#running.get(executionId)?.runner === runner) this.#running.delete(executionId)
        this.#wake()
      })
    this.#running.set(executionId, { runner, ended })
  }

  async #renewLoop(): Promise<void> {
    const { clock, log } = this.#context
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await until(clock, clock.now() + this.#settings.leaseMs / 3, signal).catch(() => undefined)
      await this.#renew().catch((error: unknown) => log('error', 'The leases could not be renewed.', { error }))
    }
  }

  /** Renews the leases of what is running, and ends what another worker has taken over. */
  async #renew(): Promise<void> {
    const { database, worker, clock } = this.#context
    const asked = new Map(this.#running)
    if (asked.size === 0) return
    const held = new Set(await work.renew(database, worker, [...asked.keys()], clock.now() + this.#settings.leaseMs))
    // One that gave its lease back in between may have a successor by now, which keeps its own.
    for (const [id, { runner }] of asked) if (!held.has(id)) runner.lose()
  }

  #wake(): void {
    this.#woken = true
    this.#wakeUp?.()
  }

  async #pause(untilAt: Instant): Promise<void> {
    if (this.#woken) return
    const over = new AbortController()
    const woken = new Promise<void>((resolve) => (this.#wakeUp = resolve))
    await Promise.race([woken, until(this.#context.clock, untilAt, over.signal).catch(() => undefined)])
    this.#wakeUp = undefined
    over.abort()
  }
}
