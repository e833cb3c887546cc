/**
 * The components of one execution that are being prepared by this worker, side by side, up to the end of the time that was
 * booked: beyond it, what they bring would hold up others for nothing.
 */
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Component } from '../store/components.ts'
import { preparable, type ExecutionState } from './decide.ts'
import type { StepDetail } from './steps/step.ts'
import { stepOf } from './steps/steps.ts'
import { moveComponents, StepFailure, targetOf, tracedStep, type WorkerContext } from './worker-context.ts'

export class Preparation {
  readonly #context: WorkerContext
  readonly #stop = new AbortController()
  readonly #over = new AbortController()
  #forgetEnd = () => {}
  readonly #begun = new Set<number>()
  /** The parts that the database knows to be ready, beside those that were so at the beginning. */
  readonly #ready = new Set<number>()
  readonly #running = new Map<number, Promise<void>>()
  /** Bytes that have come of data, by the index of the data resource: they share storage. */
  readonly #sizes = new Map<number, number>()
  readonly #failures: StepFailure[] = []
  #hasEnded = false

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /** Begins to prepare those of these components that were not begun already. */
  async begin(state: ExecutionState, possible: readonly Component[]): Promise<void> {
    this.#endAt(bookedEndOf(state))
    const next = possible.filter(({ position }) => !this.#begun.has(position))
    const waiting = next.filter(({ phase }) => phase === 'WAITING')
    await moveComponents(state, waiting, 'prepare', this.#context)
    for (const component of next) {
      this.#begun.add(component.position)
      this.#running.set(component.position, this.#prepare(state, component))
    }
  }

  /**
   * Returns when one of them has ended since it returned last, at once when one has failed or none is going on. One that
   * ends while others are begun is not missed, so that what depends on it does not wait for them.
   */
  async settled(): Promise<void> {
    if (!this.#hasEnded && this.#failures.length === 0 && this.#running.size > 0)
      await Promise.race(this.#running.values())
    this.#hasEnded = false
  }

  /** Throws the StepFailure of one that failed. */
  throwFailure(): void {
    const failure = this.#failures.shift()
    if (failure) throw failure
  }

  /** Ends what is going on, and returns when it has ended. */
  async stop(): Promise<void> {
    this.#forgetEnd()
    this.#stop.abort(new Error('the preparation was ended'))
    await Promise.all(this.#running.values())
  }

  /** Never throws: a failure is kept until `throwFailure`. */
  async #prepare(state: ExecutionState, component: Component): Promise<void> {
    const { position } = component
    try {
      const signal = AbortSignal.any([this.#stop.signal, this.#over.signal])
      const target = targetOf(state, component, this.#context, signal, this.#sizes)
      const prepare = () => stepOf(component.family).prepare(target, this.#context)
      const detail = await tracedStep(this.#context, 'prepare', component, prepare)
      await this.#notePrepared(state, component, detail)
      await this.#moveOn(state, component, detail)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const cause: unknown = this.#over.signal.aborted ? this.#over.signal.reason : error
      this.#failures.push(new StepFailure(component, `preparing the ${component.family}`, cause))
    } finally {
      this.#running.delete(position)
      this.#hasEnded = true
    }
  }

  /** Says that one is ready, and that those begin which it was the last for. They are begun when the runner looks again. */
  async #moveOn(state: ExecutionState, { position }: Component, detail: StepDetail): Promise<void> {
    const executionId = state.execution.id
    const next = preparable(state, new Set([...this.#ready, position])).filter(
      (other) => other.phase === 'WAITING' && !this.#begun.has(other.position),
    )
    await this.#context.joint.moveComponents([
      { executionId, position, event: 'ready', detail },
      ...next.map((other) => ({ executionId, position: other.position, event: 'prepare' }) as const),
    ])
    this.#ready.add(position)
  }

  async #notePrepared({ execution }: ExecutionState, { family }: Component, detail: StepDetail): Promise<void> {
    const image = execution.plan.executable.spec.image.locations[0]
    const made = family === 'executable' ? { image, imageId: detail.imageId } : {}
    await this.#context.life.note(execution, `The ${family} is prepared.`, { component: family, ...made })
  }

  /** Ends what is going on at an instant, in the place of the one that was known before: a client may have changed it. */
  #endAt(instant: Instant): void {
    this.#forgetEnd()
    const end = () => {
      const late = `the time that was booked ended at ${formatInstant(instant)}, before it was done; ask for a later start or a longer duration`
      this.#over.abort(new BrokerError('TIME_OVER', late))
    }
    if (this.#context.clock.now() < instant) this.#forgetEnd = this.#context.clock.at(instant, end)
    else end()
  }
}

/** The instant at which the program of these components would have to end. */
function bookedEndOf({ execution: { plan, startAt = plan.slot.startAt } }: ExecutionState): Instant {
  return startAt + plan.slot.durationMs
}
