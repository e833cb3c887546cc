/**
 * Acting for callers at other services: the data of a request are fetched, and results are saved, with a token of the
 * caller for the audience of that service alone, made at the moment of use (RFC 8693).
 *
 * While the caller is there, the token of the request is exchanged. What has to be done later is done with a refresh
 * token that was given for it; it is kept with the offer set, encrypted, until nothing of the set is left to do. None of
 * these tokens is ever in a log, an answer, or a container.
 */
import type { Bearer } from '../data/bearer.ts'
import type { HostPattern } from '../data/hosts.ts'
import { covers, isLoopback } from '../data/hosts.ts'
import type { Clock } from '../domain/clock.ts'
import { BrokerError } from '../domain/errors.ts'
import type { OfferSetId } from '../domain/ids.ts'
import { RecentMap } from '../domain/recent-map.ts'
import type { Caller } from '../identity/identity.ts'
import type { TokenSeal } from './token-seal.ts'

/** A service at which callers are acted for. */
export interface Service {
  readonly hosts: readonly HostPattern[]
  /** What the issuer knows it by. */
  readonly audience: string
}

/** What is given for a refresh token. */
export interface RefreshedToken {
  readonly token: string
  readonly lifetimeMs: number
  /** The refresh token that takes the place of the one that was used. */
  readonly next?: string
}

/** An issuer that lets its users be acted for. All throw UNAVAILABLE when it gives nothing. */
export interface DelegatingIssuer {
  /** Exactly as its tokens have it in `iss`. */
  readonly name: string
  readonly services: readonly Service[]
  /** A token for an audience, for a token of somebody. */
  readonly exchange: (audience: string, token: string) => Promise<string>
  /** A refresh token for a token of somebody. */
  readonly delegate: (token: string) => Promise<string>
  /** A token of somebody for a refresh token. */
  readonly refresh: (refreshToken: string) => Promise<RefreshedToken>
}

/** Where what is kept lies. */
export interface DelegationStore {
  find(offerSetId: OfferSetId): Promise<string | undefined>
  /** Keeps another one, unless somebody else has done so. */
  replace(offerSetId: OfferSetId, before: string, after: string): Promise<void>
}

export interface DelegationOptions {
  readonly issuers: readonly DelegatingIssuer[]
  readonly seal: TokenSeal
  readonly store: DelegationStore
  readonly clock: Clock
}

/** Whose work it is. */
export interface Delegated {
  readonly offerSetId: OfferSetId
  readonly owner: string
}

/** What is kept, once it is open. */
interface Kept {
  readonly issuer: string
  readonly token: string
}

const EARLY_MS = 30_000
const REFRESHED_MAX = 10_000

