/** The share of a pool that a stream of short jobs holds, each with its grace period: no grid of time wastes it. */
import { describe, expect, it } from 'vitest'
import { Replica } from '../../src/booking/ledger.ts'
import { planOfferSet } from '../../src/booking/offers.ts'
import { PoolProfile, type Hold } from '../../src/booking/profile.ts'
import { idSource } from '../../src/domain/ids.ts'
import { RESOURCES } from '../../src/domain/resources.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { wish } from '../support/wishes.ts'
import { Chance, seedOf } from './chance.ts'
import { faultsOf, LIMITS, MOST } from './history.ts'
import { Reference } from './reference.ts'

const SECOND = 1000
const NOW = Date.UTC(2026, 10, 24)
const JOBS = 400

/** Everything is given back at its time. */
function giveBack(reference: Reference, replica: Replica, now: number): void {
  for (const [id, holders] of reference.holders) {
    const holds = holders.flatMap((holder) => holder.holds)
    if (holds.some(({ toAt }) => toAt > now)) continue
    const logged = holds.map(({ resource, amount, fromAt, toAt }) => [resource, -amount, fromAt, toAt] as const)
    replica.follow({ version: replica.version + 1, holds: logged })
    reference.holders.delete(id)
  }
}

describe('a stream of jobs of ten seconds', () => {
  for (const prepareMs of [0, 1_234]) {
    it(`holds at least 95 % of a pool, when each takes ${prepareMs} ms to prepare`, () => {
      const chance = new Chance(seedOf('packing'))
      const poolId = 1 as PoolId
      const capacity = RESOURCES.map((resource) => ({ resource, amount: MOST[resource], fromAt: NOW }))
      const replica = new Replica(poolId, 0, new PoolProfile(capacity, [], NOW))
      const reference = new Reference()
      reference.capacity.push({ poolId, fromAt: NOW, ...MOST })
      const ids = idSource(() => NOW)
      const cores: Hold[] = []
      let now = NOW
      for (let job = 0; job < JOBS; job++) {
        // They come twice as fast as the pool can run them, at any millisecond.
        now += chance.integer(0, (10 * SECOND) / MOST.cores)
        giveBack(reference, replica, now)
        const wanted = wish({
          pools: [{ poolId, capacity: MOST }],
          cores: { min: 1, max: 1 },
          durationMs: 10 * SECOND,
          prepareMs,
          limits: { ...LIMITS, offersMax: 1, lifetimeMs: 0, decideMs: 0 },
          direct: true,
        })
        const set = planOfferSet(wanted.asked, wanted.limits, [replica], ids, now)
        expect(faultsOf(wanted, set, reference, now)).toEqual([])
        const booked = { holds: set.bookings, open: [] }
        replica.propose(booked)
        replica.settle(replica.version + 1, booked)
        reference.holders.set(set.offerSet.id, [{ poolId, holds: set.bookings }])
        cores.push(...set.bookings.filter(({ resource }) => resource === 'cores'))
      }
      expect(cores).toHaveLength(JOBS)
      const from = Math.min(...cores.map(({ fromAt }) => fromAt))
      const to = Math.max(...cores.map(({ fromAt }) => fromAt))
      const held = cores.reduce((sum, { fromAt, toAt }) => sum + Math.min(toAt, to) - fromAt, 0)
      const used = held / (MOST.cores * (to - from))
      console.log(`${JOBS} jobs hold ${(used * 100).toFixed(1)} % of the pool`)
      expect(used).toBeGreaterThanOrEqual(0.95)
    })
  }
})
