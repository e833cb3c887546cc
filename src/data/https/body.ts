/** The bytes of the data out of the body of an answer. */
import { finished, pipeline, Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

export interface BodyOptions {
  readonly encoding: 'none' | 'gzip'
  /** How many bytes at the beginning are left out. */
  readonly skipBytes: number
  /** The error for the reader, for the error of the connection or the decompression. */
  readonly failure: (error: Error) => Error
}

/** The data as a stream that is destroyed with the body, and the body with it. */
export function bytesOf(body: Readable, { encoding, skipBytes, failure }: BodyOptions): Readable {
  // Errors of the body destroy the decompressor, where they are seen below.
  const decoded = encoding === 'gzip' ? pipeline(body, createGunzip(), () => undefined) : body
  const bytes = skipping(skipBytes)
  // Not `pipeline`, which would hand on the error as it is.
  finished(decoded, (error) => {
    if (error) bytes.destroy(failure(error))
  })
  finished(bytes, () => {
    decoded.destroy()
    body.destroy()
  })
  return decoded.pipe(bytes)
}

function skipping(bytes: number): Transform {
  let left = bytes
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      const kept = chunk.subarray(left)
      left -= chunk.length - kept.length
      if (kept.length > 0) this.push(kept)
      callback()
    },
  })
}
