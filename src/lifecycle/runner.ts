/**
 * Moves one execution on for as long as this worker holds its lease: decides, acts, and decides again.
 *
 * Everything that it does may be done again by another worker, so it can stop anywhere. A lease that was lost ends it.
 */
import { until } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'
import type { Component } from '../store/components.ts'
import type { WorkKind } from '../domain/work-kind.ts'
import type { GivenLease, Lease, OwnersLane } from '../store/work.ts'
import { decide, type Action, type ExecutionState } from './decide.ts'
import { backoffMs, bear, whyLaidAside } from './failing.ts'
import { holdOnlyKept } from './keeping.ts'
import { kindOfWork } from './kind-of-work.ts'
import { Preparation } from './preparation.ts'
import { close, release } from './releasing.ts'
import { observe, start } from './running.ts'
import { keepResults, saveResults } from './saving.ts'
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
  #kind: WorkKind
  #handingOver = false
  #phase: ExecutionPhase | undefined
  #accident: { readonly error: unknown } | undefined

  readonly #onLane: () => void

  /** `onLane` is called when the work becomes that of another lane. */
  constructor(context: WorkerContext, lease: Lease, onLane: () => void) {
    this.#context = traceable(context, lease)
    this.#lease = lease
    this.#onLane = onLane
    this.#wakesSeen = lease.wakes
    this.#kind = lease.kind
  }

  /** The lane that it is in now, and for whom. */
  get lane(): OwnersLane {
    const { platform, owner } = this.#lease
    return { platform, kind: this.#kind, owner }
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

  /** Breaks off what is going on, for an error of it that nobody caught; it is tried again as after any other failure. */
  breakOff(error: unknown): void {
    this.#accident = { error }
    this.poke()
  }

  /** Works until there is nothing to do now, then gives the lease back. Throws only when the database is away. */
  async run(): Promise<void> {
    try {
      let outcome: Outcome = (await this.#isHopeless()) ? 'left' : 'again'
      while (outcome === 'again') outcome = await this.#turn().catch((error: unknown) => this.#tryLater(error))
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
    this.#throwAccident()
    this.#wakesSeen = state.wakes
    this.#isOfKind(kindOfWork(state))
    await this.#notePhase(state)
    const action = decide(state, clock.now())
    try {
      if (action.do !== 'prepare') await this.#stopPreparing()
      const outcome = await this.#act(state, action)
      return typeof outcome === 'object' ? await this.#wait(outcome.untilAt) : outcome
    } catch (error) {
      return this.#deal(state, error)
    }
  }

  #throwAccident(): void {
    const accident = this.#accident
    this.#accident = undefined
    if (accident) throw accident.error
  }

  /** The phase that it had when its lease was taken was noted by whoever brought it there. */
  async #notePhase({ execution }: ExecutionState): Promise<void> {
    const { phase, plan } = execution
    const before = this.#phase
    this.#phase = phase
    if (before === undefined || before === phase) return
    const where = { platform: plan.platform, pool: plan.pool }
    await this.#context.life.note(execution, `The execution is ${phase}.`, { phase, before, ...where })
  }

  #isOfKind(kind: WorkKind): void {
    if (kind === this.#kind) return
    this.#kind = kind
    this.#onLane()
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
      case 'save':
        return this.#save(state, action.components)
      case 'keep':
        return keepResults(state, action.components, this.#saving(this.#lost.signal))
      case 'release':
        return release(state, action.components, context, this.#lost.signal)
      case 'close':
        return close(state, context)
      case 'wait':
        await holdOnlyKept(state, context)
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

  /** Saves as long as that is what the execution is at: of one that is cancelled meanwhile nothing more is sent. */
  async #save(state: ExecutionState, unsaved: readonly Component[]): Promise<Outcome> {
    const { joint } = this.#context
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#lost.signal])
    let isOver = false
    const saved = saveResults(state, unsaved, this.#saving(signal)).finally(() => (isOver = true))
    const over = saved.then(
      () => undefined,
      () => undefined,
    )
    try {
      while (!isOver && !this.#accident && !signal.aborted) {
        await this.#untilPokedOr(() => over)
        this.#poked = false
        const now = isOver ? state : await joint.look(this.#lease)
        if (now?.execution.phase !== state.execution.phase)
          stop.abort(new Error('there is nothing to be saved any more'))
      }
    } finally {
      // Whatever ended the looking, nothing goes on when this has returned.
      if (!isOver) stop.abort(new Error('the saving was ended'))
      await over
    }
    return stop.signal.aborted ? 'again' : saved
  }

  #saving(signal: AbortSignal) {
    return { context: this.#context, signal, lease: this.#lease }
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
    if (this.#lost.signal.aborted) return this.#leave()
    if (error instanceof StepFailure && !(await bear(state, error, this.#lease, this.#context))) return 'again'
    return this.#tryLater(error)
  }

  /** Gives the lease back after a failure: for another attempt later, or parked after too many. */
  async #tryLater(error: unknown): Promise<Outcome> {
    const { log, clock, joint, patience, chance } = this.#context
    const { executionId, attempts, failingSince = clock.now() } = this.#lease
    if (this.#lost.signal.aborted) return this.#leave()
    const cause = error instanceof StepFailure ? error.cause : error
    if (isDatabaseAway(cause)) throw cause
    const parkedFor = whyLaidAside(cause, attempts + 1, patience)
    if (parkedFor !== undefined)
      log('error', 'The work on an execution is parked.', { executionId, reason: parkedFor, error })
    else if (!(error instanceof StepFailure))
      log('warn', 'An execution could not be moved on; trying again.', { executionId, attempt: attempts + 1, error })
    await this.#stopPreparing()
    const next = { runAt: clock.now() + backoffMs(attempts, chance()), attempts: attempts + 1, failingSince }
    await joint.yieldLease({ ...this.#given(), ...next, parkedFor })
    return 'left'
  }

  /** Lays work aside at which workers went away again and again: it may be what ends them. */
  async #isHopeless(): Promise<boolean> {
    const { joint, clock, log, patience } = this.#context
    const { executionId, abandoned, attempts } = this.#lease
    if (abandoned < patience.attemptsInAll) return false
    const parkedFor = `Its worker went away ${abandoned} times in a row.`
    log('error', 'The work on an execution is parked.', { executionId, reason: parkedFor })
    await joint.yieldLease({ ...this.#given(), runAt: clock.now(), attempts, parkedFor })
    return true
  }

  #given(): Pick<GivenLease, 'executionId' | 'fence' | 'wakesSeen' | 'kind'> {
    const { executionId, fence } = this.#lease
    return { executionId, fence, wakesSeen: this.#wakesSeen, kind: this.#kind }
  }

  #leave(): Outcome {
    return this.#handingOver ? { untilAt: this.#context.clock.now() } : 'left'
  }

  /** Gives the lease back: until the instant of the outcome, or for good. */
  async #giveBack(outcome: Exclude<Outcome, 'again'>): Promise<void> {
    const { joint } = this.#context
    if (outcome === 'done') await joint.remove(this.#lease)
    if (typeof outcome !== 'object') return
    await joint.yieldLease({ ...this.#given(), runAt: outcome.untilAt, attempts: 0 })
  }
}

/** The surroundings of the work on one execution, whose spans belong to the trace of the request that accepted it. */
function traceable(context: WorkerContext, { executionId, platform, traceparent }: Lease): WorkerContext {
  if (!context.tracing) return context
  const attributes = {
    'broker.execution.id': executionId,
    'broker.platform': platform,
    'broker.worker': context.worker,
  }
  return { ...context, tracing: context.tracing.within(traceparent, attributes) }
}
