import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelope, PoolProfile, type Capacity, type Hold } from './profile.ts'

const hold = (amount: number, fromAt: number, toAt: number): Hold => ({ resource: 'cores', amount, fromAt, toAt })
const capacity = (amount: number, fromAt = 0): Capacity => ({ resource: 'cores', amount, fromAt })
const heldAt = (holds: readonly Hold[], at: number) =>
  holds.reduce((sum, one) => (one.fromAt <= at && at < one.toAt ? sum + one.amount : sum), 0)

const anyHold = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 20 }))
  .map(([amount, fromAt, length]) => hold(amount, fromAt, fromAt + length))

describe('the profile of a pool', () => {
  it('agrees with adding everything up at every instant', () => {
    fc.assert(
      fc.property(
        fc.array(anyHold, { maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        anyHold,
        (held, amount, wanted) => {
          const profile = new PoolProfile([capacity(amount)], held, 0)
          const instants = Array.from({ length: wanted.toAt - wanted.fromAt }, (_, index) => wanted.fromAt + index)
          const short = instants.find((at) => amount - heldAt(held, at) < wanted.amount)
          const conflict = profile.conflict(wanted)
          expect(conflict !== undefined).toBe(short !== undefined)
          if (conflict?.endsAt === undefined) return
          expect(amount - heldAt(held, conflict.endsAt)).toBeGreaterThanOrEqual(wanted.amount)
          for (let at = short as number; at < conflict.endsAt; at++)
            expect(amount - heldAt(held, at)).toBeLessThan(wanted.amount)
        },
      ),
    )
  })
  it('has nothing before its capacity begins, and follows its changes', () => {
    const profile = new PoolProfile([capacity(4, 10), capacity(2, 20)], [], 0)
    expect(profile.conflict(hold(1, 5, 8))).toEqual({ resource: 'cores', endsAt: 10 })
    expect(profile.conflict(hold(4, 10, 20))).toBeUndefined()
    expect(profile.conflict(hold(3, 15, 21))).toEqual({ resource: 'cores', endsAt: undefined })
  })
  it('counts what should have been given back as held', () => {
    const profile = new PoolProfile([capacity(1)], [hold(1, 0, 50)], 100)
    profile.during(profile.overdue(100, 30), () => {
      expect(profile.conflict(hold(1, 100, 101))).toEqual({ resource: 'cores', endsAt: 130 })
    })
    expect(profile.conflict(hold(1, 100, 101))).toBeUndefined()
    expect(profile.overdue(49, 30)).toEqual([])
  })
  it('expects what is overdue for a while to last as long again, within bounds', () => {
    const endsAt = (toAt: number) =>
      new PoolProfile([capacity(1)], [hold(1, 0, toAt)], 100_000).overdue(100_000, 60_000)[0]?.toAt
    const ends = [100_001, 100_000, 99_999, 95_000, 40_000, 10_000].map(endsAt)
    expect(ends).toEqual([undefined, 101_000, 101_000, 105_000, 160_000, 160_000])
  })
  it('counts what ends soon up to its end, and not longer', () => {
    const profile = new PoolProfile([capacity(1)], [hold(1, 0, 110)], 100)
    expect(profile.overdue(100, 60_000)).toEqual([])
    expect(profile.conflict(hold(1, 100, 101))).toEqual({ resource: 'cores', endsAt: 110 })
  })
})

describe('the envelope of alternatives', () => {
  it('is at every instant the most that any of them holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyHold, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        (alternatives) => {
          const around = envelope(alternatives)
          for (let at = 0; at < 62; at++) {
            expect(heldAt(around, at)).toBe(Math.max(...alternatives.map((holds) => heldAt(holds, at))))
          }
        },
      ),
    )
  })
  it('of one is that one', () => {
    expect(envelope([[hold(2, 0, 10)]])).toEqual([hold(2, 0, 10)])
  })
  it('of none is nothing', () => {
    expect(envelope([])).toEqual([])
  })
})

it('tells the most that a pool will have of a resource', () => {
  const has = (fromAt: number, amount: number): Capacity => ({ resource: 'cores', fromAt, amount })
  const most = (capacity: Capacity[], now: number) =>
    new PoolProfile(capacity, [hold(7, 0, 100)], 0).mostFrom('cores', now)
  expect(most([has(0, 8)], 10)).toBe(8)
  expect(most([has(0, 8), has(5, 2), has(20, 6)], 10)).toBe(6)
  expect(most([has(20, 6), has(5, 9), has(0, 8)], 10)).toBe(9)
  expect(most([], 10)).toBe(0)
})
