/**
 * What a data sink is: the contract of everything that results can be saved to. Trying again is the business of
 * `saving.ts`, once for all sinks.
 *
 * Failures are BrokerErrors, as those of a data source: DATA_UNAVAILABLE (it is not taken), DATA_INTERRUPTED (try again),
 * and ADDRESS_NOT_ALLOWED.
 */
import type { Readable } from 'node:stream'
import type { Bearer } from './bearer.ts'

export interface DataSink {
  /** The URL schemes that it serves, with the colon: `https:`. */
  readonly schemes: readonly string[]

  /** The same in the name of somebody. */
  as(bearer: Bearer): DataSink

  /** Puts a file at the location, in the place of what is there. Repeating it gives the same. */
  save(
    location: URL,
    file: { readonly sizeBytes: number; readonly content: Readable },
    signal: AbortSignal,
  ): Promise<void>
}
