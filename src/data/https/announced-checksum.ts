/**
 * The checksum of the data that a server announces in its headers, and how it is asked to.
 *
 * There are three generations: `Repr-Digest` and `Content-Digest` (RFC 9530), `Digest` (RFC 3230, which storages of the
 * LHC grid speak: https://twiki.cern.ch/twiki/bin/view/LCG/HttpTpc), and `Content-MD5` (RFC 1864).
 */
import type { AnswerHeaders } from './answer-headers.ts'
import type { Checksum, ChecksumAlgorithm } from '../data-source.ts'

/** Asks a server for a checksum, the best that it has. */
export const WANT_CHECKSUM = {
  'want-repr-digest': 'sha-256=10, md5=5, adler=1',
  'want-digest': 'sha-256;q=1, md5;q=0.5, adler32;q=0.1',
}

/** The algorithms, best first: their names in headers and the length of a value in bytes. */
const ALGORITHMS: readonly { algorithm: ChecksumAlgorithm; names: readonly string[]; bytes: number }[] = [
  { algorithm: 'sha256', names: ['sha-256', 'sha256'], bytes: 32 },
  { algorithm: 'md5', names: ['md5'], bytes: 16 },
  { algorithm: 'adler32', names: ['adler32', 'adler'], bytes: 4 },
]

/** A value under the name that a header gave it. */
interface Announced {
  readonly name: string
  readonly value: string
}

/**
 * The best checksum that is announced of the data as they are sent. Values that cannot be read are passed over: they
 * promise nothing. `wholeBody` says that the answer has the data in it: the others have a `Content-Digest` of nothing.
 */
export function announcedChecksum(headers: AnswerHeaders, wholeBody: boolean): Checksum | undefined {
  const announced = [
    ...dictionary(headers['repr-digest']),
    ...(wholeBody ? dictionary(headers['content-digest']) : []),
    ...list(headers['digest']),
    { name: 'md5', value: headers['content-md5'] ?? '' },
  ]
  for (const { algorithm, names, bytes } of ALGORITHMS) {
    const values = announced.filter(({ name }) => names.includes(name)).map(({ value }) => hexOf(value.trim(), bytes))
    const value = values.find((one) => one !== undefined)
    if (value !== undefined) return { algorithm, value }
  }
  return undefined
}

/** A structured dictionary (RFC 8941) of byte sequences: `sha-256=:base64:, md5=:base64:`. */
function dictionary(header = ''): Announced[] {
  return [...header.matchAll(/(?<![\w.*-])([a-z*][\w.*-]*)\s*=\s*:([A-Za-z0-9+/=]*):/gi)].map(named)
}

/** A list as of RFC 3230: `SHA-256=base64,adler32=03da0195`. */
function list(header = ''): Announced[] {
  return [...header.matchAll(/(?<![\w-])([a-z][\w-]*)=([^,\s]+)/gi)].map(named)
}

function named([, name = '', value = '']: RegExpMatchArray): Announced {
  return { name: name.toLowerCase(), value }
}

/** A value as lower-case hexadecimal. Base64 is the rule, hexadecimal is seen too; the length tells one from the other. */
function hexOf(value: string, bytes: number): string | undefined {
  if (/^[0-9a-f]+$/i.test(value)) {
    // An Adler-32 is a number, and some storages leave out its leading zeros.
    const hex = bytes === 4 ? value.padStart(8, '0') : value
    if (hex.length === 2 * bytes) return hex.toLowerCase()
  }
  const decoded = Buffer.from(value, 'base64')
  return decoded.length === bytes ? decoded.toString('hex') : undefined
}
