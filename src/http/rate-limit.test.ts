import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { isBrokerError } from '../domain/errors.ts'
import { addressKey, RateLimit } from './rate-limit.ts'

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
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('counts %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})
