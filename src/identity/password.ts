/**
 * Passwords are kept as scrypt hashes (RFC 7914) that say their own parameters: `scrypt$15$8$1$<salt>$<hash>`, with the
 * logarithm of the cost first, so that the cost can rise without making old hashes useless.
 */
import { randomBytes, randomInt, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import pLimit from 'p-limit'

const derive = promisify<string | Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** About a tenth of a second and 32 MiB on an ordinary core. */
const COST = { logN: 15, r: 8, p: 1 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

/** One at a time, whoever asks: the threads of this process are for checking passwords, files and names of hosts too. */
const hashing = pLimit(1)

/** The hash of a password, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const { logN, r, p } = COST
  const hash = await hashing(() => derive(normal(password), salt, HASH_BYTES, options(logN, r, p)))
  return ['scrypt', logN, r, p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Whether a password is the one of a hash. Takes the same time for every password, and as long without a hash. */
export async function isPasswordOf(password: string, stored: string | undefined): Promise<boolean> {
  const [scheme, logN, r, p, salt = '', hash = ''] = (stored ?? NOBODY).split('$')
  if (scheme !== 'scrypt') throw new Error(`a password is stored in the unknown form ${scheme}`)
  const expected = Buffer.from(hash, 'base64')
  const found = await derive(
    normal(password),
    Buffer.from(salt, 'base64'),
    expected.length,
    options(Number(logN), Number(r), Number(p)),
  )
  return timingSafeEqual(found, expected) && stored !== undefined
}

/** A password for a first login, easy to read aloud: no characters that look alike, about 95 bits. */
export function makePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  const groups = Array.from({ length: 5 }, () =>
    Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join(''),
  )
  return groups.join('-')
}

/** The hash of nothing, compared with when there is no account, so that the time does not tell. */
const NOBODY = [
  'scrypt',
  COST.logN,
  COST.r,
  COST.p,
  Buffer.alloc(SALT_BYTES).toString('base64'),
  Buffer.alloc(HASH_BYTES).toString('base64'),
].join('$')

/** One form for a password that can be typed in several (RFC 8265 asks for NFC). */
const normal = (password: string) => password.normalize('NFC')

function options(logN: number, r: number, p: number): ScryptOptions {
  const N = 2 ** logN
  return { N, r, p, maxmem: 256 * N * r }
}
