/**
 * What a token is for, by its claims. An issuer signs more than access tokens, with the same key and often for the same
 * audience: who got hold of one of the others must not come in with it (RFC 8725, section 3.11). Pure.
 */
import type { Claims } from './claims.ts'

/** How far clocks may be apart, in seconds. */
export const LEEWAY_SECONDS = 60

/** Claims that only tokens of another kind have: ID tokens, and logout tokens (OpenID Connect Core 2; Back-Channel Logout 2.4). */
const CLAIMS_OF_OTHERS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'] as const
/** What Keycloak (`typ`), Cognito (`token_use`) and introspection (`token_type`) call the kinds that are no access token. */
const KINDS_OF_OTHERS = ['id', 'refresh', 'offline', 'logout', 'refresh_token', 'id_token']

/** Why a token of an issuer lets nobody in as a bearer token; undefined when it may. */
export function noBearerToken(claims: Claims, now: number): string | undefined {
  const other = CLAIMS_OF_OTHERS.find((name) => claims[name] !== undefined)
  if (other) return `it is no access token, because it has the claim ${other}`
  const kind = [claims.typ, claims.token_use, claims.token_type].find(
    (one): one is string => typeof one === 'string' && KINDS_OF_OTHERS.includes(one.toLowerCase()),
  )
  if (kind !== undefined) return `it is a token of the kind ${kind}`
  // RFC 9449 and RFC 8705: it counts only beside the proof of a key, which a bearer token has not.
  if (claims.cnf !== undefined) return 'it is bound to a key'
  const notBefore = [claims.nbf, claims.iat].find(
    (at) => typeof at === 'number' && at * 1_000 > now + LEEWAY_SECONDS * 1_000,
  )
  return notBefore === undefined ? undefined : 'it is not good yet'
}
