/**
 * Callers of `GET /metrics` who were known while the database answered, and are known by the same credentials for a while
 * when it does not: who watches the broker has to be told that it is away.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { Caller, Credentials } from '../identity/identity.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'

const CALLERS_MAX = 100
/** The time for which a caller is believed to be who it was, in milliseconds: long enough for an alert. */
const BELIEVED_MS = 900_000

/** A caller, and the instant until which it is believed to be that. */
interface Known {
  readonly caller: Caller
  readonly untilAt: Instant
}

export class KnownCallers {
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The caller that `identify` finds; while the database is away, the one that it found last. Throws as `identify` does. */
  async identify(
    credentials: Credentials,
    identify: (credentials: Credentials) => Promise<Caller | undefined>,
  ): Promise<Caller | undefined> {
    const { authorization } = credentials.headers
    if (typeof authorization !== 'string') return identify(credentials)
    const key = digestOf(authorization)
    try {
      const caller = await identify(credentials)
      this.#known.delete(key)
      // A certificate is not in the header that a caller is known by.
      if (caller && caller.means !== 'certificate') this.#remember(key, caller)
      return caller
    } catch (error) {
      const known = this.#known.get(key)
      if (known && isDatabaseAway(error) && this.#clock.now() < known.untilAt) return known.caller
      if (!isDatabaseAway(error)) this.#known.delete(key)
      throw error
    }
  }

  #remember(key: string, caller: Caller): void {
    this.#known.set(key, { caller, untilAt: this.#clock.now() + BELIEVED_MS })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= CALLERS_MAX) return
      this.#known.delete(oldest)
    }
  }
}

/** A digest, so that no credentials are kept. */
const digestOf = (text: string) => createHash('sha256').update(text).digest('base64')
