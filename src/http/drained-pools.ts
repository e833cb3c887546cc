/** The pools in which nothing new is offered. Whoever drains one is heard by every process within a second. */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { Database } from '../store/database.ts'
import * as pools from '../store/pools.ts'

/** How long what was read is believed, in milliseconds: one look a second costs nothing, one for each request would. */
const BELIEVED_MS = 1_000

export class DrainedPools {
  readonly #database: Database
  readonly #clock: Clock
  #known: { readonly pools: Promise<ReadonlyMap<pools.PoolId, pools.Drain>>; readonly until: Instant } | undefined

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** The drained pools. */
  async now(): Promise<ReadonlyMap<pools.PoolId, pools.Drain>> {
    const now = this.#clock.now()
    if (!this.#known || now >= this.#known.until)
      this.#known = { pools: pools.drained(this.#database), until: now + BELIEVED_MS }
    try {
      return await this.#known.pools
    } catch (error) {
      this.forget()
      throw error
    }
  }

  /** Reads anew the next time, because this process has changed something. */
  forget(): void {
    this.#known = undefined
  }
}
