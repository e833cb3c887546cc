/**
 * One OpenID provider: its metadata and its keys, asked for when they are needed and kept.
 *
 * See OpenID Connect Discovery 1.0 (section 4) for the metadata. The keys are kept by jose, which asks anew for a key that
 * it does not know, at most once in a while.
 */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'

/** The client that the broker is to an issuer. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** What a site configures of an issuer. */
export interface IssuerConfig {
  /** Exactly as the tokens have it in `iss`. */
  readonly issuer: string
  /** The audiences of which a token has to name one. */
  readonly audience: readonly string[]
  /** The signature algorithms that are believed. */
  readonly algorithms: readonly string[]
  readonly usernameClaim: string
  readonly groupsClaim: string
  /** The groups whose members are operators and administrators. */
  readonly operatorGroups: readonly string[]
  readonly adminGroups: readonly string[]
  /** How opaque tokens are asked about; undefined when they are not accepted. */
  readonly introspection: ClientCredentials | undefined
  /** As which client tokens are exchanged for those that other services accept; undefined when they are not. */
  readonly exchange: ClientCredentials | undefined
}

/** A token that was given for another one. */
export interface ExchangedToken {
  readonly token: string
  /** 0 when the issuer does not say. */
  readonly lifetimeMs: number
}

/** A token that was given for a refresh token. */
export interface RefreshedToken extends ExchangedToken {
  /** The refresh token that takes the place of the one that was used. */
  readonly next?: string
}

/** What is used of the metadata. */
interface Metadata {
  readonly issuer: string
  readonly jwks_uri: string
  readonly introspection_endpoint?: string
  readonly token_endpoint?: string
}

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:'
const ANSWER_WITHIN_MS = 5_000
const METADATA_BYTES_MAX = 1_048_576
/** The longest token that is kept, in characters: servers take no longer headers. */
const TOKEN_MAX = 16_384
const NAME_SHOWN_MAX = 200
/** How long the metadata are used before they are asked for again, and how long a failure is believed. */
const METADATA_MS = 3_600_000
const FAILURE_MS = 10_000
const KEYS_MS = 600_000
const KEYS_COOL_DOWN_MS = 10_000

export class Issuer {
  readonly config: IssuerConfig
  readonly #clock: Clock
  readonly #keysCoolDownMs: number
  #metadata: { readonly asked: Promise<Metadata>; readonly staleAt: Instant } | undefined
  #failure: { readonly error: BrokerError; readonly until: Instant } | undefined
  #keys: { readonly from: string; readonly get: JWTVerifyGetKey } | undefined

  /** `keysCoolDownMs` is how long its keys are not asked for again, whatever key a token names. */
  constructor(config: IssuerConfig, clock: Clock, keysCoolDownMs = KEYS_COOL_DOWN_MS) {
    this.config = config
    this.#clock = clock
    this.#keysCoolDownMs = keysCoolDownMs
  }

