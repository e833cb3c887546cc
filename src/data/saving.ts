/** Saving: puts a file where a client wants it, as often as it takes. For every sink and every platform. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { until, type Clock } from '../domain/clock.ts'
import { isBrokerError } from '../domain/errors.ts'
import type { DataSink } from './data-sink.ts'
import { BACKOFF_MS_MAX, givenUp } from './transfer.ts'

/** A file to be saved, opened anew for every attempt. */
export interface ResultFile {
  readonly sizeBytes: number
  readonly content: Readable
}

export interface SavingOptions {
  readonly sink: DataSink
  readonly location: URL
  readonly open: () => Promise<ResultFile>
  /** How often it is tried in all. At least 1. */
  readonly attempts: number
  /** The pause before the second attempt, in milliseconds; each pause is twice as long as the one before. */
  readonly backoffMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What was saved, with the SHA-256 of its bytes in lower-case hexadecimal. */
export interface Saved {
  readonly bytes: number
  readonly sha256: string
}

/** Saves a file. Throws what `open` throws, and what the sink throws (DATA_UNAVAILABLE after the last attempt). */
export async function save(options: SavingOptions): Promise<Saved> {
  const { attempts, backoffMs, clock, signal } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await saveOnce(options)
    } catch (error) {
      signal.throwIfAborted()
      if (!isBrokerError(error, 'DATA_INTERRUPTED')) throw error
      if (attempt >= attempts) throw givenUp(error, attempts)
      await until(clock, clock.now() + Math.min(backoffMs * 2 ** (attempt - 1), BACKOFF_MS_MAX), signal)
    }
  }
}

async function saveOnce({ sink, location, open, signal }: SavingOptions): Promise<Saved> {
  const { sizeBytes, content } = await open()
  const digest = createHash('sha256')
  const measured = Readable.from(measuring(), { objectMode: false })
  try {
    await sink.save(location, { sizeBytes, content: measured }, signal)
    return { bytes: sizeBytes, sha256: digest.digest('hex') }
  } finally {
    measured.on('error', () => undefined)
    measured.destroy()
    content.on('error', () => undefined)
    content.destroy()
  }

  async function* measuring(): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      digest.update(chunk)
      yield chunk
    }
  }
}
