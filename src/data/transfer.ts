/**
 * One transfer of data: a single stream of bytes out of as many connections as it takes, with every byte once.
 *
 * On the way the bytes are counted, limited and digested; after the last one they are compared with what was announced,
 * and the stream fails when they differ, before its end.
 */
import type { Readable } from 'node:stream'
import { until, type Clock } from '../domain/clock.ts'
import { BrokerError, isBrokerError, type ErrorCode } from '../domain/errors.ts'
import type { Checksum, ChecksumAlgorithm, DataDescription, DataSource } from './data-source.ts'
import { newDigest, type Digest } from './digests.ts'
import { RateMeter, type LowestRate } from './rate-meter.ts'

export interface TransferOptions {
  readonly source: DataSource
  readonly location: URL
  /** More bytes are refused: NO_SPACE. Read anew whenever some have come. */
  readonly maxBytes: number
  /** How often in a row something may fail for a passing reason, the first time included. At least 1. */
  readonly attempts: number
  /** The pause before the second attempt, in milliseconds; each pause is twice as long as the one before. */
  readonly backoffMs: number
  readonly clock: Clock
  readonly lowestRate: LowestRate
  /** Told how many bytes have come, whenever some have. */
  readonly onReceived?: (bytes: number) => void
  /** Told how many bytes have come, and how many there are if that is known; at most once a second. */
  readonly onProgress: (bytes: number, total: number | undefined) => void
}

/** The time between two tellings of progress. */
const PROGRESS_MS = 1_000
/** The longest pause between two attempts. */
export const BACKOFF_MS_MAX = 60_000
/** After so many bytes a connection was worth while, and attempts are counted anew: long transfers break more often. */
const WORTHWHILE_BYTES = 16 * 1024 * 1024

export class Transfer {
  readonly #options: TransferOptions
  readonly #signal: AbortSignal
  readonly #digests = new Map<ChecksumAlgorithm, Digest>([['sha256', newDigest('sha256')]])
  #description: DataDescription | undefined
  #body: Readable | undefined
  #received = 0
  #measured = ''
  #failures = 0
  #receivedAtFailure = 0
  #progressAt: number

  /** Aborting the signal ends everything that is under way. */
  constructor(options: TransferOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.#progressAt = options.clock.now()
  }

  /** How many bytes have come. */
  get received(): number {
    return this.#received
  }

  /** The SHA-256 of all bytes, once they have come. */
  get measured(): string {
    return this.#measured
  }

