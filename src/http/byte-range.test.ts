import { describe, expect, it } from 'vitest'
import { readRange, within } from './byte-range.ts'

const part = (header: string, length = 10) => {
  const asked = readRange(header)
  return asked && within(asked, length)
}

describe('a range of ten bytes', () => {
  it.each([
    ['bytes=0-4', 0, 5],
    ['bytes=2-2', 2, 3],
    ['bytes=5-', 5, 10],
    ['bytes=9-100', 9, 10],
    ['bytes=-3', 7, 10],
    ['bytes=-100', 0, 10],
    ['Bytes = 1 - 2', 1, 3],
  ])('%s', (header, from, to) => {
    expect(part(header)).toEqual({ from, to })
  })
  it.each(['bytes=10-', 'bytes=11-20', 'bytes=-0'])('%s is not there', (header) => {
    expect(readRange(header)).toBeDefined()
    expect(part(header)).toBeUndefined()
  })
  it('is never there in nothing', () => {
    expect([part('bytes=0-', 0), part('bytes=-5', 0)]).toEqual([undefined, undefined])
  })
  it.each([
    '',
    'bytes=',
    'bytes=-',
    'bytes=4-2',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=a-b',
    `bytes=${'9'.repeat(20)}-`,
  ])('%j is no range, and may be ignored', (header) => {
    expect(readRange(header)).toBeUndefined()
  })
})
