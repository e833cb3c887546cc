import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../test/support/database.ts'
import { HastyClock } from '../../../test/support/fake-clock.ts'
import { wish } from '../../../test/support/wishes.ts'
import { BookingQueue } from '../../booking/booking-queue.ts'
import { Ledger } from '../../booking/ledger.ts'
import { idSource } from '../../domain/ids.ts'
import * as bookings from '../../store/bookings.ts'
import * as components from '../../store/components.ts'
import * as executions from '../../store/executions.ts'
import * as pools from '../../store/pools.ts'
import type { StepContext, StepTarget } from './step.ts'
import { storageStep } from './storage.ts'

const AMOUNTS = { cores: 4, memory: 64, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

it('is made when those who are late have given theirs back, and the client is told once', async () => {
  const clock = new HastyClock()
  const ledger = new Ledger(clock)
  const poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  const queue = new BookingQueue(
    test.database,
    ledger,
    clock,
    idSource(() => clock.now()),
  )
  const said: string[] = []
  const accept = async (): Promise<StepTarget> => {
    const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, durationMs: 10_000 }
    const { offers } = await queue.book(wish({ ...wanted, storage: 60, limits: LIMITS, direct: true }))
    const execution = (await executions.find(
      test.database,
      (offers[0] as executions.Execution).id,
    )) as executions.Execution
    const all = await components.list(test.database, [execution.id])
    const component = all.find(({ family }) => family === 'storage') as components.Component
    const platform = {} as StepTarget['platform']
    const say: StepTarget['say'] = async ({ name }) => void said.push(name)
    return {
      execution,
      component,
      components: all,
      platform,
      signal: new AbortController().signal,
      sizes: new Map(),
      say,
    }
  }
  const context = { clock, ledger, database: test.database } as unknown as StepContext
  const [first, second] = [await accept(), await accept()]

  await storageStep.prepare(first, context)
  expect(said).toEqual([])
  clock.advance((second.execution.startAt ?? 0) - clock.now())
  clock.pauses.length = 0
  const made = storageStep.prepare(second, context)
  while (clock.pauses.length < 3) await new Promise((resolve) => setImmediate(resolve))
  await bookings.remove(test.database, [first.execution.offerSetId])
  await made
  expect(said).toEqual(['storage-late'])
})
