import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelsOf, type Level } from './levels.ts'
import { PoolProfile, type Capacity, type Hold } from './profile.ts'

const NOW = Date.UTC(2026, 10, 24)
const HOUR = 3_600_000
const cores = (amount: number, fromAt: number): Capacity => ({ resource: 'cores', amount, fromAt })
const held = (amount: number, from: number, to: number): Hold => ({
  resource: 'cores',
  amount,
  fromAt: NOW + from * HOUR,
  toAt: NOW + to * HOUR,
})

function levels(holds: readonly Hold[], parts: number, hours: number, capacity = [cores(8, NOW - HOUR)]): Level[] {
  const profile = new PoolProfile(capacity, holds, NOW)
  return levelsOf(profile, capacity, 'cores', { fromAt: NOW, toAt: NOW + hours * HOUR, parts })
}
const short = (found: readonly Level[]) =>
  found.map(({ fromAt, booked, capacity }) => [(fromAt - NOW) / HOUR, booked, capacity])

describe('the levels of a pool', () => {
  it('are the most that is booked in each part, and equal ones are one', () => {
    expect(short(levels([held(3, 1, 2), held(2, 1.5, 4)], 6, 6))).toEqual([
      [0, 0, 8],
      [1, 5, 8],
      [2, 2, 8],
      [4, 0, 8],
    ])
  })
  it('show a change of capacity at its instant', () => {
    const capacity = [cores(8, NOW - HOUR), cores(2, NOW + 1.25 * HOUR)]
    expect(short(levels([held(1, 0, 3)], 3, 3, capacity))).toEqual([
      [0, 1, 8],
      [1.25, 1, 2],
    ])
  })
  it('show more than the pool has where its capacity sank below what is booked', () => {
    expect(short(levels([held(8, 0, 2)], 2, 2, [cores(8, NOW - HOUR), cores(1, NOW)]))).toEqual([[0, 8, 1]])
  })
  it('are never more than twice as many as was asked for, whatever is booked', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => held(1, index / 1_000, index / 1_000 + 0.002))
    expect(levels(many, 10, 5).length).toBeLessThanOrEqual(10)
  })
  it('agree with counting instant by instant', () => {
    const hold = fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 9 }),
    )
    fc.assert(
      fc.property(fc.array(hold, { maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (list, parts) => {
        const holds = list.map(([amount, from, length]) => held(amount, from / 2, (from + length) / 2))
        const found = levels(holds, parts, 6)
        for (let part = 0; part < parts; part++) {
          const [begin, end] = [(6 * part) / parts, (6 * (part + 1)) / parts]
          const instants = [begin, ...holds.map(({ fromAt }) => (fromAt - NOW) / HOUR)]
          const most = Math.max(
            ...instants
              .filter((at) => at >= begin && at < end)
              .map((at) =>
                holds.reduce(
                  (sum, { amount, fromAt, toAt }) =>
                    fromAt <= NOW + at * HOUR && NOW + at * HOUR < toAt ? sum + amount : sum,
                  0,
                ),
              ),
          )
          const shown = found.findLast(({ fromAt }) => fromAt <= NOW + Math.floor(begin * HOUR))
          expect(shown?.booked).toBe(most)
        }
      }),
      { numRuns: 60 },
    )
  })
})
