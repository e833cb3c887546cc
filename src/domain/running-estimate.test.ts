import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  learn,
  rateToExpect,
  roundTime,
  timeToAllow,
  type EstimateBounds,
  type RunningEstimate,
} from './running-estimate.ts'

const TIME: EstimateBounds = { initial: 2_000, least: 0, most: 86_400_000, slack: 1_000 }
const RATE: EstimateBounds = { initial: 2e7, least: 1e3, most: 1e11, slack: 0 }

const after = (observations: readonly number[], bounds = TIME) =>
  observations.reduce<RunningEstimate | undefined>((estimate, one) => learn(estimate, one, bounds), undefined)
const repeated = (value: number, times: number) => Array.from({ length: times }, () => value)

describe('a running estimate', () => {
  it('is the default when nothing is known', () => {
    expect(timeToAllow(undefined, TIME)).toBe(2_000)
    expect(rateToExpect(undefined, RATE)).toBe(2e7)
  })

  it('comes near to what is always observed', () => {
    for (const truth of [1, 50, 2_000, 60_000, 3_600_000]) {
      const { mean, deviation } = after(repeated(truth, 60)) as RunningEstimate
      expect(Math.abs(mean - truth)).toBeLessThan(Math.max(20, truth / 20))
      expect(deviation).toBeLessThan(Math.max(20, truth / 10))
    }
  })

  it('is not carried away by one outlier, wherever it comes', () => {
    for (let place = 0; place < 20; place++) {
      const observations = repeated(2_000, 20)
      observations[place] = 86_400_000
      expect(timeToAllow(after(observations), TIME)).toBeLessThan(6_500)
    }
  })

  it('learns a lasting change within 20 observations', () => {
    const estimate = after([...repeated(1_000, 100), ...repeated(10_000, 20)])
    expect(estimate?.mean).toBeGreaterThan(7_500)
    expect(after([...repeated(10_000, 100), ...repeated(1_000, 30)])?.mean).toBeLessThan(1_600)
  })

  it('allows for what scatters', () => {
    const scattered = after(Array.from({ length: 200 }, (_, index) => (index % 2 ? 1_000 : 3_000)))
    expect(timeToAllow(scattered, TIME)).toBeGreaterThan(2_700)
    const rates = after(
      Array.from({ length: 200 }, (_, index) => (index % 2 ? 1e7 : 3e7)),
      RATE,
    )
    expect(rateToExpect(rates, RATE)).toBeLessThan(1.3e7)
    expect(rateToExpect(rates, RATE)).toBeGreaterThan(0.8e7)
  })

  it('stays within its bounds and finite, whatever is observed', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (observations) => {
        for (const bounds of [TIME, RATE]) {
          const { mean, deviation } = after(observations, bounds) ?? { mean: bounds.initial, deviation: 0 }
          expect(mean >= bounds.least && mean <= bounds.most).toBe(true)
          expect(deviation >= 0 && deviation <= bounds.most).toBe(true)
        }
      }),
    )
  })
})

describe('a promised time', () => {
  it('is never shorter than the estimate, but for what nobody notices', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => {
        const promised = roundTime(ms)
        expect(Number.isInteger(promised)).toBe(true)
        if (ms >= 20) expect(promised >= ms && promised <= ms * 1.5).toBe(true)
        else expect(promised).toBe(0)
      }),
    )
  })
})
