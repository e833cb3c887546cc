/** A log in which a database that is away is told of once a minute, and not by everything that has to wait for it. */
import type { Clock } from './domain/clock.ts'
import type { Instant } from './domain/dates.ts'
import { isBrokerError } from './domain/errors.ts'
import type { Log } from './lifecycle/worker-context.ts'
import { isDatabaseAway } from './store/cannot-now.ts'

const EVERY_MS = 60_000

export class AwayLog {
  readonly #log: Log
  readonly #clock: Clock
  #saidAt: Instant | undefined
  #unsaid = 0

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  readonly log: Log = (level, text, details = {}) => {
    if (isDatabaseAway(details.error)) this.away(details.error)
    else this.#log(level, text, details)
  }

  /** Tells of an error that says that the database is away, or that a connection to it was lost. */
  readonly away = (error: unknown): void => {
    const now = this.#clock.now()
    if (this.#saidAt !== undefined && now - this.#saidAt < EVERY_MS) return void this.#unsaid++
    const reason = isBrokerError(error) ? error.forOperator : String(error)
    this.#log('warn', 'The database cannot be used now; what needs it waits.', { reason, unsaid: this.#unsaid })
    this.#saidAt = now
    this.#unsaid = 0
  }

  /** Tells that it can be used again, if it was said that it could not. */
  readonly back = (): void => {
    if (this.#saidAt === undefined) return
    this.#log('info', 'The database answers again.', { unsaid: this.#unsaid })
    this.#saidAt = undefined
    this.#unsaid = 0
  }
}
