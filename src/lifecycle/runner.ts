/**
 * Moves one execution on for as long as this worker holds its lease: decides, acts, and decides again.
 *
 * Everything that it does may be done again by another worker, so it can stop anywhere. A lease that was lost ends it.
 */
import { until } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { isBrokerError } from '../domain/errors.ts'
import type { Component } from '../store/components.ts'
import type { Lease } from '../store/work.ts'
import { decide, type Action, type ExecutionState } from './decide.ts'
import { backoffMs, bear } from './failing.ts'
import { Preparation } from './preparation.ts'
import { close, release } from './releasing.ts'
import { observe, start } from './running.ts'
import { StepFailure, type Outcome, type WorkerContext } from './worker-context.ts'

/** A lease is kept while nothing happens for so long; for a longer wait it is given back. In milliseconds. */
const KEEP_LEASE_MS = 2_000

export class Runner {
  readonly #context: WorkerContext
  readonly #lease: Lease
  readonly #lost = new AbortController()
  #preparation: Preparation | undefined
  #poked = false
  #onPoke: (() => void) | undefined
  #wakesSeen: number
  #handingOver = false

  constructor(context: WorkerContext, lease: Lease) {
    this.#context = context
    this.#lease = lease
    this.#wakesSeen = lease.wakes
  }

  /** Makes the runner look at the execution again now. */
  poke(): void {
    this.#poked = true
    this.#onPoke?.()
  }

  /** Ends the runner: its lease is another worker's now. */
  lose(): void {
    this.#lost.abort(new Error('the lease was lost'))
    this.poke()
  }

  /** Ends the runner and gives the lease back at once, so that another worker goes on. */
  handOver(): void {
    this.#handingOver = true
    this.lose()
  }

  /** Works until there is nothing to do now, then gives the lease back. Throws only when the database is away. */
  async run(): Promise<void> {
    try {
      let outcome: Outcome = 'again'
      while (outcome === 'again') outcome = await this.#turn()
      await this.#giveBack(outcome)
    } finally {
      await this.#stopPreparing()
    }
  }

  async #turn(): Promise<Outcome> {
    this.#poked = false
    const { joint, clock } = this.#context
    const state = await joint.look(this.#lease)
    if (!state) return 'left'
    if (this.#lost.signal.aborted) return this.#leave()
    this.#wakesSeen = state.wakes
    const action = decide(state, clock.now())
    try {
      if (action.do !== 'prepare') await this.#stopPreparing()
      const outcome = await this.#act(state, action)
      return typeof outcome === 'object' ? await this.#wait(outcome.untilAt) : outcome
    } catch (error) {
      return this.#deal(state, error)
    }
  }

  async #act(state: ExecutionState, action: Action): Promise<Outcome> {
    const context = this.#context
    switch (action.do) {
      case 'move':
        await context.joint.move({ id: state.execution.id, event: action.event })
        return 'again'
      case 'prepare':
        return this.#prepare(state, action.components)
      case 'start':
        return start(state, context)
      case 'observe':
        return observe(state, context)
      case 'release':
        return release(state, action.components, context, this.#lost.signal)
      case 'close':
        return close(state, context)
      case 'wait':
        return { untilAt: action.untilAt }
      case 'forget':
        return 'done'
    }
  }

  /** Prepares components side by side until one is ready or has failed, or there is something else to look at. */
  async #prepare(state: ExecutionState, possible: readonly Component[]): Promise<Outcome> {
    const preparation = (this.#preparation ??= new Preparation(this.#context))
    await preparation.begin(state, possible)
    await this.#untilPokedOr(() => preparation.settled())
    preparation.throwFailure()
    return 'again'
  }

  async #stopPreparing(): Promise<void> {
    await this.#preparation?.stop()
    this.#preparation = undefined
  }

  /** Keeps the lease for a short wait, gives it back for a long one. */
  async #wait(untilAt: Instant): Promise<Outcome> {
    const { clock } = this.#context
    if (untilAt - clock.now() > KEEP_LEASE_MS) return { untilAt }
    const over = new AbortController()
    await this.#untilPokedOr(() => until(clock, untilAt, over.signal).catch(() => undefined))
    over.abort()
    return 'again'
  }

  async #untilPokedOr(wait: () => Promise<void>): Promise<void> {
    if (this.#poked) return
    await Promise.race([new Promise<void>((resolve) => (this.#onPoke = resolve)), wait()])
    this.#onPoke = undefined
  }

  /** What follows from a failure. After one that may pass the lease is given back, and the attempts are counted. */
  async #deal(state: ExecutionState, error: unknown): Promise<Outcome> {
    const { log, joint, clock } = this.#context
    if (this.#lost.signal.aborted) return this.#leave()
    if (isBrokerError(error, 'UNAVAILABLE')) throw error
    if (error instanceof StepFailure) {
      if (!(await bear(state, error, this.#lease, this.#context))) return 'again'
    } else {
      log('warn', 'An execution could not be moved on; trying again.', {
        executionId: state.execution.id,
        attempt: this.#lease.attempts + 1,
        error,
      })
    }
    await this.#stopPreparing()
    const now = clock.now()
    const { attempts, failingSince = now } = this.#lease
    const next = { runAt: now + backoffMs(attempts), attempts: attempts + 1, failingSince }
    await joint.yieldLease({ ...this.#lease, ...next, wakesSeen: this.#wakesSeen })
    return 'left'
  }

  #leave(): Outcome {
    return this.#handingOver ? { untilAt: this.#context.clock.now() } : 'left'
  }

  /** Gives the lease back: until the instant of the outcome, or for good. */
  async #giveBack(outcome: Exclude<Outcome, 'again'>): Promise<void> {
    const { joint } = this.#context
    const { executionId, fence } = this.#lease
    if (outcome === 'done') await joint.remove(this.#lease)
    if (typeof outcome !== 'object') return
    const next = { runAt: outcome.untilAt, attempts: 0, wakesSeen: this.#wakesSeen }
    await joint.yieldLease({ executionId, fence, ...next })
  }
}
