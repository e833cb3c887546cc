import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { isBrokerError } from './errors.ts'
import { RateLimit } from './rate-limit.ts'

describe('a limit of requests', () => {
  const waitOf = (limit: RateLimit, key: string): number => {
    try {
      limit.count(key)
      return 0
    } catch (error) {
      if (!isBrokerError(error, 'TOO_MANY_REQUESTS')) throw error
      return error.retryAfterSeconds ?? -1
    }
  }

  it('lets so many through at once, and as many again in a minute', () => {
    const clock = new FakeClock()
    const limit = new RateLimit(clock, 6)
    expect(Array.from({ length: 8 }, () => waitOf(limit, 'ada'))).toEqual([0, 0, 0, 0, 0, 0, 10, 10])
    expect(waitOf(limit, 'bob')).toBe(0)
    clock.advance(10_000)
    expect([waitOf(limit, 'ada'), waitOf(limit, 'ada')]).toEqual([0, 10])
    clock.advance(3_600_000)
    expect(Array.from({ length: 7 }, () => waitOf(limit, 'ada')).filter((wait) => wait > 0)).toHaveLength(1)
  })
  it('that is none counts nothing', () => {
    const limit = new RateLimit(new FakeClock(), undefined)
    expect(Array.from({ length: 100 }, () => waitOf(limit, 'ada')).every((wait) => wait === 0)).toBe(true)
  })
})
