/**
 * The contract of a data sink, which is everything that results can be saved to. Trying again, and finding out whether
 * everything was taken, are the business of `saving.ts`, once for all sinks.
 *
 * Failures are BrokerErrors, as those of a data source: DATA_UNAVAILABLE (it is not taken), DATA_INTERRUPTED (try again),
 * and ADDRESS_NOT_ALLOWED.
 */
import type { Readable } from 'node:stream'
import type { Bearer } from './bearer.ts'
import type { DataDescription } from './data-source.ts'

/** A file for a sink. */
export interface FileToSave {
  readonly sizeBytes: number
  /** Begins to read the file, anew with each call. Called when the sink is ready to take it, so perhaps never. */
  readonly read: () => Promise<Readable>
}

/** Facts about the file that a sink has. */
export type Stored = Pick<DataDescription, 'sizeBytes' | 'checksum'>

export interface DataSink {
  /** The URL schemes that it serves, with the colon: `https:`. */
  readonly schemes: readonly string[]

  /** The same in the name of somebody. */
  as(bearer: Bearer): DataSink

  /** Puts a file at the location, in the place of what is there. Repeating it gives the same. */
  save(location: URL, file: FileToSave, signal: AbortSignal): Promise<void>

  /** The file at the location now, as far as the sink says; undefined where it does not. */
  stored(location: URL, signal: AbortSignal): Promise<Stored | undefined>
}
