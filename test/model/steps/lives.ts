/** The lives of executions: workers that take their leases and run them, whatever happens to a worker, until all is given back. */
import { BookingQueue } from '../../../src/booking/booking-queue.ts'
import { prepareEarly } from '../../../src/booking/early-preparations.ts'
import { startEarly } from '../../../src/booking/early-starts.ts'
import { Ledger } from '../../../src/booking/ledger.ts'
import {
  executionLifecycle,
  type ExecutionEvent,
  type ExecutionPhase,
} from '../../../src/domain/execution-lifecycle.ts'
import type { ExecutionRequest } from '../../../src/domain/execution-request.ts'
import { idSource } from '../../../src/domain/ids.ts'
import { compareRunning, removeLeftovers } from '../../../src/lifecycle/observer.ts'
import * as bookings from '../../../src/store/bookings.ts'
import * as components from '../../../src/store/components.ts'
import type { Database } from '../../../src/store/database.ts'
import * as executions from '../../../src/store/executions.ts'
import * as messages from '../../../src/store/messages.ts'
import * as outputs from '../../../src/store/outputs.ts'
import * as pools from '../../../src/store/pools.ts'
import * as work from '../../../src/store/work.ts'
import { wish } from '../../support/wishes.ts'
import type { Fault, Powers } from './faults.ts'
import type { Point } from './outside.ts'
import type { Place } from './place.ts'
import { requestOf, type Story } from './stories.ts'
import { Worker } from './worker.ts'

const AMOUNTS = { cores: 4, memory: 16, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }
const LEASE_MS = 60_000
/** How long a life may take, in turns and in seconds at which nothing is to be done. */
const TURNS_MAX = 200

/** What is left of a life. */
export interface Life {
  readonly phase: ExecutionPhase
  /** All that a client can see of what became of it, but for passing troubles. */
  readonly seen: Readonly<Record<string, unknown>>
  /** What must not be. */
  readonly faults: readonly string[]
  readonly points: readonly Point[]
  /** Whether a client cancelled it before it ended. */
  readonly cancelled: boolean
  readonly reachedFault: boolean
}

/** What is said while something goes wrong, and is no part of what became of it. */
const PASSING = ['data-progress', 'platform-unavailable', 'cannot-release', 'results-kept', 'started-late']

/** Lets an execution live through a story at a place of its own, with one thing that happens at one point. */
export async function live(
  database: Database,
  story: Story,
  place: Place,
  happening?: { readonly at: Point; readonly fault: Fault },
): Promise<Life> {
  try {
    return await new Living(database, story, place).live(happening)
  } finally {
    await place.close()
  }
}

class Living {
  readonly #database: Database
  readonly #story: Story
  readonly #place: Place
  readonly #bugs: string[] = []
  #execution: executions.Execution | undefined
  #hasAsked = false
  #cancelled = false
  #workerEnded = false

  constructor(database: Database, story: Story, place: Place) {
    this.#database = database
    this.#story = story
    this.#place = place
  }

