/**
 * What a data source is: the contract of everything that data can be downloaded from.
 *
 * A source answers two questions about a location: what is there, and the bytes from a place on. Resuming, limits,
 * checksums and progress are the business of `staging.ts`, once for all sources.
 *
 * Failures are BrokerErrors: DATA_UNAVAILABLE (not there, not permitted), DATA_INTERRUPTED (try again), and
 * ADDRESS_NOT_ALLOWED for an address that the site does not allow. Their details complete "the data at … could not be fetched:
 * …"; they may name the server, but not the location, which can have secrets in it.
 */
import type { Readable } from 'node:stream'
import type { Bearer } from './bearer.ts'

/** The digests that sources give. Values are lower-case hexadecimal. */
export const CHECKSUM_ALGORITHMS = ['sha256', 'md5', 'adler32'] as const
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number]

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

/** What a source says of the data at a location. */
export interface DataDescription {
  /** The name for the file: the last part of the location's path, safe as a file name. */
  readonly name: string
  /** Undefined when the source does not say. */
  readonly sizeBytes?: number
  readonly checksum?: Checksum
  /** Changes when the data change; undefined when the source does not say. Resuming is refused when it has changed. */
  readonly version?: string
  /**
   * Whether a transfer that broke off can be continued: what comes later is known to be of the same data. A source that
   * cannot begin in the middle reads the bytes before again and leaves them out.
   */
  readonly resumable: boolean
}

export interface DataSource {
  /** The URL schemes that it serves, with the colon: `https:`. */
  readonly schemes: readonly string[]

  /** The same in the name of somebody. */
  as(bearer: Bearer): DataSource

  /** What is at the location. May be repeated. Follows redirects. */
  describe(location: URL, signal: AbortSignal): Promise<DataDescription>

  /**
   * The bytes from `from` on (0 for all), of the `version` that was described. Throws DATA_CORRUPT when it is another
   * version now. The stream fails with DATA_INTERRUPTED when it breaks off.
   */
  open(location: URL, from: number, version: string | undefined, signal: AbortSignal): Promise<Readable>
}
