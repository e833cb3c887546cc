/**
 * Taking apart what a container without a terminal wrote: frames of an 8-byte header (the stream, three zeros, the
 * length in big-endian order) and content. Frames and chunks of the connection have nothing to do with each other.
 *
 * See https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach.
 */
import type { OutputStream } from '../platform.ts'

const HEADER_BYTES = 8
const STREAM_NUMBERS: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 }

/** The content of one of the streams, as it comes: at most one part for each chunk, however many frames that has. */
export async function* contentOf(
  chunks: AsyncIterable<Buffer>,
  stream: OutputStream,
): AsyncGenerator<Buffer, void, undefined> {
  const frames = new Frames(STREAM_NUMBERS[stream])
  for await (const chunk of chunks) {
    const content = frames.contentIn(chunk)
    if (content.length > 0) yield content
  }
}

/** The frame that the next chunk begins in, as far as it is known. */
class Frames {
  readonly #stream: number
  readonly #header = Buffer.alloc(HEADER_BYTES)
  /** The part of the header that has come, in bytes; none of the next one while there is content to come. */
  #known = 0
  #remaining = 0

  constructor(stream: number) {
    this.#stream = stream
  }

  /** The content of the stream in the next chunk. */
  contentIn(chunk: Buffer): Buffer {
    const content = Buffer.allocUnsafe(chunk.length)
    let length = 0
    for (let at = 0; at < chunk.length;) {
      at += this.#readHeader(chunk, at)
      const end = Math.min(chunk.length, at + this.#remaining)
      if (this.#header[0] === this.#stream) length += chunk.copy(content, length, at, end)
      this.#remaining -= end - at
      at = end
    }
    return content.subarray(0, length)
  }

  /** Reads what there is of a header; gives how many bytes that were, none within a frame. */
  #readHeader(chunk: Buffer, at: number): number {
    if (this.#remaining > 0) return 0
    const read = chunk.copy(this.#header, this.#known, at)
    this.#known += read
    if (this.#known < HEADER_BYTES) return read
    this.#known = 0
    this.#remaining = this.#header.readUInt32BE(4)
    return read
  }
}

/** Leaves out the first bytes. */
export async function* skipBytes(
  chunks: AsyncIterable<Buffer>,
  bytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let toSkip = bytes
  for await (const chunk of chunks) {
    if (chunk.length > toSkip) yield chunk.subarray(toSkip)
    toSkip = Math.max(0, toSkip - chunk.length)
  }
}
