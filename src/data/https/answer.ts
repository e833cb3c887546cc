/** What the headers of an answer say of the data. */
import { BrokerError } from '../../domain/errors.ts'
import type { AnswerHeaders } from './answer-headers.ts'
import type { Answer } from './exchange.ts'

/**
 * What identifies the data: a strong entity tag (with its quotes), or else the date of the last change. It can be sent
 * back as it is in `If-Range`.
 */
export function versionOf(headers: AnswerHeaders): string | undefined {
  const { etag } = headers
  const version = etag?.startsWith('"') ? etag : headers['last-modified']
  // What has other characters in it could not be sent back.
  return version !== undefined && /^[\x20-\x7e]+$/.test(version) ? version : undefined
}

/** Whether an answer is of a version; undefined when its headers do not tell. */
export function isOfVersion(headers: AnswerHeaders, version: string): boolean | undefined {
  if (!version.startsWith('"')) return headers['last-modified'] ? headers['last-modified'] === version : undefined
  // The weak form of the same tag says "equal in meaning", which may be true or not of the bytes.
  if (headers.etag === undefined || headers.etag === `W/${version}`) return undefined
  return headers.etag === version
}

/** The number of bytes in the body; undefined when that is not announced. */
export function announcedBytes(headers: AnswerHeaders): number | undefined {
  const announced = headers['content-length'] ?? ''
  const bytes = Number(announced)
  return /^\d+$/.test(announced) && Number.isSafeInteger(bytes) ? bytes : undefined
}

/**
 * How the bytes that are sent become the file: as they are, or decompressed. Servers that compress although `identity`
 * is asked for compressed for the journey, unless the name says that the file itself is compressed: web servers commonly
 * label `image.fits.gz` that way. Throws DATA_UNAVAILABLE for an encoding that cannot be undone.
 */
export function encodingOf({ headers, host }: Answer, name: string): 'none' | 'gzip' {
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding === 'identity' || encoding === '') return 'none'
  if (encoding === 'gzip' || encoding === 'x-gzip') return /\.(gz|tgz|svgz)$/i.test(name) ? 'none' : 'gzip'
  throw new BrokerError('DATA_UNAVAILABLE', `${host} sends the encoding '${encoding}', which was not asked for`)
}

/** The place of the first byte of a partial answer; undefined when it does not tell. */
export function firstByte(headers: AnswerHeaders): number | undefined {
  const [, first] = /^bytes (\d+)-\d+\/(?:\d+|\*)$/i.exec(headers['content-range'] ?? '') ?? []
  return first === undefined ? undefined : Number(first)
}

/** Whether a status tells of something that passes. */
export function isPassing(status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && ![501, 505, 507].includes(status))
}

/**
 * What an answer without data means. DATA_INTERRUPTED for what passes: a server that is busy, broken, or stands behind
 * one that is.
 */
export function refusal({ host, status }: Answer): BrokerError {
  const refused = (what: string) => new BrokerError('DATA_UNAVAILABLE', `${host} ${what} (it answered ${status})`)
  if (status === 404 || status === 410) return refused('has no such data')
  if (status === 401 || status === 403) return refused('does not permit reading the data')
  if (isPassing(status)) return new BrokerError('DATA_INTERRUPTED', `${host} cannot answer now (it answered ${status})`)
  return refused('gives no data')
}
