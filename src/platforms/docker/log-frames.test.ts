import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { contentOf, skipBytes } from './log-frames.ts'

function frame(stream: 1 | 2, content: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(content), 4)
  return Buffer.concat([header, Buffer.from(content)])
}

const sent = Buffer.concat([frame(1, 'one'), frame(2, 'error'), frame(1, ''), frame(1, 'two\n'), frame(2, '!')])

async function text(chunks: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = []
  for await (const chunk of chunks) read.push(chunk)
  return Buffer.concat(read).toString()
}

function inPieces(bytes: number): AsyncIterable<Buffer> {
  const pieces = Array.from({ length: Math.ceil(sent.length / bytes) }, (_, index) =>
    sent.subarray(index * bytes, (index + 1) * bytes),
  )
  return Readable.from(pieces)
}

describe('the frames of a log', () => {
  it.each(Array.from({ length: sent.length }, (_, index) => index + 1))(
    'are taken apart when they come in pieces of %i bytes',
    async (bytes) => {
      expect(await text(contentOf(inPieces(bytes), 'stdout'))).toBe('onetwo\n')
      expect(await text(contentOf(inPieces(bytes), 'stderr'))).toBe('error!')
    },
  )
  it('are read as far as they have come when the last one is incomplete', async () => {
    expect(await text(contentOf(Readable.from([sent.subarray(0, 10)]), 'stdout'))).toBe('on')
  })
  it.each([
    ['empty lines', () => frame(1, '\n'), '\n'],
    ['empty frames', () => frame(1, ''), ''],
    ['what is not asked for', () => Buffer.concat([frame(2, 'no'), frame(1, 'a')]), 'a'],
    ['nothing of it', () => frame(2, '\n'), ''],
  ])('are one part for each chunk, however many there are: %s', async (_, make, content) => {
    const chunk = Buffer.concat(Array.from({ length: 5_000 }, make))
    const pieces = [chunk, chunk.subarray(0, 4), chunk.subarray(4)]
    const parts: Buffer[] = []
    for await (const part of contentOf(Readable.from(pieces), 'stdout')) parts.push(part)
    expect(parts.length).toBeLessThanOrEqual(pieces.length)
    expect(Buffer.concat(parts).toString()).toBe(content.repeat(10_000))
  })
})

describe('skipping', () => {
  it.each([0, 1, 3, 4, 6, 7, 100])('leaves out the first %i bytes', async (bytes) => {
    const chunks = Readable.from(['abc', 'd', 'ef'].map((piece) => Buffer.from(piece)))
    expect(await text(skipBytes(chunks, bytes))).toBe('abcdef'.slice(bytes))
  })
})
