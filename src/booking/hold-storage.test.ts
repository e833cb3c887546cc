import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chance } from '../../test/model/chance.ts'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { wish } from '../../test/support/wishes.ts'
import { idSource } from '../domain/ids.ts'
import * as bookings from '../store/bookings.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { BookingQueue } from './booking-queue.ts'
import { holdOnly, holdStorage, type WantedStorage } from './hold-storage.ts'
import { Ledger } from './ledger.ts'

const NOW = Date.UTC(2026, 10, 24)
const SECOND = 1000
const HOUR = 3600 * SECOND
const AMOUNTS = { cores: 1000, memory: 1000, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 0 }
/** The seeds of random histories, and the executions in each. */
const SEEDS = [1, 2, 3, 4]
const EXECUTIONS = 20

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

/** A pool of its own, with a clock at its beginning. */
async function setting(name: string) {
  const { database } = test
  const clock = new FakeClock(NOW)
  const poolId = await pools.keep(database, name, 'default', AMOUNTS, NOW)
  const ledger = new Ledger(clock)
  const ids = idSource(() => clock.now())
  const queue = new BookingQueue(database, ledger, clock, ids)
  const book = async (storage: number, durationMs: number, owner = 'ada') => {
    const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, limits: LIMITS, direct: true }
    const { offers } = await queue.book(wish({ ...wanted, storage, durationMs, owner }))
    return executions.find(database, offers[0]?.id as executions.Execution['id']) as Promise<executions.Execution>
  }
  const hold = (one: executions.Execution, wanted: Partial<WantedStorage>) =>
    database.transaction((tx) =>
      holdStorage(tx, ledger, one, { gib: 1, untilAt: clock.now() + HOUR, share: 1, ...wanted }, clock.now()),
    )
  const only = (one: executions.Execution, gib: number, untilAt: number) =>
    database.transaction((tx) => holdOnly(tx, ledger, one, [{ gib, untilAt }], clock.now()))
  const storageOf = async (one: executions.Execution) =>
    (await bookings.listOf(database, one.offerSetId)).filter(({ resource }) => resource === 'storage')
  /** The first instant from now on at which more is held than there is, as another process sees it. */
  const shortAt = async () => {
    const [replica] = await new Ledger(clock).known(database, [poolId])
    return replica?.profile.shortFrom({ resource: 'storage', amount: 0, fromAt: clock.now() })
  }
  /** Ends an execution without its results having been saved, which are kept. */
  const fail = async ({ id }: executions.Execution) => {
    await database.transaction((tx) => executions.move(tx, [id], 'fail', clock.now()))
    const data = (await components.list(database, [id])).find(({ family }) => family === 'storage')
    await components.describe(database, id, data?.position ?? 0, { keptUntil: clock.now() + HOUR })
  }
  return { clock, book, hold, only, storageOf, shortAt, fail }
}

describe('storage that is held after the end of an execution', () => {
  it('is held as long as is wanted where nobody was promised it', async () => {
    const { book, hold, shortAt } = await setting('free')
    const one = await book(60, 10 * SECOND)
    await book(40, HOUR)
    expect(await hold(one, { gib: 60 })).toEqual({ untilAt: NOW + HOUR })
    expect(await shortAt()).toBe(Number.POSITIVE_INFINITY)
  })
  it.each([
    ['the next promise', 60, 50 * SECOND],
    ['the booked end at least', 100, 50 * SECOND],
    ['the promise after the next, which has room beside it', 30, 150 * SECOND],
  ])('is held until %s', async (name, gib, untilMs) => {
    const { book, hold, shortAt, storageOf } = await setting(name)
    const one = await book(100, 50 * SECOND)
    const next = [await book(70, 100 * SECOND), await book(90, 100 * SECOND)]
    const promised = await Promise.all(next.map(storageOf))
    expect(await hold(one, { gib })).toEqual({ untilAt: NOW + untilMs, limit: 'promises' })
    expect(await shortAt()).toBe(Number.POSITIVE_INFINITY)
    expect(await Promise.all(next.map(storageOf))).toEqual(promised)
  })
  it('is not held at all when others have been promised it since its time was over', async () => {
    const { book, hold, clock, storageOf } = await setting('late')
    const one = await book(100, 50 * SECOND)
    await book(100, HOUR)
    const before = await storageOf(one)
    clock.advance(60 * SECOND)
    expect((await hold(one, { gib: 100 })).untilAt).toBeLessThanOrEqual(clock.now())
    expect(await storageOf(one)).toEqual(before)
  })
  it('is held for one owner up to a share of the pool, and for the others beside that', async () => {
    const { book, hold, fail } = await setting('share')
    const share = 0.5
    const [first, second, third] = [await book(30, SECOND), await book(30, SECOND), await book(30, SECOND, 'bob')]
    expect(await hold(first, { gib: 30, share })).toEqual({ untilAt: NOW + HOUR })
    await fail(first)
    expect(await hold(second, { gib: 30, share })).toEqual({ untilAt: NOW + SECOND, limit: 'share' })
    expect(await hold(second, { gib: 20, share })).toEqual({ untilAt: NOW + HOUR })
    expect(await hold(third, { gib: 30, share })).toEqual({ untilAt: NOW + HOUR })
  })
  it('is given back but for what stays in it', async () => {
    const { book, hold, only, storageOf } = await setting('only')
    const one = await book(60, 10 * SECOND)
    await hold(one, { gib: 20 })
    expect((await storageOf(one)).map(({ amount }) => amount).sort()).toEqual([20, 40])
    for (let twice = 0; twice < 2; twice++) await only(one, 20, NOW + HOUR)
    expect(await storageOf(one)).toMatchObject([{ amount: 20, toAt: NOW + HOUR }])
  })
  it.each(SEEDS)('never goes beyond the pool, nor changes what others hold, in the random history %i', async (seed) => {
    const { book, hold, only, clock, storageOf, shortAt } = await setting(`random ${seed}`)
    const chance = new Chance(seed)
    const live: executions.Execution[] = []
    for (let count = 0; count < EXECUTIONS; count++) {
      live.push(await book(chance.integer(1, 100), chance.integer(1, 100) * SECOND))
      const ending = chance.one(live.filter(({ startAt = 0 }) => startAt <= clock.now()))
      if (!ending || chance.next() < 0.3) continue
      const others = live.filter((one) => one !== ending)
      const before = await Promise.all(others.map(storageOf))
      const gib = chance.integer(1, 100)
      const { untilAt } = await hold(ending, { gib, untilAt: clock.now() + chance.integer(1, 3600) * SECOND })
      const booked = (await storageOf(ending)).reduce((sum, { amount }) => sum + amount, 0)
      if (chance.next() < 0.5 && untilAt > clock.now() && gib <= booked) await only(ending, gib, untilAt)
      expect(await shortAt(), `with ${gib} GiB until ${untilAt}`).toBe(Number.POSITIVE_INFINITY)
      expect(await Promise.all(others.map(storageOf))).toEqual(before)
      clock.advance(chance.integer(0, 30) * SECOND)
    }
  })
})
