/**
 * Bearer tokens of OpenID providers: JWTs whose signature is checked here (RFC 9068, RFC 8725), and opaque ones that
 * their issuer is asked about (RFC 7662).
 */
import { createHash } from 'node:crypto'
import { decodeJwt, errors, jwtVerify } from 'jose'
import type { Account } from '../../domain/account.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import { TOKEN_PREFIX } from '../access-token.ts'
import { authorization, type Caller, type Credentials, type IdentitySource } from '../identity.ts'
import { rolesOf, subjectOf, type Claims, type Subject } from './claims.ts'
import type { Issuer } from './issuer.ts'
import { LEEWAY_SECONDS, noBearerToken } from './token-use.ts'

export interface OidcIdentityOptions {
  /** The groups that a service tells of the holder of a token. Throws UNAVAILABLE; undefined where none is asked. */
  readonly groupsOf?: (issuer: string, token: string) => Promise<readonly string[]>
  readonly clock: Clock
  readonly realm: string
  readonly issuers: readonly Issuer[]
  /** The account of somebody whom an issuer vouches for; it is made at the first visit. */
  readonly provision: (issuer: string, subject: Subject, now: Instant) => Promise<Account>
}

/** How long what an issuer said of an opaque token is believed, at most, in milliseconds. */
const INTROSPECTED_MS = 60_000
const INTROSPECTED_MAX = 10_000
const TOKEN_LENGTH_MAX = 8_192
/** What an access token is, where it says so (RFC 9068, section 2.1; older issuers say JWT or nothing). */
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt']

interface Introspected {
  readonly issuer: Issuer
  readonly claims: Claims
  readonly until: Instant
}

export class OidcIdentity implements IdentitySource {
  readonly challenges: readonly string[]
  readonly #options: OidcIdentityOptions
  readonly #introspected = new Map<string, Introspected>()

  constructor(options: OidcIdentityOptions) {
    this.#options = options
    this.challenges = [`Bearer realm="${options.realm}"`]
  }

  async identify(credentials: Credentials): Promise<Caller | undefined> {
    const token = authorization(credentials, 'Bearer')
    if (token === undefined || token.startsWith(TOKEN_PREFIX)) return undefined
    if (token.length > TOKEN_LENGTH_MAX) throw refused('it is too long')
    const isJwt = token.split('.').length === 3
    return isJwt ? this.#identifyJwt(token) : this.#identifyOpaque(token)
  }

  async #identifyJwt(token: string): Promise<Caller> {
    const issuer = this.#issuerOf(token)
    const { algorithms, audience } = issuer.config
    const keys = await issuer.keys()
    const verifying = jwtVerify(token, keys, {
      issuer: issuer.config.issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(this.#options.clock.now()),
      requiredClaims: ['sub', 'exp'],
    })
    const { payload, protectedHeader } = await verifying.catch((error: unknown) => {
      throw explained(error, issuer)
    })
    const type = protectedHeader.typ?.toLowerCase()
    if (type !== undefined && !TYPES.includes(type)) throw refused(`its type is ${type}`)
    const reason = noBearerToken(payload, this.#options.clock.now())
    if (reason) throw refused(reason)
    return this.#caller(issuer, payload, 'oidc', token)
  }

  /** The issuer that a token names, before anything in it is believed. */
  #issuerOf(token: string): Issuer {
    let named: string | undefined
    try {
      named = decodeJwt(token).iss
    } catch (cause) {
      throw refused('it is no JWT', cause)
    }
    const issuer = this.#options.issuers.find(({ config }) => config.issuer === named)
    if (!issuer) throw refused('its issuer is not one that is known here')
    return issuer
  }

  async #identifyOpaque(token: string): Promise<Caller> {
    const { issuer, claims } = await this.#introspect(token)
    if (claims.active !== true) throw refused('its issuer says that it is not active')
    // A token that a program got for itself has no subject but the program (RFC 9068, section 2.2, says so for JWTs).
    return this.#caller(issuer, { sub: claims.client_id, ...claims }, 'introspection', token)
  }

  /** Asks the issuers that know opaque tokens, until one says that it is its own. */
  async #introspect(token: string): Promise<Introspected> {
    const now = this.#options.clock.now()
    const key = createHash('sha256').update(token).digest('base64')
    const known = this.#introspected.get(key)
    if (known && now < known.until) return known
    const asking = this.#options.issuers.filter(({ config }) => config.introspection)
    if (asking.length === 0) throw refused('opaque tokens are not accepted here')
    let answer: Introspected | undefined
    for (const issuer of asking) {
      const claims = await issuer.introspect(token)
      const expiresAt = typeof claims.exp === 'number' ? claims.exp * 1_000 : Number.POSITIVE_INFINITY
      const good = claims.active === true && isFor(claims, issuer) && expiresAt > now && !noBearerToken(claims, now)
      answer = { issuer, claims: { ...claims, active: good }, until: Math.min(expiresAt, now + INTROSPECTED_MS) }
      if (good) break
    }
    this.#remember(key, answer as Introspected)
    return answer as Introspected
  }

  #remember(key: string, answer: Introspected): void {
    this.#introspected.delete(key)
    this.#introspected.set(key, answer)
    const oldest = this.#introspected.size > INTROSPECTED_MAX ? this.#introspected.keys().next().value : undefined
    if (oldest !== undefined) this.#introspected.delete(oldest)
  }

  async #caller(issuer: Issuer, claims: Claims, means: Caller['means'], token: string): Promise<Caller> {
    const subject = subjectOf(claims, issuer.config)
    if (!subject) throw refused('it does not say whom it speaks of')
    const account = await this.#options.provision(issuer.config.issuer, subject, this.#options.clock.now())
    if (account.disabledAt !== undefined) throw refused('the account is disabled')
    const told = (await this.#options.groupsOf?.(issuer.config.issuer, token)) ?? []
    const groups = [...new Set([...account.groups, ...subject.groups, ...told])]
    return {
      owner: account.id,
      username: account.username,
      roles: rolesOf(account, groups, issuer.config),
      groups,
      means,
      mustChangePassword: false,
      bearer: { issuer: issuer.config.issuer, token },
    }
  }
}

/** An opaque token has to name an audience as well, where its issuer tells any, and nobody else as its issuer. */
function isFor({ aud, iss }: Claims, { config }: Issuer): boolean {
  const named = [aud].flat().filter((one) => one !== undefined)
  const issued = iss === undefined || iss === config.issuer
  return issued && (named.length === 0 || named.some((one) => config.audience.includes(one as string)))
}

function refused(reason: string, cause?: unknown): BrokerError {
  return new BrokerError('UNAUTHENTICATED', 'The token is not one that is accepted here, or not any more.', {
    context: { reason },
    cause,
  })
}

/** What jose found wrong with a token, and what was wrong with the issuer instead. */
function explained(error: unknown, { config }: Issuer): unknown {
  if (
    error instanceof errors.JWKSTimeout ||
    error instanceof TypeError ||
    error instanceof DOMException ||
    isKeySetFailure(error)
  )
    return new BrokerError('UNAVAILABLE', `The keys of ${config.issuer} could not be fetched; try again later.`, {
      cause: error,
    })
  return error instanceof errors.JOSEError ? refused(error.code, error) : error
}

/** jose says of an answer that is no key set that it is a JOSEError of no more exact kind. */
function isKeySetFailure(error: unknown): boolean {
  return error instanceof errors.JWKSInvalid || (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')
}