export class Delegations {
  readonly #options: DelegationOptions
  /** The tokens that were given for refresh tokens, and until when they are used. */
  readonly #refreshed = new RecentMap<OfferSetId, Promise<{ readonly token: string; readonly until: number }>>(
    REFRESHED_MAX,
  )

  constructor(options: DelegationOptions) {
    this.#options = options
  }

  /** How a caller who is there is acted for at a location; undefined where nobody is. */
  forCaller({ bearer }: Caller, location: URL): Bearer | undefined {
    const known = this.#options.issuers.find(({ name }) => name === bearer?.issuer)
    if (!bearer || !known) return undefined
    const audience = audienceOf(known, location)
    if (audience === undefined) return undefined
    return () => dataFailure(location, () => known.exchange(audience, bearer.token))
  }

  /**
   * What is to be kept for acting for a caller at these locations later; undefined where that is not needed. Throws
   * UNAVAILABLE when the issuer gives nothing for it.
   */
  async keep(caller: Caller, locations: readonly URL[]): Promise<string | undefined> {
    const { bearer, owner } = caller
    if (!bearer || !locations.some((location) => this.forCaller(caller, location))) return undefined
    const known = this.#issuerOf(bearer.issuer)
    const kept: Kept = { issuer: bearer.issuer, token: await known.delegate(bearer.token) }
    return this.#options.seal.seal(JSON.stringify(kept), owner)
  }

  /** How the owner of an offer set is acted for at a location; undefined where nobody is. */
  forOwner(delegated: Delegated, location: URL): Bearer | undefined {
    if (!this.#options.issuers.some((known) => audienceOf(known, location) !== undefined)) return undefined
    return () => dataFailure(location, () => this.#tokenFor(delegated, location))
  }

  async #tokenFor(delegated: Delegated, location: URL): Promise<string | undefined> {
    const kept = await this.#kept(delegated)
    if (!kept) return undefined
    const known = this.#issuerOf(kept.issuer)
    const audience = audienceOf(known, location)
    if (audience === undefined) return undefined
    return known.exchange(audience, await this.#current(delegated, known, kept))
  }

  /** A token of the owner that is good now. Those who ask at the same moment ask once. */
  async #current(
    delegated: Delegated,
    issuer: DelegatingIssuer,
    kept: Kept & { readonly sealed: string },
  ): Promise<string> {
    const { clock } = this.#options
    const recent = this.#refreshed.get(delegated.offerSetId)
    const known = await recent?.catch(() => undefined)
    if (known && clock.now() < known.until) return known.token
    const latest = this.#refreshed.get(delegated.offerSetId)
    if (latest && latest !== recent) return (await latest).token
    const refreshing = issuer.refresh(kept.token).then(async (refreshed) => {
      await this.#keepNext(delegated, kept, refreshed)
      return { token: refreshed.token, until: clock.now() + refreshed.lifetimeMs - EARLY_MS }
    })
    this.#refreshed.set(delegated.offerSetId, refreshing)
    return (await refreshing).token
  }

  /** Many issuers take a refresh token once only, and give the next one with the answer. */
  async #keepNext(
    { offerSetId, owner }: Delegated,
    { issuer, sealed }: Kept & { readonly sealed: string },
    { next }: RefreshedToken,
  ): Promise<void> {
    if (next === undefined) return
    const { seal, store } = this.#options
    await store.replace(offerSetId, sealed, seal.seal(JSON.stringify({ issuer, token: next } satisfies Kept), owner))
  }

  async #kept({ offerSetId, owner }: Delegated): Promise<(Kept & { readonly sealed: string }) | undefined> {
    const { seal, store } = this.#options
    const sealed = await store.find(offerSetId)
    if (!sealed) return undefined
    const text = seal.open(sealed, owner)
    if (text === undefined)
      throw new BrokerError(
        'DATA_UNAVAILABLE',
        'what was kept for acting for its owner cannot be opened with the keys of this site',
      )
    return { ...(JSON.parse(text) as Kept), sealed }
  }

  #issuerOf(name: string): DelegatingIssuer {
    const known = this.#options.issuers.find((issuer) => issuer.name === name)
    if (known) return known
    throw new BrokerError(
      'DATA_UNAVAILABLE',
      `its owner came with a token of ${name}, which is not configured here any more`,
    )
  }
}

/** The audience at a location. A token goes over no wire that others can listen to. */
function audienceOf({ services }: DelegatingIssuer, { protocol, hostname }: URL): string | undefined {
  if (protocol !== 'https:' && !isLoopback(hostname)) return undefined
  return services.find(({ hosts }) => hosts.some((pattern) => covers(pattern, hostname)))?.audience
}

/** What an issuer that is away means to those who move data: it passes. */
async function dataFailure<Result>({ host }: URL, get: () => Promise<Result>): Promise<Result> {
  try {
    return await get()
  } catch (cause) {
    if (!(cause instanceof BrokerError) || cause.code !== 'UNAVAILABLE') throw cause
    throw new BrokerError('DATA_INTERRUPTED', `no token for ${host} can be had now`, { cause })
  }
}
