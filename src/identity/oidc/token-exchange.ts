/**
 * Tokens for other services in the name of a caller: each is made when it is needed, for the audience of that service
 * alone, and forgotten when it is over. They are in memory only, and never in an answer, a log or a container.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import type { ExchangedToken, Issuer } from './issuer.ts'

/** A token is not used any more when it is over in so many milliseconds: it has to get there. */
const EARLY_MS = 30_000
const KEPT_MAX = 1_000

interface Kept {
  readonly asked: Promise<ExchangedToken>
  readonly at: Instant
}

export class TokenExchange {
  readonly #issuer: Pick<Issuer, 'exchange'>
  readonly #clock: Clock
  readonly #kept = new RecentMap<string, Kept>(KEPT_MAX)

  constructor(issuer: Pick<Issuer, 'exchange'>, clock: Clock) {
    this.#issuer = issuer
    this.#clock = clock
  }

  /** A token for an audience in the name of the holder of another one. Throws UNAVAILABLE when the issuer gives none. */
  async tokenFor(audience: string, token: string): Promise<string> {
    const key = `${createHash('sha256').update(token).digest('base64')} ${audience}`
    const kept = this.#kept.get(key)
    const known = await kept?.asked.catch(() => undefined)
    if (kept && known && this.#clock.now() < kept.at + known.lifetimeMs - EARLY_MS) return known.token
    // Whoever asked meanwhile has asked for us too.
    const latest = this.#kept.get(key)
    if (latest && latest !== kept) return (await latest.asked).token
    const asked = this.#issuer.exchange(token, audience)
    this.#kept.set(key, { asked, at: this.#clock.now() })
    return (await asked).token
  }
}
