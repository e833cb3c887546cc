/**
 * Taking apart what a container without a terminal wrote: frames of an 8-byte header (the stream, three zeros, the
 * length in big-endian order) and content. Frames and chunks of the connection have nothing to do with each other.
 *
 * See https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach.
 */
import type { OutputStream } from '../platform.ts'

const HEADER_BYTES = 8
const STREAM_NUMBERS: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 }

/** The content of one of the streams, as it comes. */
export async function* contentOf(
  chunks: AsyncIterable<Buffer>,
  stream: OutputStream,
): AsyncGenerator<Buffer, void, undefined> {
  let header = Buffer.alloc(0)
  let remaining = 0
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0) {
      if (remaining === 0) {
        const missing = HEADER_BYTES - header.length
        header = Buffer.concat([header, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (header.length < HEADER_BYTES) break
        remaining = header.readUInt32BE(4)
        if (remaining > 0) continue
      } else {
        const content = rest.subarray(0, remaining)
        rest = rest.subarray(content.length)
        remaining -= content.length
        if (header[0] === STREAM_NUMBERS[stream]) yield content
      }
      if (remaining === 0) header = Buffer.alloc(0)
    }
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
