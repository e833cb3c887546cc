/**
 * What the runners of one process read and write, each together with the others that want the same at that moment. What
 * becomes of one execution does not depend on who was there with it.
 *
 * Rows of executions are locked before those of pools, both in the order of their ids, so that no two wait for each other.
 */
import type { Ledger } from '../booking/ledger.ts'
import { permitStarts, type StartPermit } from '../booking/start.ts'
import type { Clock } from '../domain/clock.ts'
import { formatInstant } from '../domain/dates.ts'
import type { ComponentEvent } from '../domain/component-lifecycle.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { message, type Message } from '../domain/message.ts'
import { COMPUTE_RESOURCES } from '../domain/resources.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import type { Database, Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import type { Execution } from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as outputs from '../store/outputs.ts'
import { Together, type DoTogether } from '../store/together.ts'
import * as work from '../store/work.ts'

/** The most that is done together: transactions stay short, and what fails together is soon tried one by one. */
const AT_MOST = 64

/** Components of one execution that are moved. */
export type ComponentMoves = readonly components.WantedMove[]

/** Components of one execution that the platform has back. */
export interface GivenBack {
  readonly id: ExecutionId
  readonly moves: ComponentMoves
  /** The execution, where nothing of it is left to be given back: it is closed. */
  readonly closing?: Execution | undefined
}

/** A program that has ended, well or with a failure of a component. */
export interface EndedProgram {
  readonly execution: Execution
  readonly end: Omit<executions.ProgramEnd, 'event'>
  readonly failed: { readonly component: Component; readonly reason: Message } | undefined
  /** The components of which the release begins with that, unless the execution has ended otherwise. */
  readonly releasing: readonly Component[]
}

export class JointWork {
  readonly #database: Database
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #worker: string

  /** `worker` is the name in the leases. */
  constructor(database: Database, ledger: Ledger, clock: Clock, worker: string) {
    this.#database = database
    this.#ledger = ledger
    this.#clock = clock
    this.#worker = worker
  }

