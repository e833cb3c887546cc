import { describe, expect, it } from 'vitest'
import type { OfferSetId } from '../domain/ids.ts'
import { OpenSets, type OpenSet } from './open-sets.ts'
import type { Hold } from './profile.ts'

const NOW = Date.UTC(2026, 10, 24)
const hold: Hold = { resource: 'cores', amount: 3, fromAt: NOW + 60_000, toAt: NOW + 120_000 }
const set = (id: string, ...holds: Hold[]): OpenSet => ({
  id: id as OfferSetId,
  owner: 'ada',
  expiresAt: NOW + 300_000,
  holds,
})

describe('open sets of an owner', () => {
  it('are known by what they hold, also after one that holds nothing in the pool', () => {
    const sets = new OpenSets()
    sets.open(set('elsewhere'))
    expect(sets.of('ada', NOW)?.held.free('cores', NOW + 60_000) ?? 0).toBe(0)
    sets.open(set('here', hold))
    const own = sets.of('ada', NOW)
    expect(own?.held.free('cores', NOW + 60_000)).toBe(-3)
    expect(own?.held.earliest({ ...hold, amount: 0 }, NOW + 3_600_000)).toBe(NOW + 120_000)
  })
  it('are forgotten with the last that holds something', () => {
    const sets = new OpenSets()
    sets.open(set('here', hold))
    sets.open(set('here'))
    expect(sets.of('ada', NOW)).toBeUndefined()
  })
})
