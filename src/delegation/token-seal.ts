/**
 * How tokens of callers are kept: encrypted with a key of the site (AES-256-GCM, NIST SP 800-38D), and bound to whose
 * they are, so that one that was moved to somebody else's record cannot be opened.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { BrokerError } from '../domain/errors.ts'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export class TokenSeal {
  readonly #keys: readonly Buffer[]

  /** The first key seals; all open, so that a new key can come before the old ones. Each has 32 bytes. */
  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    this.#keys = keys
  }

  /** Seals a text that is `of` somebody; in base64. */
  seal(text: string, of: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#keys[0] as Buffer, nonce).setAAD(Buffer.from(of))
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
  }

  /** The text; undefined when no key opens it, or it was somebody else's. */
  open(sealed: string, of: string): string | undefined {
    for (const key of this.#keys) {
      const text = openWith(key, Buffer.from(sealed, 'base64'), of)
      if (text !== undefined) return text
    }
    return undefined
  }
}

function openWith(key: Buffer, sealed: Buffer, of: string): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(of))
    .setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    // How the authentication of what was sealed says no; there is no other answer.
    return undefined
  }
}

/** The keys in a text, one on each line, in base64. Throws UNPROCESSABLE with a sentence for the operator. */
export function readKeys(text: string): [Buffer, ...Buffer[]] {
  const lines = text.split('\n').flatMap((line) => line.trim() || [])
  const keys = lines.map((line) => Buffer.from(line, 'base64'))
  const [first, ...others] = keys
  if (first && keys.every(({ length }) => length === KEY_BYTES)) return [first, ...others]
  throw new BrokerError(
    'UNPROCESSABLE',
    `A key that tokens are kept under has ${KEY_BYTES} bytes in base64, such as 'openssl rand -base64 ${KEY_BYTES}' makes; one on each line, the newest first.`,
  )
}
