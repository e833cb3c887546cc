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
import { RateLimit } from '../../domain/rate-limit.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import { TOKEN_PREFIX } from '../access-token.ts'
import { siteKey } from '../address-key.ts'
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
/** Tokens that were good and are kept, with who holds them; and those that were not, of which only that is kept. */
const GOOD_MAX = 1_000
const REFUSED_MAX = 10_000
/** Tokens that no issuer knows and that one site may try, in a minute. */
const REFUSED_PER_MINUTE = 60
const TOKEN_LENGTH_MAX = 8_192
/** What an access token is, where it says so (RFC 9068, section 2.1; older issuers say JWT or nothing). */
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt']

/** Claims of a good opaque token, as far as they are used. */
interface Introspected {
  readonly issuer: Issuer
  readonly subject: Subject
  readonly until: Instant
}

export class OidcIdentity implements IdentitySource {
  readonly challenges: readonly string[]
  readonly #options: OidcIdentityOptions
  /** By a digest of the token. Those that are over are asked about again, and let in past the brake. */
  readonly #good = new RecentMap<string, Introspected>(GOOD_MAX)
  readonly #refused: RecentMap<string, Instant>
  readonly #unknown: RateLimit

  constructor(options: OidcIdentityOptions) {
    this.#options = options
    this.challenges = [`Bearer realm="${options.realm}"`]
    this.#refused = new RecentMap(REFUSED_MAX, (until) => until <= options.clock.now())
    this.#unknown = new RateLimit(options.clock, REFUSED_PER_MINUTE, 'tokens that nobody knows')
  }

  async identify(credentials: Credentials): Promise<Caller | undefined> {
    const token = authorization(credentials, 'Bearer')
    if (token === undefined || token.startsWith(TOKEN_PREFIX)) return undefined
    if (token.length > TOKEN_LENGTH_MAX) throw refused('it is too long')
    const isJwt = token.split('.').length === 3
    return isJwt ? this.#identifyJwt(token) : this.#identifyOpaque(token, siteKey(credentials.address))
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
    return this.#caller(issuer, subjectIn(payload, issuer), 'oidc', token)
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

  async #identifyOpaque(token: string, site: string): Promise<Caller> {
    const now = this.#options.clock.now()
    const key = createHash('sha256').update(token).digest('base64')
    const known = this.#good.get(key)
    if (known && now < known.until) return this.#caller(known.issuer, known.subject, 'introspection', token)
    if ((this.#refused.get(key) ?? 0) > now) throw refused('its issuer says that it is not active')
    const asking = this.#options.issuers.filter(({ config }) => config.introspection)
    if (asking.length === 0) throw refused('opaque tokens are not accepted here')
    // Each made-up token costs an issuer a question; one that was good before does not count.
    if (!known) this.#unknown.count(site)
    this.#good.delete(key)
    const found = await introspected(token, asking, now)
    if (!found) {
      this.#refused.set(key, now + INTROSPECTED_MS)
      throw refused('its issuer says that it is not active')
    }
    if (!known) this.#unknown.giveBack(site)
    this.#good.set(key, found)
    return this.#caller(found.issuer, found.subject, 'introspection', token)
  }

  async #caller(issuer: Issuer, subject: Subject, means: Caller['means'], token: string): Promise<Caller> {
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

/** Asks the issuers that know opaque tokens, until one says that it is its own; undefined where none does. */
async function introspected(
  token: string,
  issuers: readonly Issuer[],
  now: Instant,
): Promise<Introspected | undefined> {
  for (const issuer of issuers) {
    const claims = await issuer.introspect(token)
    const expiresAt = typeof claims.exp === 'number' ? claims.exp * 1_000 : Number.POSITIVE_INFINITY
    const good = claims.active === true && isFor(claims, issuer) && expiresAt > now && !noBearerToken(claims, now)
    if (!good) continue
    // A token that a program got for itself has no subject but the program (RFC 9068, section 2.2, says so for JWTs).
    const subject = subjectIn({ sub: claims.client_id, ...claims }, issuer)
    return { issuer, subject, until: Math.min(expiresAt, now + INTROSPECTED_MS) }
  }
  return undefined
}

function subjectIn(claims: Claims, { config }: Issuer): Subject {
  const subject = subjectOf(claims, config)
  if (!subject) throw refused('it does not say whom it speaks of, or names more groups than are taken')
  return subject
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
