/** A worker of its own: nothing is shared with another but the database and what is outside. */
import { randomUUID } from 'node:crypto'
import { Ledger } from '../../../src/booking/ledger.ts'
import { Turns, TurnsAt } from '../../../src/data/turns.ts'
import { BrokerError, isBrokerError } from '../../../src/domain/errors.ts'
import { EstimateBook } from '../../../src/lifecycle/estimate-book.ts'
import { JointWork } from '../../../src/lifecycle/joint-work.ts'
import { LifeLog } from '../../../src/lifecycle/life-log.ts'
import { Runner } from '../../../src/lifecycle/runner.ts'
import type { WorkerContext } from '../../../src/lifecycle/worker-context.ts'
import type { Database } from '../../../src/store/database.ts'
import type { Lease } from '../../../src/store/work.ts'
import { Outside } from './outside.ts'
import type { Place } from './place.ts'
import { spoolIn } from '../../support/spool.ts'

export class Worker {
  readonly name = randomUUID()
  readonly outside = new Outside()
  runner: Runner | undefined
  readonly #context: WorkerContext

  /** What goes wrong in a way that the broker does not expect is added to `bugs`. */
  constructor(database: Database, { clock, platform, source, sink, spoolDirectory }: Place, bugs: string[]) {
    const { outside } = this
    const ledger = new Ledger(clock)
    const own = outside.database(database)
    const [thePlatform, theSource, theSink] = [outside.platform(platform), outside.source(source), outside.sink(sink)]
    this.#context = {
      clock,
      ledger,
      database: own,
      worker: this.name,
      joint: new JointWork(own, ledger, clock, this.name),
      settings: {
        outputBytesMax: 1000,
        transferAttempts: 2,
        lowestRate: { bytesPerSecond: 0, overMs: 1 },
        keepUnsavedMs: 10_000,
        keepShare: 1,
      },
      patience: { platformMs: 600_000, attemptsMax: 5, attemptsInAll: 20 },
      log: (level, text, { error } = {}) => {
        const cause = error instanceof Error && error.cause instanceof BrokerError ? error.cause : error
        if (level === 'error' && !(cause instanceof BrokerError)) bugs.push(`${text} ${String(error)}`)
      },
      life: new LifeLog(database, () => undefined),
      source: () => theSource,
      sink: () => theSink,
      bearerFor: () => undefined,
      estimates: new EstimateBook(1e6),
      chance: () => 0.5,
      onEnd: () => undefined,
      spool: spoolIn(spoolDirectory),
      places: { staging: new Turns(8), saving: new Turns(8), outputs: new TurnsAt(8) },
      platform: () => thePlatform,
      foreign: new Set(),
    }
  }

  /** Runs an execution as long as it can; true when the worker is no more. */
  async work(lease: Lease): Promise<boolean> {
    this.runner = new Runner(this.#context, lease, () => undefined)
    // The engine lets the lease end when the database is away.
    const ran = this.runner.run().catch((error: unknown) => {
      if (!isBrokerError(error, 'UNAVAILABLE')) throw error
    })
    return Promise.race([ran.then(() => false), this.outside.gone.then(() => true)])
  }
}