  readonly #looks = perExecution<work.Lease, work.Look | undefined>(
    ({ executionId }) => executionId,
    async (leases) => {
      const found = await work.look(this.#database, this.#worker, leases)
      return leases.map(({ executionId }) => found.get(executionId))
    },
  )
  readonly #moves = perExecution<executions.WantedMove, void>(
    ({ id }) => id,
    async (wanted) => {
      await executions.moveEach(this.#database, wanted, this.#clock.now())
      return []
    },
  )
  readonly #componentMoves = perExecution<ComponentMoves, void>(
    ([first]) => first?.executionId,
    async (wanted) => {
      await components.move(this.#database, wanted.flat(), this.#clock.now())
      return []
    },
  )
  readonly #starts = perExecution<Execution, boolean>(
    ({ id }) => id,
    (starting) => this.#database.transaction((tx) => this.#startAll(tx, starting)),
  )
  readonly #ends = perExecution<EndedProgram, void>(
    ({ execution }) => execution.id,
    (ended) => this.#database.transaction((tx) => this.#endAll(tx, ended)),
  )
  readonly #returns = perExecution<GivenBack, ExecutionPhase | undefined>(
    ({ id }) => id,
    (given) => this.#database.transaction((tx) => this.#giveBackAll(tx, given)),
  )
  readonly #givenLeases = perExecution<work.GivenLease, void>(
    ({ executionId }) => executionId,
    async (leases) => {
      await work.yieldLeases(this.#database, this.#worker, leases, this.#clock.now())
      return []
    },
  )
  readonly #removals = perExecution<work.Lease, void>(
    ({ executionId }) => executionId,
    async (leases) => {
      await work.remove(this.#database, this.#worker, leases)
      return []
    },
  )
  readonly #wakes = perExecution<ExecutionId, void>(
    (id) => id,
    async (ids) => {
      await work.wake(this.#database, ids, this.#clock.now())
      return []
    },
  )

  readonly #output = perExecution<outputs.OutputPart, void>(
    ({ executionId }) => executionId,
    async (parts) => {
      await outputs.append(this.#database, parts)
      return []
    },
  )

  /** Looks at an execution; undefined when the lease is not this worker's any more. */
  look(lease: work.Lease): Promise<work.Look | undefined> {
    return this.#looks.ask(lease)
  }

  /** Moves an execution by an event, if the table allows it. */
  move(wanted: executions.WantedMove): Promise<void> {
    return this.#moves.ask(wanted)
  }

  /** Moves components of one execution, each if the table allows it. */
  async moveComponents(wanted: ComponentMoves): Promise<void> {
    if (wanted.length > 0) await this.#componentMoves.ask(wanted)
  }

  /** Writes down that the program starts now, before the platform is asked. False when it may not start yet. */
  start(execution: Execution): Promise<boolean> {
    return this.#starts.ask(execution)
  }

  /** Notes the end of a program: what it computed with is free, and the execution goes on to releasing or has failed. */
  end(ended: EndedProgram): Promise<void> {
    return this.#ends.ask(ended)
  }

  /** Keeps a part of what the program wrote. */
  keepOutput(part: outputs.OutputPart): Promise<void> {
    return this.#output.ask(part)
  }

  /** Notes what the platform has back; gives the last phase of an execution that is closed by that. */
  giveBack(given: GivenBack): Promise<ExecutionPhase | undefined> {
    return this.#returns.ask(given)
  }

  /** Gives a lease back until an instant. */
  yieldLease(lease: work.GivenLease): Promise<void> {
    return this.#givenLeases.ask(lease)
  }

  /** Takes an execution out of the work. */
  remove(lease: work.Lease): Promise<void> {
    return this.#removals.ask(lease)
  }

  /** Asks for attention to an execution. */
  wake(id: ExecutionId): Promise<void> {
    return this.#wakes.ask(id)
  }

  async #startAll(tx: Transaction, starting: readonly Execution[]): Promise<boolean[]> {
    const ids = starting.map(({ id }) => id)
    // As they are now: a client may have changed what was promised, or cancelled, since the runner looked.
    const current = await executions.lock(tx, ids)
    const now = this.#clock.now()
    const startable = current.filter(({ phase }) => executionLifecycle.nextPhase(phase, 'start') !== undefined)
    const permits = await permitStarts(tx, this.#ledger, startable, now)
    const permitted = startable.flatMap((execution) => {
      const permit = permits.get(execution.id)
      return permit?.start ? [{ execution, permit }] : []
    })
    const notes = permitted.map(({ execution: { id }, permit: { endAt } }) => ({ id, endAt }))
    const moved = new Set((await executions.start(tx, notes, now)).map(({ id }) => id))
    const starts = permitted.filter(({ execution: { id } }) => moved.has(id))
    for (const { execution, permit } of starts)
      if (permit.shortened) await messages.add(tx, execution.id, undefined, startedLate(execution, permit, now))
    // Of one that cannot start any more the next look tells what there is to do.
    return ids.map((id) => permits.get(id)?.start ?? !startable.some((execution) => execution.id === id))
  }

  async #endAll(tx: Transaction, ended: readonly EndedProgram[]): Promise<void[]> {
    const now = this.#clock.now()
    const ends = ended.map(({ end, failed }) => ({ ...end, event: failed ? 'fail' : 'finish' }) as const)
    const moved = new Set((await executions.end(tx, ends, now)).map(({ id }) => id))
    const failures = ended.flatMap(({ execution: { id }, failed }) => (failed && moved.has(id) ? [failed] : []))
    for (const { component, reason } of failures)
      await messages.add(tx, component.executionId, component.position, reason)
    const failing = failures.map(({ component }) => moveOf(component, 'fail'))
    const releasing = ended.flatMap((one) =>
      moved.has(one.execution.id) ? one.releasing.map((component) => moveOf(component, 'release')) : [],
    )
    await components.move(tx, [...failing, ...releasing], now)
    // Last, because it locks the pool: nobody waits for longer than the commit.
    await bookings.removeResources(tx, setsOf(ended.map(({ execution }) => execution)), COMPUTE_RESOURCES)
    return []
  }

  async #giveBackAll(tx: Transaction, given: readonly GivenBack[]): Promise<(ExecutionPhase | undefined)[]> {
    const now = this.#clock.now()
    await components.move(
      tx,
      given.flatMap(({ moves }) => moves),
      now,
    )
    const closing = given.flatMap((one) => one.closing ?? [])
    if (closing.length === 0) return given.map(() => undefined)
    const noted = await executions.noteGivenBack(
      tx,
      closing.map(({ id }) => id),
      now,
    )
    // Last, because it locks the pool: nobody waits for longer than the commit.
    await bookings.remove(tx, setsOf(closing))
    const last = new Map(noted.map(({ id, toPhase }) => [id, toPhase]))
    return given.map((one) => one.closing && (last.get(one.id) ?? one.closing.phase))
  }
}

const moveOf = ({ executionId, position }: Component, event: ComponentEvent): components.WantedMove => ({
  ...{ executionId, position, event },
})

/** Work of which an execution is the key: no two of one execution are done at the same time. */
function perExecution<Item, Answer>(
  keyOf: (item: Item) => ExecutionId | undefined,
  work: DoTogether<Item, Answer>,
): Together<Item, Answer> {
  return new Together(work, { keyOf, atMost: AT_MOST })
}

const setsOf = (all: readonly Execution[]) => all.map(({ offerSetId }) => offerSetId)

function startedLate(
  { startAt }: Execution,
  { endAt }: Extract<StartPermit, { readonly start: true }>,
  now: number,
): Message {
  const seconds = Math.round((now - (startAt ?? now)) / 1000)
  const reason = `others need the pool afterwards, so it ends at ${formatInstant(endAt)}`
  return message('started-late', now, { seconds, reason })
}
