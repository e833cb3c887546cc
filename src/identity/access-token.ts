/**
 * Personal access tokens: for scripts, instead of a password. A token has enough randomness that its SHA-256 can be kept
 * and compared by the database; the token itself is shown once, when it is made.
 */
import { createHash, randomBytes } from 'node:crypto'

/** What every token begins with, so that it is recognised, also by those who look for leaked secrets. */
export const TOKEN_PREFIX = 'ebt_'
const TOKEN_BYTES = 32

/** A new token and what is kept of it. */
export function makeToken(): { token: string; digest: Buffer } {
  const token = TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, digest: digestOf(token) }
}

/** What is kept of a token. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
