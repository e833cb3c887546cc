import { describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import type { Lease } from '../store/work.ts'
import { backoffMs, mayPass, whyLaidAside } from './failing.ts'

describe('the pause before another attempt', () => {
  it('gets longer up to half a minute, and is shorter by chance but never less than half of that', () => {
    expect([0, 1, 2, 3].map((attempts) => backoffMs(attempts, 1))).toEqual([500, 1_000, 2_000, 4_000])
    expect([0, 1, 2, 3].map((attempts) => backoffMs(attempts, 0))).toEqual([250, 500, 1_000, 2_000])
    expect(backoffMs(100, 1)).toBe(30_000)
    expect(backoffMs(1, 0.5)).toBe(750)
  })
})

describe('work that fails again and again', () => {
  const patience = { platformMs: 0, attemptsMax: 5, attemptsInAll: 3 }

  it('is parked with the reason when it has failed often enough', () => {
    expect(whyLaidAside(new Error('it is broken'), 2, patience)).toBeUndefined()
    expect(whyLaidAside(new Error('it is broken'), 3, patience)).toBe(
      'It failed 3 times in a row, at last with: it is broken',
    )
    expect(whyLaidAside('words', 3, patience)).toContain('words')
  })
  it('never fails by a trouble of the database, which is not its fault', () => {
    const lease = { attempts: 99 } as Lease
    expect(mayPass(new BrokerError('UNAVAILABLE', 'Others were in the way.'), lease, patience, 0)).toBe(true)
    expect(mayPass(new BrokerError('TOO_MANY_REQUESTS', 'Too many.'), lease, patience, 0)).toBe(false)
  })
  it('is not parked while its platform does not answer', () => {
    expect(whyLaidAside(new BrokerError('PLATFORM_UNAVAILABLE', 'nobody answers'), 99, patience)).toBeUndefined()
  })
})
