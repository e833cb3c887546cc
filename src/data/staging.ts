/**
 * Staging: copies the data at a location to where an execution finds them. This is the only downloader of the broker,
 * for every source and every platform; it knows neither.
 */
import { addAbortSignal, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Checksum } from './data-source.ts'
import type { Spool } from './spool.ts'
import { Transfer, type TransferOptions } from './transfer.ts'

/** A file to be written: its name, its size, and exactly so many bytes. The content fails when the data did. */
export interface StagedFile {
  readonly name: string
  readonly sizeBytes: number
  readonly content: Readable
}

export interface StagingOptions extends TransferOptions {
  /** Puts the file where it belongs. Called once, or not at all when there is nothing to write. */
  readonly write: (file: StagedFile) => Promise<void>
  /** Holds data whose source does not tell their size, for their owner. */
  readonly spool: Spool
  readonly owner: string
  /** Aborting it ends the transfer at once, and the content that is being written. */
  readonly signal: AbortSignal
}

/** What was staged. */
export interface Staged {
  readonly name: string
  readonly bytes: number
  /** The checksum that the source announced, and that the bytes have; undefined when it announced none. */
  readonly verified: Checksum | undefined
  /** The SHA-256 of the bytes, in lower-case hexadecimal. */
  readonly measured: string
}

/**
 * Copies the data at a location. May be repeated: it begins anew, and the file is written again.
 *
 * Throws what the source throws (DATA_UNAVAILABLE after the last attempt), what `write` throws, NO_SPACE for more than
 * `maxBytes` or than the spool ever takes, SPOOL_FULL when that has no room now, DATA_CORRUPT when the bytes are not what was announced, and the reason of the signal. What was written is
 * then to be discarded.
 */
export async function stage(options: StagingOptions): Promise<Staged> {
  const { signal, spool, owner, maxBytes: bytesMax } = options
  signal.throwIfAborted()
  // Ended with the caller's signal, and also when nobody reads any more.
  const ending = new AbortController()
  const onAbort = () => ending.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const transfer = new Transfer(options, ending.signal)
  try {
    const { name, sizeBytes, checksum } = await transfer.begin()
    const deliverTo = (bytes: AsyncIterable<Buffer>, size: number) => deliver(bytes, name, size, options, ending)
    if (sizeBytes !== undefined) await deliverTo(transfer.bytes(), sizeBytes)
    else
      await spool.hold({ owner, bytes: transfer.bytes(), bytesMax, signal }, (content) =>
        deliverTo(content, transfer.received),
      )
    return { name, bytes: transfer.received, verified: checksum, measured: transfer.measured }
  } finally {
    signal.removeEventListener('abort', onAbort)
    transfer.close()
  }
}

/** Writes the bytes, in one stream. Throws the failure of the side that failed first. */
async function deliver(
  bytes: AsyncIterable<Buffer>,
  name: string,
  sizeBytes: number,
  { write, signal }: StagingOptions,
  ending: AbortController,
): Promise<void> {
  const content = addAbortSignal(signal, new PassThrough())
  content.on('error', () => undefined) // The target may not listen yet; the failures are thrown below.
  // A generator that waits for its source does not notice that its reader has gone; the signal wakes it.
  content.once('close', () => ending.abort())
  const failed: Partial<Record<'source' | 'target' | 'between', unknown>> = {}
  const feeding = pipeline(bytes, notingFailure, content).catch((error: unknown) => (failed.between = error))
  const writing = write({ name, sizeBytes, content }).then(refuseRest, failTarget)
  await Promise.all([feeding, writing])
  signal.throwIfAborted()
  const failure = (failed.source ?? failed.target ?? failed.between) as Error | undefined
  if (failure) throw failure

  async function* notingFailure(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* chunks
    } catch (error) {
      // Content that is destroyed already was given up by the target, and the source was ended for that.
      if (!content.destroyed) failed.source = error
      throw error
    }
  }
  function failTarget(error: unknown): void {
    failed.target = error
    content.destroy(error as Error)
  }
  /** A target that returns has read all bytes. If not, the file would be incomplete, and feeding would never end. */
  function refuseRest(): void {
    content.on('data', () => failTarget(new Error('the target returned before it had read all bytes')))
  }
}
