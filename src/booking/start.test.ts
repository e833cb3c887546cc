import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { idSource } from '../domain/ids.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { BookingQueue } from './booking-queue.ts'
import { Ledger } from './ledger.ts'
import type { Asked } from './offers.ts'
import { permitStarts, storageIsFree } from './start.ts'

const NOW = Date.UTC(2026, 10, 24)
const SECOND = 1000
const AMOUNTS = { cores: 4, memory: 64, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: SECOND }

let test: TestDatabase
let poolId: pools.PoolId
let queue: BookingQueue
const clock = new FakeClock(NOW)
const ledger = new Ledger(clock)
beforeAll(async () => {
  test = await testDatabase()
  poolId = await pools.keep(test.database, 'p', 'default', AMOUNTS, NOW)
  queue = new BookingQueue(
    test.database,
    ledger,
    clock,
    idSource(() => NOW),
  )
})
afterAll(() => test.drop())

function asked(cores: number, storage = 0): Asked {
  const none = { prepareMs: 0, releaseMs: 0 }
  return {
    owner: 'somebody',
    name: undefined,
    description: undefined,
    spelling: 'own',
    body: {},
    request: {
      executable: {
        type: 'docker-container',
        image: { locations: ['x'], architecture: 'amd64', os: 'linux' },
        command: [],
        environment: {},
        privileged: false,
        ports: [],
      },
      compute: { cores: { min: cores, max: cores }, memory: { min: 1, max: 1 }, volumes: [] },
      storage: storage > 0 ? [{ size: { min: storage, max: storage }, implied: false }] : [],
      data: [],
      durationMs: 10 * SECOND,
      starts: [],
    },
    messages: [],
    candidates: [
      {
        platform: 'p',
        pool: 'default',
        poolId,
        capacity: AMOUNTS,
        survey: { executable: none, compute: none, storage: storage > 0 ? [none] : [], data: [], messages: [] },
      },
    ],
  }
}

/** An accepted execution of so many cores and so much storage, as it is in the database. */
async function accepted(cores: number, storage = 0): Promise<executions.Execution> {
  const {
    offers: [offer],
  } = await queue.book({ asked: asked(cores, storage), limits: LIMITS, direct: true })
  if (!offer) throw new Error('nothing was offered')
  return (await executions.find(test.database, offer.id)) as executions.Execution
}

/** Asks for the permission to start, and notes the start when it is given, as the engine does. */
function begin(execution: executions.Execution, now: number) {
  return test.database.transaction(async (tx) => {
    const permit = (await permitStarts(tx, ledger, [execution], now)).get(execution.id)
    if (permit?.start) await executions.start(tx, [{ id: execution.id, endAt: permit.endAt }], now)
    return permit
  })
}

describe('the permission to start', () => {
  it('is given to executions that are late one after the other: they do not wait for each other', async () => {
    const [first, second, third] = [await accepted(4), await accepted(4), await accepted(4)]
    const starts = [first, second, third].map(({ startAt = 0 }) => startAt)
    expect(new Set(starts).size).toBe(3)
    // The broker was away for longer than all of them were to take.
    const now = NOW + 3600 * SECOND
    expect(await begin(first, now)).toEqual({ start: true, endAt: now + 10 * SECOND, shortened: false })
    // The program of the first runs, and is not given back at its end either: nothing starts beside it.
    expect(await begin(second, now)).toEqual({ start: false })
    expect(await begin(third, now + 60 * SECOND)).toEqual({ start: false })
    await bookings.remove(
      test.database,
      [first, second, third].map(({ offerSetId }) => offerSetId),
    )
  })

  it('is given to executions that ask together as if they asked in the order of their promises', async () => {
    const [first, second, third] = [await accepted(3), await accepted(3), await accepted(1)]
    const all = [first, second, third]
    const now = NOW + 10_800 * SECOND
    const permits = await test.database.transaction((tx) => permitStarts(tx, ledger, all.toReversed(), now))
    const whole = { start: true, endAt: now + 10 * SECOND, shortened: false }
    expect(all.map(({ id }) => permits.get(id))).toEqual([whole, { start: false }, whole])
    // What was decided is in the ledger, and nothing else: one more core would be too many.
    const again = await test.database.transaction((tx) => permitStarts(tx, ledger, [second], now))
    expect(again.get(second.id)).toEqual({ start: false })
    await bookings.remove(
      test.database,
      all.map(({ offerSetId }) => offerSetId),
    )
  })
})

describe('room for storage', () => {
  /** Asks for it, and makes the storage when there is some, as the engine does. */
  const make = (execution: executions.Execution, now: number) =>
    test.database.transaction(async (tx) => {
      const free = await storageIsFree(tx, ledger, execution, now)
      const [storage] = (await components.list(tx, [execution.id])).filter(({ family }) => family === 'storage')
      if (!storage) throw new Error('there is no storage')
      if (free) await components.describe(tx, execution.id, storage.position, { made: true })
      return free
    })

  it('is there when those who had it have given it back, however late, and not before', async () => {
    const [first, second] = [await accepted(1, 60), await accepted(1, 60)]
    const [firstAt, secondAt] = [first.startAt ?? 0, second.startAt ?? 0]
    expect(secondAt).toBeGreaterThan(firstAt)
    expect(await make(first, firstAt)).toBe(true)
    expect(await make(first, firstAt)).toBe(true)
    expect(await make(second, secondAt)).toBe(false)
    expect(await make(second, secondAt + 3600 * SECOND)).toBe(false)
    await test.database.transaction((tx) => bookings.remove(tx, [first.offerSetId]))
    expect(await make(second, secondAt)).toBe(true)
    await test.database.transaction((tx) => bookings.remove(tx, [second.offerSetId]))
  })

  it('is given to executions that are late one after the other: they do not wait for each other', async () => {
    const [first, second] = [await accepted(1, 60), await accepted(1, 60)]
    const now = NOW + 7200 * SECOND
    expect(await make(second, now)).toBe(true)
    expect(await make(first, now)).toBe(false)
  })
})
