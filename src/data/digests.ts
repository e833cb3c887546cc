/** The digests of data, computed while they pass. */
import { createHash } from 'node:crypto'
import type { ChecksumAlgorithm } from './data-source.ts'

export interface Digest {
  update(chunk: Uint8Array): void
  /** The value so far, in lower-case hexadecimal. Called once, at the end. */
  hex(): string
}

export function newDigest(algorithm: ChecksumAlgorithm): Digest {
  if (algorithm === 'adler32') return new Adler32()
  const hash = createHash(algorithm)
  return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') }
}

const ADLER_MODULUS = 65_521
/** So many bytes can be summed before the larger sum leaves 32 bits; from zlib. */
const ADLER_BLOCK_BYTES = 5_552

/** Adler-32 as in RFC 1950. Node has it only inside of its compressors. */
class Adler32 implements Digest {
  #a = 1
  #b = 0

  update(chunk: Uint8Array): void {
    let a = this.#a
    let b = this.#b
    for (let start = 0; start < chunk.length; start += ADLER_BLOCK_BYTES) {
      const end = Math.min(start + ADLER_BLOCK_BYTES, chunk.length)
      for (let index = start; index < end; index++) {
        a += chunk[index] as number
        b += a
      }
      a %= ADLER_MODULUS
      b %= ADLER_MODULUS
    }
    this.#a = a
    this.#b = b
  }

  hex(): string {
    return (this.#b * 0x10000 + this.#a).toString(16).padStart(8, '0')
  }
}
