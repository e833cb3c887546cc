import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { wish } from '../../test/support/wishes.ts'
import { BookingQueue } from '../booking/booking-queue.ts'
import { Ledger } from '../booking/ledger.ts'
import { idSource, type ExecutionId } from '../domain/ids.ts'
import { WORK_KINDS } from '../domain/work-kind.ts'
import * as pools from './pools.ts'
import * as work from './work.ts'

const AMOUNTS = { cores: 5_000, memory: 5_000, storage: 1, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }
const LEASE_MS = 30_000

const clock = new FakeClock()
let test: TestDatabase
let queue: BookingQueue
let poolId: pools.PoolId
beforeAll(async () => {
  test = await testDatabase()
  poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  queue = new BookingQueue(
    test.database,
    new Ledger(clock),
    clock,
    idSource(() => clock.now()),
  )
})
afterAll(() => test.drop())

/** Gives the engine so many executions of an owner; preparing them is said to take so long. */
async function accept(owner: string, count: number, prepareMs = 0): Promise<ExecutionId[]> {
  const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, durationMs: 10_000, prepareMs }
  const all = Array.from({ length: count }, () => {
    const { asked, ...rest } = wish({ ...wanted, limits: LIMITS, direct: true })
    return queue.book({ ...rest, asked: { ...asked, owner } })
  })
  return (await Promise.all(all)).flatMap(({ offers }) => offers.map(({ id }) => id))
}

const claim = (concurrency: number, rooms: Partial<work.Rooms> = {}) =>
  work.claim(test.database, 'worker', clock.now(), clock.now() + LEASE_MS, {
    ...{ fetches: concurrency, concurrency, left: [], spareFetches: 0, spare: 0, busy: [] },
    ...rooms,
  })
const idsOf = (leases: readonly work.Lease[]) => leases.map(({ executionId }) => executionId)
const done = (leases: readonly work.Lease[]) => work.remove(test.database, 'worker', leases)

/** Takes and ends everything that is left. */
async function empty(): Promise<void> {
  for (let leases = await claim(2_000); leases.length > 0; leases = await claim(2_000)) await done(leases)
}

