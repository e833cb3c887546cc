import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { wish } from '../../test/support/wishes.ts'
import { idSource } from '../domain/ids.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { acceptedAtOnce } from './accepted-at-once.ts'
import { BookingQueue } from './booking-queue.ts'
import { Ledger } from './ledger.ts'

const AMOUNTS = { cores: 4, memory: 64, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

it('is what the database has of an offer that was accepted as it was made', async () => {
  const clock = { now: () => 1_800_000_000_000, at: () => () => undefined }
  const poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  const queue = new BookingQueue(test.database, new Ledger(clock), clock, idSource(clock.now))
  const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, durationMs: 10_000, storage: 5 }
  const { offers } = await queue.book(wish({ ...wanted, limits: LIMITS, direct: true }))
  const offer = offers[0] as executions.Execution

  const { sharedWith: _, ...execution } = (await executions.find(test.database, offer.id)) as executions.Execution
  const history = await executions.history(test.database, offer.id)
  expect({
    execution,
    components: await components.list(test.database, [offer.id]),
    history: history.map(({ number: __, ...entry }) => entry),
  }).toEqual(acceptedAtOnce(offer))
})
