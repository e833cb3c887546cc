/**
 * Books what is asked for. Requests that come while others are being written are planned and written together next, so
 * that many clients share one commit.
 *
 * A batch is planned on what this process knows of the pools and written by one statement that does nothing if a pool
 * has changed since. Where that happens others are busy too: then the pools are locked first, as long as that goes on.
 */
import type { Clock } from '../domain/clock.ts'
import type { IdSource } from '../domain/ids.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { PoolId } from '../store/pools.ts'
import { acceptBooked } from './accept.ts'
import { BookingBatch, poolsOf, type Waiting, type Wish } from './booking-batch.ts'
import type { Ledger } from './ledger.ts'
import type { OfferedSet } from './offers.ts'

/** The most requests that are written together. */
const BATCH_MAX = 32

export class BookingQueue {
  readonly #database: Database
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #ids: IdSource
  readonly #waiting: Waiting[] = []
  #working = false
  /** Whether others had changed the pools when they were last locked. */
  #contended = false

  constructor(database: Database, ledger: Ledger, clock: Clock, ids: IdSource) {
    this.#database = database
    this.#ledger = ledger
    this.#clock = clock
    this.#ids = ids
  }

  /** Answers a request: books what it offers, and keeps the answer. A direct one is accepted too; it is given as it was before that. */
  book(wish: Wish): Promise<OfferedSet> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...wish, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  /** As `book`, alone and in a transaction that does more. */
  bookIn(tx: Transaction, wish: Wish): Promise<OfferedSet> {
    return new Promise((resolve, reject) => {
      const batch = new BookingBatch([{ ...wish, resolve, reject }])
      this.#writeLocked(tx, batch)
        // Whether it will be committed is not known here; the replicas read it from the log then.
        .finally(() => batch.withdraw())
        .then(() => batch.tell(), reject)
    })
  }

  /** Books until nobody waits. It does not fail: those who asked are told. */
  async #work(): Promise<void> {
    this.#working = true
    while (this.#waiting.length > 0) await this.#book(new BookingBatch(this.#waiting.splice(0, BATCH_MAX)))
    this.#working = false
  }

  /** Books a batch. What fails together is tried one by one, so that nobody suffers from a neighbour. */
  async #book(batch: BookingBatch): Promise<void> {
    try {
      const mustLock = this.#contended || batch.requests.some(({ direct }) => direct)
      if (mustLock || !(await this.#bookUnlocked(batch))) await this.#bookLocked(batch)
      batch.settle()
      batch.tell()
    } catch (error) {
      batch.withdraw()
      if (batch.requests.length === 1 || isDatabaseAway(error)) for (const { reject } of batch.requests) reject(error)
      else for (const one of batch.requests) await this.#book(new BookingBatch([one]))
    }
  }

  /** False when a pool had changed; then nothing was booked. */
  async #bookUnlocked(batch: BookingBatch): Promise<boolean> {
    const replicas = await this.#ledger.known(this.#database, batch.poolIds)
    batch.plan(replicas, this.#ids, this.#clock.now())
    const booked = await batch.write(this.#database)
    if (!booked) batch.withdraw()
    return booked
  }

  async #bookLocked(batch: BookingBatch): Promise<void> {
    await this.#database.transaction((tx) => this.#writeLocked(tx, batch, BATCH_MAX))
  }

  /** Locks the pools, takes in who came meanwhile, up to a number, plans and writes. */
  async #writeLocked(tx: Transaction, batch: BookingBatch, requestsMax = 1): Promise<void> {
    const poolIds = batch.poolIds
    const { replicas, foreign } = await this.#ledger.lock(tx, poolIds)
    this.#contended = foreign
    batch.requests.push(...this.#takeWithin(poolIds, requestsMax - batch.requests.length))
    batch.plan(replicas, this.#ids, this.#clock.now())
    if (!(await batch.write(tx))) throw new Error('a pool changed under its lock')
    await acceptBooked(tx, batch.direct, batch.plannedAt)
  }

  /** Those that came while the lock was waited for, in their order, as far as they need no other pool. */
  #takeWithin(poolIds: readonly PoolId[], max: number): Waiting[] {
    const end = this.#waiting.findIndex((waiting) => poolsOf([waiting]).some((poolId) => !poolIds.includes(poolId)))
    return this.#waiting.splice(0, Math.min(max, end < 0 ? this.#waiting.length : end))
  }
}