  /** Describes and opens the data. Once, before `bytes`. */
  async begin(): Promise<DataDescription> {
    const { source, location, maxBytes } = this.#options
    for (;;) {
      try {
        const description = await source.describe(location, this.#signal)
        const { sizeBytes = 0 } = description
        if (sizeBytes > maxBytes) throw noSpace(`${sizeBytes} bytes, more than the`, maxBytes)
        this.#body = await source.open(location, 0, description.version, this.#signal)
        this.#description = description
        if (description.checksum)
          this.#digests.set(description.checksum.algorithm, newDigest(description.checksum.algorithm))
        return description
      } catch (error) {
        // Data that are another version when they are opened may have changed, or two mirrors differ: they are described anew.
        await this.#patience(error, ['DATA_INTERRUPTED', 'DATA_CORRUPT'])
      }
    }
  }

  /** All bytes. Ends when they are complete and what was announced. */
  async *bytes(): AsyncGenerator<Buffer, void, undefined> {
    let interruption = yield* this.#read()
    while (interruption) {
      this.#body = await this.#resume(interruption)
      interruption = yield* this.#read()
    }
    this.#verify()
  }

  /** Ends the connection, if there is one. */
  close(): void {
    this.#body?.on('error', () => undefined) // Nobody reads any more.
    this.#body?.destroy()
  }

  /** Reads one connection to its end; returns why there is more to come, or undefined when the data are complete. */
  async *#read(): AsyncGenerator<Buffer, BrokerError | undefined, undefined> {
    const size = this.#description?.sizeBytes
    const { lowestRate, clock, location } = this.#options
    // Measured from the first bytes on: before them, a source that cannot begin in the middle may have much to leave out.
    const meter = new RateMeter(lowestRate, clock)
    try {
      for await (const chunk of this.#body as AsyncIterable<Buffer>) {
        const tooSlow = meter.moved(chunk.length)
        this.#take(chunk)
        if (tooSlow) throw new BrokerError('DATA_INTERRUPTED', `the server ${location.host} sent ${tooSlow}`)
        yield chunk
        meter.waits()
      }
    } catch (error) {
      if (!isBrokerError(error, 'DATA_INTERRUPTED')) throw error
      // A connection that breaks after the last byte has done its work.
      return this.#received === size ? undefined : error
    }
    if (size === undefined || this.#received === size) return undefined
    return new BrokerError('DATA_INTERRUPTED', `the data ended after ${this.#received} of ${size} bytes`)
  }

  #take(chunk: Buffer): void {
    const { onProgress, onReceived, clock } = this.#options
    const size = this.#description?.sizeBytes
    this.#received += chunk.length
    if (size !== undefined && this.#received > size)
      throw new BrokerError('DATA_CORRUPT', `there are more than the ${size} bytes that were announced`)
    onReceived?.(this.#received)
    const { maxBytes } = this.#options
    if (this.#received > maxBytes) throw noSpace('more than the', maxBytes)
    for (const digest of this.#digests.values()) digest.update(chunk)
    if (clock.now() - this.#progressAt < PROGRESS_MS) return
    this.#progressAt = clock.now()
    onProgress(this.#received, size)
  }

  async #resume(interruption: BrokerError): Promise<Readable> {
    const { source, location } = this.#options
    const { resumable, version } = this.#description as DataDescription
    if (!resumable) throw interruption
    for (let failure: unknown = interruption; ;) {
      await this.#patience(failure, ['DATA_INTERRUPTED'])
      try {
        return await source.open(location, this.#received, version, this.#signal)
      } catch (error) {
        failure = error
      }
    }
  }

  /** Waits before the next attempt. Throws the failure when it does not pass or was the last one that is borne. */
  async #patience(failure: unknown, passing: readonly ErrorCode[]): Promise<void> {
    const { attempts, backoffMs, clock } = this.#options
    if (!isBrokerError(failure) || !passing.includes(failure.code)) throw failure
    if (this.#received - this.#receivedAtFailure >= WORTHWHILE_BYTES) this.#failures = 0
    this.#receivedAtFailure = this.#received
    this.#failures += 1
    if (this.#failures >= attempts) throw givenUp(failure, attempts)
    const pauseMs = Math.min(backoffMs * 2 ** (this.#failures - 1), BACKOFF_MS_MAX)
    await until(clock, clock.now() + pauseMs, this.#signal)
  }

  #verify(): void {
    const announced = this.#description?.checksum
    const found = new Map([...this.#digests].map(([algorithm, digest]) => [algorithm, digest.hex()]))
    this.#measured = found.get('sha256') as string
    if (announced && found.get(announced.algorithm) !== announced.value) throw mismatch(announced, found)
  }
}

/** What was tried as often as it may be is not had at all: whoever hears that does not try again. */
export function givenUp(failure: BrokerError, attempts: number): BrokerError {
  const code = failure.code === 'DATA_INTERRUPTED' ? 'DATA_UNAVAILABLE' : failure.code
  return new BrokerError(code, `${failure.detail}, at the last of ${attempts} attempts`, { cause: failure })
}

/** The limit is what the storage can hold, so this is the failure that a platform has for a full volume. */
function noSpace(have: string, maxBytes: number): BrokerError {
  return new BrokerError('NO_SPACE', `the data have ${have} ${maxBytes} bytes that there is room for`)
}

function mismatch({ algorithm, value }: Checksum, found: ReadonlyMap<ChecksumAlgorithm, string>): BrokerError {
  return new BrokerError(
    'DATA_CORRUPT',
    `the ${algorithm} of the data is ${found.get(algorithm)}, but ${value} was announced`,
  )
}
