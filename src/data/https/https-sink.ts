/**
 * Results on the web: HTTP PUT, as WebDAV and many stores take it.
 *
 * A server that says to send the same elsewhere (307, 308) is followed, as a download is; other redirects lead to something
 * to look at, which is no place for what a program wrote.
 */
import { fileName } from '../../domain/file-name.ts'
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import type { Bearer } from '../bearer.ts'
import type { DataSink, FileToSave, Stored } from '../data-sink.ts'
import { announcedChecksum, WANT_CHECKSUM } from './announced-checksum.ts'
import { announcedBytes, encodingOf, isPassing } from './answer.ts'
import {
  drop,
  exchange,
  redirectTarget,
  refuseUnusable,
  tokenFor,
  type Answer,
  type ExchangeOptions,
} from './exchange.ts'
import { exchangeOptions, type HttpsSourceOptions } from './https-source.ts'
import { upload } from './upload.ts'

export class HttpsSink implements DataSink {
  readonly schemes = ['https:', 'http:']
  readonly #options: HttpsSourceOptions
  readonly #exchange: ExchangeOptions

  constructor(options: HttpsSourceOptions, exchange: ExchangeOptions = exchangeOptions(options)) {
    this.#options = options
    this.#exchange = exchange
  }

  as(bearer: Bearer): HttpsSink {
    return new HttpsSink(this.#options, { ...this.#exchange, bearer })
  }

  async save(location: URL, file: FileToSave, signal: AbortSignal): Promise<void> {
    refuseUnusable(location)
    let at = location
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#put(location, at, file, signal)
      drop(answer.body)
      if (answer.status >= 200 && answer.status <= 299) return
      const target = answer.headers.location
      if (![307, 308].includes(answer.status) || target === undefined) throw refusal(answer)
      const { redirectsMax } = this.#options
      if (redirects === redirectsMax)
        throw new BrokerError('DATA_UNAVAILABLE', `${location.host} leads through more than ${redirectsMax} redirects`)
      at = redirectTarget(at, target)
    }
  }

  async stored(location: URL, signal: AbortSignal): Promise<Stored | undefined> {
    try {
      const answer = await exchange('HEAD', location, WANT_CHECKSUM, signal, this.#exchange)
      drop(answer.body)
      return storedOf(answer, location)
    } catch (error) {
      // The server has taken the file; that it says no more of it now is no failure.
      if (isBrokerError(error) && !signal.aborted) return undefined
      throw error
    }
  }

  async #put(location: URL, at: URL, file: FileToSave, signal: AbortSignal): Promise<Answer> {
    const { userAgent } = this.#options
    const headers = { 'user-agent': userAgent, accept: '*/*', 'content-type': 'application/octet-stream' }
    const sent = { ...headers, ...(await tokenFor(location, at, this.#exchange)) }
    return upload(at, sent, file, signal, this.#options)
  }
}

/** Facts about the file in an answer; none where it is of something else, such as a page about it. */
function storedOf(answer: Answer, location: URL): Stored | undefined {
  const { status, headers } = answer
  const name = fileName(location)
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '') && !/\.x?html?$/i.test(name)
  if (status !== 200 || isPage || encodingOf(answer, name) !== 'none') return undefined
  // Some servers answer HEAD as if there were nothing.
  const sizeBytes = announcedBytes(headers) || undefined
  const checksum = announcedChecksum(headers, false)
  return { ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(checksum ? { checksum } : {}) }
}

function refusal({ host, status }: Answer): BrokerError {
  if (isPassing(status))
    return new BrokerError('DATA_INTERRUPTED', `${host} cannot take the data now (it answered ${status})`)
  const what =
    status === 401 || status === 403
      ? 'does not permit writing the data'
      : status === 507 || status === 413
        ? 'has no room for the data'
        : 'does not take the data'
  return new BrokerError('DATA_UNAVAILABLE', `${host} ${what} (it answered ${status})`)
}