describe('the work that is taken', () => {
  it('is that of every owner in turn: a thousand of one do not starve another', async () => {
    const many = await accept('many', 1_000)
    clock.advance(1_000)
    const few = await accept('few', 3)

    const first = await claim(4)
    expect(idsOf(first).filter((id) => many.includes(id))).toHaveLength(2)
    expect(idsOf(first).filter((id) => few.includes(id))).toHaveLength(2)
    // An owner for whom four are at work waits for one who has none, also where there is room for one only.
    await done(first.filter(({ executionId }) => few.includes(executionId)))
    expect(idsOf(await claim(1)).filter((id) => few.includes(id))).toHaveLength(1)
    const rest = await claim(3)
    expect(idsOf(rest).every((id) => many.includes(id))).toBe(true)
    expect(rest).toHaveLength(3)
    await work.takeBackLeases(test.database)
    await empty()
  })
  it('leaves the last places to owners who have none, and nothing is due to the others meanwhile', async () => {
    const many = await accept('many', 200, 60_000)
    const rooms = { fetches: 10, spareFetches: 2, spare: 2 }
    const lane = { platform: 'simulated', kind: 'fetch' } as const
    const busy = [{ ...lane, owner: 'many' }]
    const first = await claim(10, rooms)
    expect(first).toHaveLength(8)
    expect(await claim(10, { ...rooms, busy, left: [{ ...lane, room: 2 }] })).toEqual([])
    expect(await work.nextDue(test.database, [], busy)).toBe(clock.now() + LEASE_MS)

    clock.advance(1_000)
    const few = await accept('few', 3, 60_000)
    expect(await work.nextDue(test.database, [], busy)).toBe(clock.now())
    const second = await claim(10, { ...rooms, busy, left: [{ ...lane, room: 2 }] })
    expect(idsOf(second)).toEqual([few[0]])
    // Who has some may have more while there are more places than those.
    const left = [{ ...lane, room: 4 }]
    const third = await claim(10, { ...rooms, busy: [...busy, { ...lane, owner: 'few' }], left })
    expect(idsOf(third).sort()).toEqual([few[1], few[2]].sort())
    expect(idsOf(first).every((id) => many.includes(id))).toBe(true)
    await work.takeBackLeases(test.database)
    await empty()
  })
  it('has that of a second owner among the first, however much of one is due', async () => {
    await accept('many', 200)
    const [one] = await accept('few', 1)
    expect(idsOf(await claim(2))).toContain(one)
    await work.takeBackLeases(test.database)
    await empty()
  })
  it('is as much of each kind as there is room for, whatever waits of the others', async () => {
    const slow = await accept('somebody', 5, 60_000)
    const [quick] = await accept('somebody', 1)
    const leases = await claim(5, { fetches: 2 })
    expect(idsOf(leases).filter((id) => slow.includes(id))).toHaveLength(2)
    expect(idsOf(leases)).toContain(quick)
    const full = { platform: 'simulated', kind: 'fetch', room: 0 } as const
    expect(await claim(5, { left: [full] })).toEqual([])
    expect(await work.nextDue(test.database, [full])).toBe(clock.now() + LEASE_MS)
    expect(await work.nextDue(test.database, [])).toBe(clock.now())
    await done(leases)
    await empty()
  })
  it('is what others went away from only where there is room, and that comes first', async () => {
    const slow = await accept('somebody', 3, 60_000)
    const [quick] = await accept('somebody', 1)
    await claim(10)
    clock.advance(LEASE_MS + 1)
    const due = await accept('somebody', 3, 60_000)
    const fetches = { platform: 'simulated', kind: 'fetch' } as const
    const others = { platform: 'simulated', kind: 'prepare' } as const

    // On a platform that this worker may not touch nothing is taken over, and nothing is due there.
    const foreign = WORK_KINDS.map((kind) => ({ platform: 'simulated', kind, room: 0 }))
    expect(await claim(10, { left: foreign })).toEqual([])
    expect(await work.nextDue(test.database, foreign)).toBeUndefined()

    expect(idsOf(await claim(10, { left: [{ ...fetches, room: 0 }] }))).toEqual([quick])
    expect(await work.nextDue(test.database, [fetches])).toBe(clock.now() + LEASE_MS)
    const two = idsOf(
      await claim(10, {
        left: [
          { ...fetches, room: 2 },
          { ...others, room: 0 },
        ],
      }),
    )
    expect(two.filter((id) => slow.includes(id))).toHaveLength(2)
    expect(two).toHaveLength(2)
    const rest = idsOf(await claim(10, { left: [{ ...fetches, room: 3 }] }))
    expect(rest.filter((id) => slow.includes(id))).toHaveLength(1)
    expect(rest.filter((id) => due.includes(id))).toHaveLength(2)
    await work.takeBackLeases(test.database)
    await empty()
  })
  it('is counted when a worker goes away again and again', async () => {
    await accept('somebody', 1)
    const counts: number[] = []
    for (let round = 0; round < 3; round++) {
      const [lease] = await claim(1)
      counts.push(lease?.abandoned ?? -1)
      clock.advance(LEASE_MS + 1)
    }
    expect(counts).toEqual([0, 1, 2])
    const [lease] = await claim(1)
    await work.yieldLeases(test.database, 'worker', [{ ...(lease as work.Lease), ...next() }], clock.now())
    expect((await claim(1))[0]?.abandoned).toBe(0)
    await work.takeBackLeases(test.database)
    await empty()
  })
})

describe('work that was parked', () => {
  it('is taken by nobody and does not keep others waiting, until somebody asks for another try', async () => {
    const [poisoned, other] = (await accept('somebody', 2)) as [ExecutionId, ExecutionId]
    const lease = (await claim(2)).find(({ executionId }) => executionId === poisoned) as work.Lease
    await work.takeBackLeases(test.database)
    const again = (await claim(2)).find(({ executionId }) => executionId === poisoned) as work.Lease
    expect(again.fence).toBe(lease.fence + 1)
    const parked = { ...again, ...next(), attempts: 7, parkedFor: 'It cannot be done.' }
    await work.yieldLeases(test.database, 'worker', [parked], clock.now())
    await work.takeBackLeases(test.database)

    expect(idsOf(await claim(2))).toEqual([other])
    expect(await work.nextDue(test.database, [])).toBe(clock.now() + LEASE_MS)
    await work.wake(test.database, [poisoned], clock.now())
    expect(await claim(2)).toEqual([])
    expect(await work.parked(test.database, 10)).toMatchObject([
      { executionId: poisoned, owner: 'somebody', attempts: 7, parkedReason: 'It cannot be done.', phase: 'PREPARING' },
    ])

    expect(await work.retry(test.database, [poisoned, other], clock.now())).toEqual([poisoned])
    expect(await claim(2)).toMatchObject([{ executionId: poisoned, attempts: 0 }])
    expect(await work.parked(test.database, 10)).toEqual([])
    await work.takeBackLeases(test.database)
    await empty()
  })
})

const next = () => ({ runAt: clock.now(), attempts: 0, wakesSeen: 0 })
