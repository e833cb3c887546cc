/**
 * Saving: puts a file where a client wants it, as often as it takes. For every sink and every platform.
 *
 * A file is saved when the sink has taken every byte of it, whatever it answered before, and when what it says of the file
 * afterwards is true of that.
 */
import { Readable } from 'node:stream'
import { until, type Clock } from '../domain/clock.ts'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import type { ChecksumAlgorithm } from './data-source.ts'
import type { DataSink, Stored } from './data-sink.ts'
import { newDigest, type Digest } from './digests.ts'
import { RateMeter, type LowestRate } from './rate-meter.ts'
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
  readonly lowestRate: LowestRate
  readonly signal: AbortSignal
}

/** What was saved, with the SHA-256 of its bytes in lower-case hexadecimal. */
export interface Saved {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Saves a file. Throws what `open` throws, what the sink throws (DATA_UNAVAILABLE after the last attempt), and DATA_CORRUPT
 * when the sink has something else afterwards.
 */
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

async function saveOnce(options: SavingOptions): Promise<Saved> {
  const { sink, location, open, signal } = options
  const attempt = new Attempt(await open(), options)
  const { sizeBytes } = attempt
  try {
    await sink.save(location, { sizeBytes, read: () => attempt.read() }, signal)
    if (attempt.taken < sizeBytes) {
      const said = `${location.host} said that it had the data after ${attempt.taken} of ${sizeBytes} bytes`
      throw new BrokerError('DATA_INTERRUPTED', said)
    }
    attempt.compare(await sink.stored(location, signal))
    return { bytes: sizeBytes, sha256: attempt.digest('sha256') as string }
  } finally {
    attempt.close()
  }
}

/** The digests that are compared with what a sink says: the usual one, and that of the storages of the LHC grid. */
const COMPARED: readonly ChecksumAlgorithm[] = ['sha256', 'adler32']

/** A file on its way to a sink, counted and digested as the sink takes it. */
class Attempt {
  readonly sizeBytes: number
  readonly #options: SavingOptions
  #file: ResultFile
  #stream: Readable | undefined
  #isOver = false
  #given = 0
  #digests = new Map<ChecksumAlgorithm, Digest>()

  constructor(file: ResultFile, options: SavingOptions) {
    this.sizeBytes = file.sizeBytes
    this.#file = file
    this.#options = options
  }

  /** Begins to read the file, anew where that was begun before. */
  async read(): Promise<Readable> {
    if (this.#stream) await this.#openAnew()
    this.#given = 0
    this.#digests = new Map(COMPARED.map((algorithm) => [algorithm, newDigest(algorithm)]))
    this.#stream = Readable.from(this.#bytes(this.#file.content), { objectMode: false })
    return this.#stream
  }

  /** Bytes that the sink has taken of what it read last. */
  get taken(): number {
    return this.#given - (this.#stream?.readableLength ?? 0)
  }

  /** A digest of all bytes, once they are taken; undefined for an algorithm that is not compared. */
  digest(algorithm: ChecksumAlgorithm): string | undefined {
    return this.#digests.get(algorithm)?.hex()
  }

  /** Throws DATA_CORRUPT when the sink has something else than was sent. */
  compare(stored: Stored = {}): void {
    const { host } = this.#options.location
    const { sizeBytes = this.sizeBytes, checksum } = stored
    if (sizeBytes !== this.sizeBytes)
      throw new BrokerError('DATA_CORRUPT', `${host} has ${sizeBytes} bytes of the ${this.sizeBytes} that were sent`)
    const sent = checksum && this.digest(checksum.algorithm)
    if (sent === undefined || sent === checksum?.value) return
    const is = `the ${checksum?.algorithm} of what ${host} has is ${checksum?.value}, that of what was sent is ${sent}`
    throw new BrokerError('DATA_CORRUPT', is)
  }

  close(): void {
    this.#isOver = true
    this.#letGo()
  }

  /** Opens the file when nothing reads it any more: an engine keeps its volume locked meanwhile. */
  async #openAnew(): Promise<void> {
    this.#letGo()
    this.#file = await this.#options.open()
    if (!this.#isOver) return
    this.#letGo()
    throw new BrokerError('DATA_INTERRUPTED', `${this.#options.location.host} asks for the data when it is too late`)
  }

  #letGo(): void {
    for (const stream of [this.#stream, this.#file.content]) {
      stream?.on('error', () => undefined) // Nobody reads any more.
      stream?.destroy()
    }
  }

  async *#bytes(content: Readable): AsyncGenerator<Buffer, void, undefined> {
    const { lowestRate, clock, location } = this.#options
    const meter = new RateMeter(lowestRate, clock)
    for await (const chunk of content as AsyncIterable<Buffer>) {
      this.#given += chunk.length
      if (this.#given > this.sizeBytes) throw this.#changed()
      for (const digest of this.#digests.values()) digest.update(chunk)
      meter.waits()
      yield chunk
      const tooSlow = meter.moved(chunk.length)
      if (tooSlow) throw new BrokerError('DATA_INTERRUPTED', `the server ${location.host} took ${tooSlow}`)
    }
    if (this.#given < this.sizeBytes) throw this.#changed()
  }

  #changed(): BrokerError {
    return new BrokerError('DATA_INTERRUPTED', `the file has no longer the ${this.sizeBytes} bytes that it had`)
  }
}
