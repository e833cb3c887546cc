/**
 * Data on the web: http and https.
 *
 * A transfer that broke off is continued with a range request on the same version (`If-Range`). A server that answers
 * with everything instead is read from the beginning, and the bytes that are there already are left out; that is right
 * only for the same version, so it is compared once more.
 */
import type { Readable } from 'node:stream'
import { BrokerError } from '../../domain/errors.ts'
import type { Bearer } from '../bearer.ts'
import type { DataDescription, DataSource } from '../data-source.ts'
import { guardedAgent, type ConnectionOptions } from '../guarded-agent.ts'
import { fileName } from '../../domain/file-name.ts'
import { announcedChecksum, WANT_CHECKSUM } from './announced-checksum.ts'
import { announcedBytes, encodingOf, firstByte, isOfVersion, refusal, versionOf } from './answer.ts'
import { bytesOf } from './body.ts'
import { connectionFailure, drop, exchange, type Answer, type ExchangeOptions, type Method } from './exchange.ts'
import { codeOf } from '../../domain/error-code.ts'

export interface HttpsSourceOptions extends ConnectionOptions {
  /** How this broker names itself to servers. */
  readonly userAgent: string
  /** How many redirects are followed; 0 for none. */
  readonly redirectsMax: number
}

/** How servers are asked; connections are made anew only where there are none yet. */
export function exchangeOptions(options: HttpsSourceOptions | ExchangeOptions): ExchangeOptions {
  if ('agent' in options) return options
  const { userAgent, redirectsMax } = options
  return { agent: guardedAgent(options), userAgent, redirectsMax }
}

/** What a server says that cannot answer now. It would say the same of another request. */
const BUSY = [429, 502, 503, 504]

export class HttpsSource implements DataSource {
  readonly schemes = ['https:', 'http:']
  readonly #exchange: ExchangeOptions

  constructor(options: HttpsSourceOptions | ExchangeOptions) {
    this.#exchange = exchangeOptions(options)
  }

  as(bearer: Bearer): HttpsSource {
    return new HttpsSource({ ...this.#exchange, bearer })
  }

  async describe(location: URL, signal: AbortSignal): Promise<DataDescription> {
    const head = await this.#ask('HEAD', location, WANT_CHECKSUM, signal)
    drop(head.body)
    // Servers refuse HEAD with all kinds of statuses, and some answer it as if there were nothing; GET tells the truth.
    const isTrue = head.status === 200 ? announcedBytes(head.headers) !== 0 : BUSY.includes(head.status)
    if (isTrue) return description(head, location, 'HEAD')
    const got = await this.#ask('GET', location, WANT_CHECKSUM, signal)
    drop(got.body)
    return description(got, location, 'GET')
  }

  async open(location: URL, from: number, version: string | undefined, signal: AbortSignal): Promise<Readable> {
    const answer = await this.#ask('GET', location, from > 0 ? rangeFrom(from, version) : {}, signal)
    try {
      const skipBytes = from - beginningOf(answer, from, version)
      const encoding = encodingOf(answer, fileName(location))
      if (encoding !== 'none' && skipBytes !== from) throw corrupt('the data are sent in parts of a compressed form')
      const failure = (error: Error) => streamFailure(error, answer.host, signal)
      return bytesOf(answer.body, { encoding, skipBytes, failure })
    } catch (error) {
      drop(answer.body)
      throw error
    }
  }

  #ask(method: Method, location: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    return exchange(method, location, headers, signal, this.#exchange)
  }
}

function description(answer: Answer, location: URL, method: Method): DataDescription {
  if (answer.status !== 200) throw refusal(answer)
  const { headers } = answer
  const name = fileName(location)
  const version = versionOf(headers)
  // Size, digests and places in what is compressed for the journey are not those of the file.
  if (encodingOf(answer, name) !== 'none') return { name, version, resumable: false }
  const checksum = announcedChecksum(headers, method === 'GET')
  return {
    name,
    sizeBytes: announcedBytes(headers),
    checksum,
    version,
    resumable: version !== undefined || checksum !== undefined,
  }
}

function rangeFrom(from: number, version: string | undefined): Record<string, string> {
  return { range: `bytes=${from}-`, ...(version === undefined ? {} : { 'if-range': version }) }
}

/**
 * The place in the data where the answer begins: `from`, or 0 when it has everything. Throws when it is not an answer
 * with these data.
 */
function beginningOf(answer: Answer, from: number, version: string | undefined): number {
  const { status, headers } = answer
  const partial = status === 206 && from > 0
  if (status === 416 && from > 0) throw corrupt(`the data have no byte ${from} any more`)
  if (status !== 200 && !partial) throw refusal(answer)
  const same = version === undefined ? true : isOfVersion(headers, version)
  // A partial answer may leave out the date of the last change, having compared it with `If-Range`, but not the tag.
  const mayBeUnsure = from === 0 || (partial && !version?.startsWith('"'))
  if (same === false || (same === undefined && !mayBeUnsure))
    throw corrupt('the data have changed since they were described')
  if (partial && firstByte(headers) !== from) throw corrupt('the data are sent from another place than was asked for')
  return partial ? from : 0
}

function corrupt(what: string): BrokerError {
  return new BrokerError('DATA_CORRUPT', what)
}

function streamFailure(error: Error, host: string, signal: AbortSignal): Error {
  const code = codeOf(error)
  if (code.startsWith('Z_') && !signal.aborted)
    return new BrokerError('DATA_CORRUPT', `the data cannot be decompressed (${code})`, { cause: error })
  return connectionFailure(error, host, signal) as Error
}