  /** The keys that its tokens are signed with. Throws UNAVAILABLE when it does not answer. */
  async keys(): Promise<JWTVerifyGetKey> {
    const { jwks_uri: from } = await this.#theMetadata()
    if (this.#keys?.from !== from) {
      const get = createRemoteJWKSet(this.#endpoint(from), {
        timeoutDuration: ANSWER_WITHIN_MS,
        cacheMaxAge: KEYS_MS,
        cooldownDuration: this.#keysCoolDownMs,
        [customFetch]: this.#fetchKeys,
      })
      this.#keys = { from, get }
    }
    return this.#keys.get
  }

  /** Reads of an answer as much as keys are long; jose would read whatever comes. */
  readonly #fetchKeys: FetchImplementation = async (url, init) => {
    try {
      const response = await fetch(url, init)
      if (!response.ok) throw new Error(`it answered ${response.status}`)
      return new Response(await textOf(response))
    } catch (cause) {
      throw this.#unavailable('its keys cannot be fetched', cause)
    }
  }

  /** Asks what is known of a token (RFC 7662). Throws UNAVAILABLE when it does not answer. */
  async introspect(token: string): Promise<Readonly<Record<string, unknown>>> {
    const { introspection } = this.config
    const { introspection_endpoint: endpoint } = await this.#theMetadata()
    if (!introspection || !endpoint) throw this.#unavailable('it tells nothing about tokens', undefined)
    return this.#askAs(introspection, endpoint, { token })
  }

  /**
   * Exchanges a token of somebody for one that another service accepts, by its audience (RFC 8693, section 2). Throws
   * UNAVAILABLE when the issuer does not give one.
   */
  async exchange(token: string, audience: string): Promise<ExchangedToken> {
    return this.#bearer(await this.#grant({ ...tokenExchange(token, 'access_token'), audience }))
  }

  /**
   * Exchanges a token of somebody for a refresh token (RFC 8693, section 2.1: `requested_token_type`), for what is done
   * after the token is over. Throws UNAVAILABLE when the issuer does not give one.
   */
  async delegate(token: string): Promise<string> {
    const answer = await this.#grant(tokenExchange(token, 'refresh_token'))
    // RFC 8693 has it where access tokens are (section 2.2.1); some give it beside one.
    const isIt = answer.issued_token_type === `${TOKEN_TYPE}refresh_token`
    const given = answer.refresh_token ?? (isIt ? answer.access_token : undefined)
    if (typeof given === 'string' && given !== '' && given.length <= TOKEN_MAX) return given
    throw this.#unavailable('it gave no refresh token for a token', undefined)
  }

  /** A token for a refresh token (RFC 6749, section 6). Throws UNAVAILABLE when the issuer does not give one. */
  async refresh(refreshToken: string): Promise<RefreshedToken> {
    const answer = await this.#grant({ grant_type: 'refresh_token', refresh_token: refreshToken })
    const { refresh_token: next } = answer
    return { ...this.#bearer(answer), ...(typeof next === 'string' && next !== '' ? { next } : {}) }
  }

  async #grant(parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
    const { exchange } = this.config
    const { token_endpoint: endpoint } = await this.#theMetadata()
    if (!exchange || !endpoint) throw this.#unavailable('it exchanges no tokens', undefined)
    return this.#askAs(exchange, endpoint, parameters)
  }

  #bearer({
    access_token: token,
    token_type: type,
    expires_in: seconds,
  }: Readonly<Record<string, unknown>>): ExchangedToken {
    // What could break out of a header is no token; one that is bound to a key is of no use here.
    const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer'
    if (typeof token !== 'string' || token.length > TOKEN_MAX || !/^[\x21-\x7e]+$/.test(token) || !isBearer)
      throw this.#unavailable('what it gave for a token is no bearer token', undefined)
    return { token, lifetimeMs: typeof seconds === 'number' ? seconds * 1_000 : 0 }
  }

  #askAs(
    { clientId, clientSecret }: ClientCredentials,
    endpoint: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
    return this.#ask(this.#endpoint(endpoint), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams(parameters),
    })
  }

  /** Of several that ask at once one asks the issuer; after a failure nobody does for a while. */
  async #theMetadata(): Promise<Metadata> {
    const now = this.#clock.now()
    if (this.#failure && now < this.#failure.until) throw this.#failure.error
    if (!this.#metadata || now >= this.#metadata.staleAt)
      this.#metadata = { asked: this.#discover(), staleAt: now + METADATA_MS }
    try {
      return await this.#metadata.asked
    } catch (error) {
      this.#metadata = undefined
      if (error instanceof BrokerError) this.#failure = { error, until: this.#clock.now() + FAILURE_MS }
      throw error
    }
  }

  async #discover(): Promise<Metadata> {
    const { issuer } = this.config
    const found = await this.#ask(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`), {})
    const { issuer: named, jwks_uri: keys, introspection_endpoint: endpoint, token_endpoint: tokens } = found
    // Section 4.3: otherwise one issuer could speak for another.
    if (named !== issuer) throw this.#unavailable(`it calls itself ${shown(named)}`, undefined)
    if (typeof keys !== 'string') throw this.#unavailable('it does not say where its keys are', undefined)
    return {
      issuer,
      jwks_uri: keys,
      ...(typeof endpoint === 'string' ? { introspection_endpoint: endpoint } : {}),
      ...(typeof tokens === 'string' ? { token_endpoint: tokens } : {}),
    }
  }

  /** An endpoint of its metadata, which has to be as safe as the issuer itself. */
  #endpoint(text: string): URL {
    const { issuer } = this.config
    if (!URL.canParse(text)) throw this.#unavailable('an endpoint in its metadata is not a URL', undefined)
    const url = new URL(text)
    if (url.protocol !== 'https:' && url.protocol !== new URL(issuer).protocol)
      throw this.#unavailable('an endpoint in its metadata is not https', undefined)
    return url
  }

  async #ask(url: URL, init: RequestInit): Promise<Readonly<Record<string, unknown>>> {
    try {
      const response = await fetch(url, {
        ...init,
        headers: { accept: 'application/json', ...init.headers },
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
      if (!response.ok) throw new Error(`it answered ${response.status}`)
      const body: unknown = JSON.parse(await textOf(response))
      if (typeof body !== 'object' || body === null) throw new Error('it answered with something else than an object')
      return body as Record<string, unknown>
    } catch (cause) {
      throw this.#unavailable('it does not answer as it should', cause)
    }
  }

  #unavailable(reason: string, cause: unknown): BrokerError {
    return new BrokerError(
      'UNAVAILABLE',
      `Tokens of ${this.config.issuer} cannot be checked now: ${reason}; try again later.`,
      { cause },
    )
  }
}

/** The parameters that ask for a token of a type in the place of an access token. */
function tokenExchange(token: string, requested: 'access_token' | 'refresh_token') {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: `${TOKEN_TYPE}access_token`,
    requested_token_type: TOKEN_TYPE + requested,
  }
}

/** A name in a message: whatever it is, the message stays a sentence. */
function shown(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, NAME_SHOWN_MAX)) : 'by no name'
}

/** The text of an answer that is not longer than such an answer is. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array
    bytes += part.length
    if (bytes > METADATA_BYTES_MAX) throw new Error('the answer is too long')
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}
