/**
 * Callers of `GET /metrics` who were known while the database answered, and are known by the same credentials while it
 * does not: who watches the broker has to be told that it is away.
 */
import { createHash } from 'node:crypto'
import type { Caller, Credentials } from '../identity/identity.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'

const CALLERS_MAX = 100

export class KnownCallers {
  readonly #known = new Map<string, Caller>()

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
      if (caller) this.#remember(key, caller)
      return caller
    } catch (error) {
      const known = this.#known.get(key)
      if (known && isDatabaseAway(error)) return known
      if (!isDatabaseAway(error)) this.#known.delete(key)
      throw error
    }
  }

  #remember(key: string, caller: Caller): void {
    this.#known.set(key, caller)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= CALLERS_MAX) return
      this.#known.delete(oldest)
    }
  }
}

/** A digest, so that no credentials are kept. */
const digestOf = (text: string) => createHash('sha256').update(text).digest('base64')
