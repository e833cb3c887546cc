/**
 * Several processes that book on one database at full speed and are killed at random. A historian reads the log as it
 * grows and sees that at no version anything was above capacity; at the end the log, the bookings and what a new
 * process reads say the same.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ledger } from '../../src/booking/ledger.ts'
import { PoolProfile } from '../../src/booking/profile.ts'
import { until } from '../../src/domain/clock.ts'
import { RESOURCES } from '../../src/domain/resources.ts'
import { json, type Queryable } from '../../src/store/database.ts'
import * as store from '../../src/store/ledger.ts'
import * as pools from '../../src/store/pools.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { systemClock } from '../../src/system-clock.ts'
import { onServer, testDatabase, type TestDatabase } from '../support/database.ts'
import { Chance, seedOf } from './chance.ts'
import { MOST, SHARE } from './history.ts'
import { shareIn } from './share.ts'

const SECONDS = Number(process.env.BROKER_CONCURRENCY_SECONDS ?? 8)
const PROCESSES = Number(process.env.BROKER_CONCURRENCY_PROCESSES ?? 8)
const FAR_MS = 1e11

/** What the bookings in the database add up to, at every instant at which that changes. */
const SUMS = {
  name: 'model.sums',
  text: `select resource, at, sum(change) over (partition by resource order by at) as held
           from (select resource, at, sum(change) as change
                   from (select resource, from_at as at, amount as change from booking where pool_id = $1
                         union all
                         select resource, to_at, -amount from booking where pool_id = $1) as changes
                  group by resource, at) as sums`,
  parameters: ['poolId'],
}
/** Instants at which open sets of one owner hold more than the share together, among those at which one of them begins to hold. */
const BEYOND_SHARE = {
  name: 'model.beyondShare',
  text: `with open as (
           select b.*, e.owner from booking b
             join (select offer_set_id, owner from execution where phase = 'OFFERED'
                    group by offer_set_id, owner having max(expires_at) >= clock_timestamp()) as e
               on e.offer_set_id = b.offer_set_id
         )
         select i.owner, i.pool_id, i.resource, i.at, sum(o.amount) as held
           from (select distinct owner, pool_id, resource, from_at as at from open) as i
           join open o on o.owner = i.owner and o.pool_id = i.pool_id and o.resource = i.resource
                      and o.from_at <= i.at and i.at < o.to_at
          group by i.owner, i.pool_id, i.resource, i.at
         having count(distinct o.offer_set_id) > 1 and sum(o.amount) > ($1::jsonb ->> i.resource)::bigint`,
  parameters: ['share'],
}
const TWO_LIVING = {
  name: 'model.twoLiving',
  text: `select offer_set_id from execution where phase = 'ACCEPTED' group by offer_set_id having count(*) > 1`,
  parameters: [],
}

let test: TestDatabase
let poolIds: PoolId[]
beforeAll(async () => {
  if (!onServer) return
  test = await testDatabase()
  poolIds = [
    await pools.keep(test.database, 'simulated', 'one', MOST, Date.now() - 1000),
    await pools.keep(test.database, 'simulated', 'two', MOST, Date.now() - 1000),
  ]
})
afterAll(async () => {
  await test?.drop()
})

/** Follows the log of a pool version by version. */
class Historian {
  readonly poolId: PoolId
  readonly profile: PoolProfile
  version = 0
  holds = 0

  constructor(poolId: PoolId) {
    this.poolId = poolId
    const capacity = RESOURCES.map((resource) => ({ resource, amount: MOST[resource], fromAt: 0 }))
    this.profile = new PoolProfile(capacity, [], Date.now())
  }

  async follow(db: Queryable = test.database): Promise<void> {
    for (const { version, holds } of await store.changesSince(db, this.poolId, this.version)) {
      expect(version).toBe(this.version + 1)
      this.version = version
      for (const [resource, amount, fromAt, toAt] of holds ?? []) this.profile.add({ resource, amount, fromAt, toAt })
      this.holds += holds?.length ?? 0
      for (const resource of RESOURCES) {
        const everything = { resource, amount: 0, fromAt: Date.now() - FAR_MS, toAt: Date.now() + FAR_MS }
        expect(this.profile.conflict(everything), `${resource} at version ${version}`).toBeUndefined()
      }
    }
  }
}

/** Starts a process; `booking` resolves when it books. */
function startProcess(seed: number): { child: ChildProcess; booking: Promise<unknown> } {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/model/booking-process.ts', test.url as string, String(seed), ...poolIds.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  return { child, booking: once(child.stdout, 'data') }
}

describe('processes on one database', () => {
  const title = `never hold more than there is, in ${SECONDS} s of ${PROCESSES} that are killed at random`
  it.skipIf(!onServer)(
    `${title} (needs a server: the embedded database has one process)`,
    { timeout: 600_000 },
    async () => {
      const seed = seedOf('concurrency')
      const chance = new Chance(seed)
      const historians = poolIds.map((poolId) => new Historian(poolId))
      let started = 0
      const start = () => startProcess(seed + started++)
      const running = Array.from({ length: PROCESSES }, start)
      let killed = 0
      try {
        await Promise.all(running.map(({ booking }) => booking))
        const endsAt = Date.now() + SECONDS * 1000
        while (Date.now() < endsAt) {
          await until(systemClock, Date.now() + chance.integer(100, 700))
          for (const historian of historians) await historian.follow()
          expect(await test.database.query(BEYOND_SHARE, { share: json(shareIn(MOST, SHARE)) })).toEqual([])
          const place = chance.integer(0, PROCESSES - 1)
          const { child, booking } = running[place] as ReturnType<typeof startProcess>
          await booking
          expect(child.exitCode, 'a process ended by itself').toBeNull()
          child.kill('SIGKILL')
          await once(child, 'exit')
          killed++
          running[place] = start()
        }
      } finally {
        for (const { child } of running) child.kill('SIGKILL')
      }
      for (const { child } of running)
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      for (const historian of historians) await compare(historian)
      expect(await test.database.query(TWO_LIVING, {})).toEqual([])
      const versions = historians.reduce((sum, { version }) => sum + version, 0)
      const holds = historians.reduce((sum, historian) => sum + historian.holds, 0)
      console.log(`${started} processes, ${killed} killed, ${versions} versions with ${holds} changes`)
      expect(versions).toBeGreaterThan(0)
    },
  )
})

/**
 * The log, the bookings, and what a new process reads, say the same. All is read under the lock of the pool, because
 * the server still carries out what killed processes had asked it for.
 */
async function compare(historian: Historian): Promise<void> {
  const { poolId, profile } = historian
  await test.database.transaction(async (tx) => {
    const { replicas } = await new Ledger(systemClock).lock(tx, [poolId])
    await historian.follow(tx)
    expect(replicas[0]?.version).toBe(historian.version)
    const sums = await tx.query<{ resource: (typeof RESOURCES)[number]; at: number; held: number }>(SUMS, { poolId })
    for (const { resource, at, held } of sums) {
      expect(profile.free(resource, at)).toBe(MOST[resource] - held)
      expect(replicas[0]?.profile.free(resource, at)).toBe(MOST[resource] - held)
      expect(held).toBeLessThanOrEqual(MOST[resource])
    }
  })
}
