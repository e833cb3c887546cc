import { describe, expect, it, vi } from 'vitest'
import { OutputTail } from './output-tail.ts'

const BLOCK = 8

function tailOf(limit: number, parts: readonly string[]): OutputTail {
  const tail = new OutputTail(limit, BLOCK)
  for (const part of parts) tail.add(Buffer.from(part))
  return tail
}

const TEXT = Array.from({ length: 100 }, (_, index) => String.fromCharCode(33 + (index % 90))).join('')

describe('the end of an output', () => {
  it.each([1, 3, 7, 8, 9, 16, 40, 100, 1000])('is its last %i bytes, whatever it comes in', (limit) => {
    for (const size of [1, 2, 5, 8, 13, 16, 99, 100]) {
      for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 64, 100]) {
        const text = TEXT.slice(0, length)
        const parts = Array.from({ length: Math.ceil(length / size) }, (_, at) =>
          text.slice(at * size, (at + 1) * size),
        )
        const tail = tailOf(limit, parts)
        const kept = [...tail.parts()]
        expect(Buffer.concat(kept).toString()).toBe(text.slice(-limit))
        expect(kept.slice(0, -1).every((part) => part.length === BLOCK)).toBe(true)
        expect(tail.total).toBe(length)
      }
    }
  })
  it.each([
    ['lines', 6, Array.from({ length: 100_000 }, () => '\n')],
    ['nothing', 0, Array.from({ length: 100_000 }, () => '')],
    ['a few bytes', 6, Array.from({ length: 30_000 }, () => 'one')],
    ['one part', 6, ['x'.repeat(100_000)]],
    ['less than is kept', 2, Array.from({ length: 16 }, () => '\n')],
  ])('takes as many blocks as are kept, when it comes as %s', (_, blocks, parts) => {
    const bytes = parts.map((part) => Buffer.from(part))
    const made = vi.spyOn(Buffer, 'allocUnsafeSlow')
    try {
      const tail = new OutputTail(40, BLOCK)
      for (const part of bytes) tail.add(part)
      expect(made).toHaveBeenCalledTimes(blocks)
    } finally {
      made.mockRestore()
    }
  })
  it('holds none of the parts that it comes in', () => {
    const part = Buffer.from('kept')
    const tail = new OutputTail(100, BLOCK)
    tail.add(part)
    part.fill('!')
    expect(Buffer.concat([...tail.parts()]).toString()).toBe('kept')
  })
})
