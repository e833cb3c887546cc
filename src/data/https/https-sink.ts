/** Results on the web: HTTP PUT, as WebDAV and many stores take it. Redirects are not followed with what a program wrote. */
import type { Readable } from 'node:stream'
import { BrokerError } from '../../domain/errors.ts'
import type { Bearer } from '../bearer.ts'
import type { DataSink } from '../data-sink.ts'
import { isPassing } from './answer.ts'
import { drop, exchange, type Answer, type ExchangeOptions } from './exchange.ts'
import { exchangeOptions, type HttpsSourceOptions } from './https-source.ts'

export class HttpsSink implements DataSink {
  readonly schemes = ['https:', 'http:']
  readonly #exchange: ExchangeOptions

  constructor(options: Omit<HttpsSourceOptions, 'redirectsMax'> | ExchangeOptions) {
    this.#exchange = exchangeOptions({ ...options, redirectsMax: 0 })
  }

  as(bearer: Bearer): HttpsSink {
    return new HttpsSink({ ...this.#exchange, bearer })
  }

  async save(
    location: URL,
    { sizeBytes, content }: { readonly sizeBytes: number; readonly content: Readable },
    signal: AbortSignal,
  ): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) }
    const answer = await exchange('PUT', location, headers, signal, this.#exchange, content)
    drop(answer.body)
    if (answer.status < 200 || answer.status > 299) throw refusal(answer)
  }
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
