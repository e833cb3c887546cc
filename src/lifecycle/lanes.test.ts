import { describe, expect, it } from 'vitest'
import { closedTo, roomLeft, spareOf } from './lanes.ts'

const limits = (fetches: number, isShared = true) => ({ fetches, concurrency: 100, isShared })
const lane = (owner: string, kind: 'fetch' | 'run' = 'fetch') => ({ platform: 'p', kind, owner })
const lanes = (owner: string, count: number) => Array.from({ length: count }, () => lane(owner))

describe('the last places of a lane', () => {
  it.each([
    [1, 1],
    [2, 1],
    [10, 1],
    [11, 2],
    [50, 5],
  ])('are, of %i, %i', (fetches, spare) => {
    expect(spareOf('fetch', limits(fetches))).toBe(spare)
    expect(spareOf('fetch', limits(fetches, false))).toBe(0)
  })
  it('are closed to those for whom something is done there, and to nobody else', () => {
    expect(closedTo(lanes('ada', 8), limits(10))).toEqual([])
    expect(closedTo([...lanes('ada', 9), lane('bob', 'run')], limits(10))).toEqual(lanes('ada', 9))
    expect(closedTo(lanes('ada', 9), limits(10, false))).toEqual([])
  })
  it('count as room', () => {
    expect(roomLeft(lanes('ada', 9), limits(10))).toEqual([{ platform: 'p', kind: 'fetch', room: 1 }])
  })
})