  async live(happening?: { readonly at: Point; readonly fault: Fault }): Promise<Life> {
    this.#execution = await this.#book()
    const first = new Worker(this.#database, this.#place, this.#bugs)
    let reachedFault = false
    if (happening) {
      const happens = happening.fault.happens(this.#powersOver(first))
      first.outside.at(happening.at.name, (call, point) => {
        reachedFault = true
        return happens(call, point)
      })
    }
    await this.#liveOn(first)
    if (happening?.fault.isLate) await removeLeftovers(this.#database, this.#place.platform)
    return { ...(await this.#look()), points: first.outside.points, cancelled: this.#cancelled, reachedFault }
  }

  async #book(): Promise<executions.Execution> {
    const { clock, platform, executable } = this.#place
    const poolId = await pools.keep(this.#database, platform.name, 'default', AMOUNTS, clock.now())
    const ids = idSource(() => clock.now())
    const { durationMs, ...asked } = requestOf(this.#story, executable(this.#story))
    const { earlyByMs: decideMs = 0 } = this.#story
    const limits = { ...LIMITS, decideMs }
    const wanted = wish({
      ...{ pools: [{ poolId, capacity: AMOUNTS }], cores: asked.compute.cores, durationMs, limits },
      direct: true,
    })
    const none = { prepareMs: 0, releaseMs: 0 }
    const candidates = wanted.asked.candidates.map((candidate) => ({
      ...candidate,
      platform: platform.name,
      survey: { ...candidate.survey, storage: asked.storage.map(() => none), data: asked.data.map(() => none) },
    }))
    const request = { ...(wanted.asked.request as ExecutionRequest), ...asked }
    const ledger = new Ledger(clock)
    const queue = new BookingQueue(this.#database, ledger, clock, ids)
    const { offers } = await queue.book({ ...wanted, asked: { ...wanted.asked, candidates, request } })
    if (decideMs > 0 && (await prepareEarly(this.#database, ledger, poolId, clock)) !== 1)
      this.#bugs.push('it was not prepared early')
    return offers[0] as executions.Execution
  }

  /** Starts early what is ready and waits; false where that is not the case. */
  async #startsEarly({ id, phase, startAt = 0, plan }: executions.Execution): Promise<boolean> {
    const { clock } = this.#place
    if (phase !== 'PREPARING' || startAt <= clock.now()) return false
    const parts = await components.list(this.#database, [id])
    if (parts.some((part) => part.phase !== 'AVAILABLE')) return false
    const started = await startEarly(this.#database, new Ledger(clock), plan.poolId as pools.PoolId, clock)
    if (started.length === 0) this.#bugs.push('it is ready and was not started early')
    return started.length > 0
  }

  #powersOver(worker: Worker): Powers {
    const { clock } = this.#place
    return {
      endWorker: () => {
        this.#workerEnded = true
        worker.outside.end()
      },
      another: async () => {
        clock.advance(LEASE_MS + 1)
        await this.#liveOn(new Worker(this.#database, this.#place, this.#bugs))
      },
      loseLease: () => {
        clock.advance(LEASE_MS + 1)
        worker.runner?.lose()
      },
      cancel: async () => {
        this.#cancelled = await this.#ask('cancel')
        worker.runner?.poke()
      },
    }
  }

  /** A client asks for something; false when that was not possible any more. */
  async #ask(event: ExecutionEvent): Promise<boolean> {
    const { clock } = this.#place
    const { id } = this.#execution as executions.Execution
    return this.#database.transaction(async (tx) => {
      const moved = await executions.move(tx, [id], event, clock.now())
      if (moved.length > 0) await work.wake(tx, [id], clock.now(), 'release')
      return moved.length > 0
    })
  }

  /** Works as a broker does, with another worker when one is no more, until everything is done. */
  async #liveOn(worker: Worker): Promise<void> {
    const { clock, platform } = this.#place
    const database = this.#database
    const { id } = this.#execution as executions.Execution
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const current = await executions.find(database, id)
      if (current?.givenBackAt !== undefined && (await work.nextDue(database, [])) === undefined) return
      await compareRunning(database, platform, clock, 0)
      const [lease] = await work.claim(database, worker.name, clock.now(), clock.now() + LEASE_MS, {
        ...{ fetches: 10, concurrency: 10 },
        ...{ left: [], spareFetches: 0, spare: 0, busy: [] },
      })
      if (lease) {
        const isGone = await worker.work(lease)
        if (isGone) worker = new Worker(database, this.#place, this.#bugs)
        continue
      }
      const { whenRunning, earlyByMs } = this.#story
      if (earlyByMs !== undefined && current && (await this.#startsEarly(current))) continue
      if (current?.phase === 'AVAILABLE' && whenRunning && !this.#hasAsked) {
        this.#hasAsked = true
        await this.#ask(whenRunning)
      } else await this.#place.pass(id)
    }
    throw new Error(`the execution has no end: ${JSON.stringify(await executions.find(database, id))}`)
  }

  async #look(): Promise<Pick<Life, 'phase' | 'seen' | 'faults'>> {
    const database = this.#database
    const { id, offerSetId } = this.#execution as executions.Execution
    const { phase, exitCode } = (await executions.find(database, id)) as executions.Execution
    const parts = await components.list(database, [id])
    const said = await messages.list(database, [id])
    const held = await bookings.listOf(database, offerSetId)
    const owned = await this.#place.platform.owned()
    const seen = {
      phase,
      exitCode,
      parts: parts.map(({ position, family, phase: now, detail: { keptUntil: _, ...detail } }) => ({
        ...{ position, family, phase: now, detail },
      })),
      said: said
        .filter(({ name }) => !PASSING.includes(name))
        .map(({ name, position }) => `${position ?? ''} ${name}`)
        .sort(),
      output: await outputs.length(database, id, 'stdout'),
      saved: Object.fromEntries(this.#place.saved),
    }
    const wrong: readonly [boolean, string][] = [
      [owned.length > 0, `the platform still has ${JSON.stringify(owned)}`],
      [held.length > 0, `the ledger still holds ${JSON.stringify(held)}`],
      [this.#place.files().length > 0 && !this.#workerEnded, `there are still files: ${this.#place.files().join()}`],
      [this.#place.starts > 1, `the program was started ${this.#place.starts} times`],
      [parts.some((part) => part.givenBackAt === undefined), 'a component is not given back'],
      [phase === 'FAILED' && !said.some(({ level }) => level === 'ERROR'), 'it failed without a reason'],
      ...(await executions.history(database, [id])).map(({ fromPhase, event, toPhase }): [boolean, string] => [
        executionLifecycle.nextPhase(fromPhase, event) !== toPhase,
        `${fromPhase} became ${toPhase} by ${event}`,
      ]),
    ]
    const faults = wrong.filter(([is]) => is).map(([, what]) => what)
    return { phase, seen, faults: [...faults, ...this.#bugs] }
  }
}
