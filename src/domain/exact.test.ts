import { describe, expect, it } from 'vitest'
import { divide, fromUnits, MICRO_DIGITS, NANO_DIGITS, toUnits } from './exact.ts'

describe('exact decimals', () => {
  it('add up where binary fractions do not', () => {
    expect(0.1 + 0.2).not.toBe(0.3)
    const sum = toUnits(0.1, MICRO_DIGITS) + toUnits(0.2, MICRO_DIGITS)
    expect(fromUnits(sum, MICRO_DIGITS)).toBe(0.3)
    expect(JSON.stringify(fromUnits(sum, MICRO_DIGITS))).toBe('0.3')
  })

  it('keep every decimal that has no finer parts', () => {
    const changed: bigint[] = []
    for (let micros = 0n; micros <= 1_000_000n; micros += 7n) {
      const number = fromUnits(micros, MICRO_DIGITS)
      if (toUnits(number, MICRO_DIGITS) !== micros || String(number).length > 8) changed.push(micros)
    }
    expect(changed).toEqual([])
  })

  it.each([
    [0, 0n],
    [1, 1_000_000_000n],
    [0.012, 12_000_000n],
    [1e-7, 100n],
    [2.5e-9, 3n],
    [1e-10, 0n],
    [1e21, 10n ** 30n],
    [-0.5, -500_000_000n],
    [123456.789, 123_456_789_000_000n],
  ])('reads %d as it was written', (written, nanos) => {
    expect(toUnits(written, NANO_DIGITS)).toBe(nanos)
  })

  it('rounds as it is told', () => {
    const rounded = (value: number) => (['half-up', 'down', 'up'] as const).map((how) => toUnits(value, 0, how))
    expect(rounded(1.5)).toEqual([2n, 1n, 2n])
    expect(rounded(1.4)).toEqual([1n, 1n, 2n])
    expect(rounded(-1.5)).toEqual([-1n, -2n, -1n])
    expect(rounded(2)).toEqual([2n, 2n, 2n])
    expect(divide(7n, 2n)).toBe(4n)
  })

  it('refuses what is no number', () => {
    expect(() => toUnits(Number.NaN, 6)).toThrow(RangeError)
    expect(() => toUnits(Number.POSITIVE_INFINITY, 6)).toThrow(RangeError)
  })
})
