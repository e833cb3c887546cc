/** Decisions that are made together: every decision has its own answer, and its neighbours have theirs. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { onServer, testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { wish } from '../../test/support/wishes.ts'
import { BrokerError } from '../domain/errors.ts'
import { idSource } from '../domain/ids.ts'
import * as bookings from '../store/bookings.ts'
import type { Transaction } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as offerSets from '../store/offer-sets.ts'
import * as pools from '../store/pools.ts'
import * as quotas from '../store/quotas.ts'
import type { Permit } from './accept.ts'
import { BookingQueue } from './booking-queue.ts'
import { Decisions } from './decisions.ts'
import { expireOffers } from './give-up.ts'
import { Ledger } from './ledger.ts'
import type { OfferedSet } from './offers.ts'

const AMOUNTS = { cores: 1_000, memory: 1_000, storage: 1_000, accelerators: 0 }
const LIMITS = { offersMax: 2, lifetimeMs: 60_000, decideMs: 60_000, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }
const CORES = { min: 1, max: 4 }

const clock = { instant: 1_800_000_000_000, now: () => clock.instant, at: () => () => undefined }
let test: TestDatabase
let queue: BookingQueue
let decisions: Decisions
let poolId: pools.PoolId
beforeAll(async () => {
  test = await testDatabase()
  poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  queue = new BookingQueue(test.database, new Ledger(clock), clock, idSource(clock.now))
})
beforeEach(() => {
  decisions = new Decisions(test.database, clock)
})
afterAll(() => test.drop())

const offered = () =>
  queue.book(wish({ pools: [{ poolId, capacity: AMOUNTS }], cores: CORES, durationMs: 10_000, limits: LIMITS }))
const some = (count: number) => Promise.all(Array.from({ length: count }, offered))
const firstOf = ({ offers }: OfferedSet) => offers[0] as executions.Execution
const codeOf = (error: unknown) => (error instanceof BrokerError ? error.code : String(error))
const phasesOf = async (sets: readonly OfferedSet[]) => {
  const found = await executions.listOfOfferSets(
    test.database,
    sets.map(({ offerSet }) => offerSet.id),
  )
  return sets.map(({ offerSet }) =>
    found.filter(({ offerSetId }) => offerSetId === offerSet.id).map(({ phase }) => phase),
  )
}
const permit = (require: Permit['require']): Permit => ({ accounts: [{ of: 'user', name: 'somebody' }], require })
const refuse = permit(async () => {
  throw new BrokerError('POLICY_DENIED', 'Nothing is left of the quota.')
})
const allow = permit(async () => undefined)

describe('offers that are accepted at one time', () => {
  it('are accepted each, with few statements for all', async () => {
    const sets = await some(30)
    const before = test.database.statementsSent
    const instants = await Promise.all(sets.map((set) => decisions.accept({ offer: firstOf(set) })))
    expect(test.database.statementsSent - before).toBeLessThan(10)
    expect(new Set(instants)).toEqual(new Set([clock.now()]))
    expect(await phasesOf(sets)).toEqual(sets.map(() => ['ACCEPTED', 'REJECTED']))
    for (const { offerSet } of sets) expect(await bookings.listOf(test.database, offerSet.id)).not.toEqual([])
  })

  it('are refused each for its own reason, without a loss to the others', async () => {
    const [late, taken, counted, ...good] = await some(8)
    if (!late || !taken || !counted) throw new Error('there are too few sets')
    clock.instant += 60_001
    const fresh = await some(4)
    const missing = { ...firstOf(taken), id: idSource(clock.now).execution(), offerSetId: taken.offerSet.id }
    const answers = await Promise.allSettled([
      decisions.accept({ offer: firstOf(late) }),
      decisions.accept({ offer: missing }),
      ...fresh.map((set, index) => decisions.accept({ offer: firstOf(set), permit: [refuse, allow][index] })),
      ...fresh.map(({ offers }) => decisions.accept({ offer: offers[1] as executions.Execution })),
    ])
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? 'accepted' : codeOf(answer.reason)))).toEqual([
      'OFFER_EXPIRED',
      'NOT_FOUND',
      ...['POLICY_DENIED', 'accepted', 'accepted', 'accepted'],
      ...['accepted', 'PHASE_CONFLICT', 'PHASE_CONFLICT', 'PHASE_CONFLICT'],
    ])
    expect(await phasesOf(good)).toEqual(good.map(() => ['OFFERED', 'OFFERED']))
  })

  it('are accepted although one of them breaks the transaction', async () => {
    const sets = await some(5)
    const broken = permit((tx) =>
      tx.query({ name: 'broken', text: 'select 1 / 0', parameters: [] }, {}).then(() => undefined),
    )
    const answers = await Promise.allSettled(
      sets.map((set, index) => decisions.accept({ offer: firstOf(set), permit: index === 2 ? broken : undefined })),
    )
    expect(answers.map(({ status }) => status)).toEqual(
      sets.map((_, index) => (index === 2 ? 'rejected' : 'fulfilled')),
    )
    const phases = await phasesOf(sets)
    expect(phases[2]).toEqual(['OFFERED', 'OFFERED'])
    expect(phases.filter(([phase]) => phase === 'ACCEPTED')).toHaveLength(4)
  })

  it('count those before them in the same transaction', async () => {
    const sets = await some(6)
    const left = permit(async (tx) => {
      const found = await executions.listOfOfferSets(
        tx,
        sets.map(({ offerSet }) => offerSet.id),
      )
      if (found.filter(({ phase }) => phase === 'ACCEPTED').length >= 2)
        throw new BrokerError('POLICY_DENIED', 'Two is the most.')
    })
    const answers = await Promise.allSettled(sets.map((set) => decisions.accept({ offer: firstOf(set), permit: left })))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  })
})

// The embedded database has one connection, so there nobody holds a lock that another waits for.
describe.skipIf(!onServer)('an offer whose account or set somebody else has locked', () => {
  const holding = async (lock: (tx: Transaction) => Promise<unknown>, meanwhile: () => Promise<void>) =>
    test.database.transaction(async (tx) => {
      await lock(tx)
      await meanwhile()
    })
  const counted = (set: OfferedSet, name: string) =>
    decisions.accept({
      offer: firstOf(set),
      permit: { accounts: [{ of: 'user', name }], require: async () => undefined },
    })

  it('waits alone: those of other accounts and without one are accepted meanwhile', async () => {
    const sets = (await some(6)) as [OfferedSet, ...OfferedSet[]]
    const [locked, other, ...free] = sets
    let waiting: Promise<unknown> = Promise.resolve()
    await holding(
      (tx) => quotas.lock(tx, [{ of: 'user', name: 'locked' }]),
      async () => {
        waiting = counted(locked, 'locked')
        await Promise.all([
          counted(other as OfferedSet, 'other'),
          ...free.map((set) => decisions.accept({ offer: firstOf(set) })),
        ])
        expect(await phasesOf([locked])).toEqual([['OFFERED', 'OFFERED']])
      },
    )
    await waiting
    expect(await phasesOf(sets)).toEqual(sets.map(() => ['ACCEPTED', 'REJECTED']))
  })
  it('does not keep those behind it waiting where its set is locked', async () => {
    const [locked, ...behind] = (await some(6)) as [OfferedSet, ...OfferedSet[]]
    let waiting: Promise<unknown> = Promise.resolve()
    await holding(
      (tx) => offerSets.lock(tx, [locked.offerSet.id]),
      async () => {
        waiting = decisions.accept({ offer: firstOf(locked) })
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
        await Promise.all(behind.map((set) => decisions.accept({ offer: firstOf(set) })))
      },
    )
    await waiting
    expect(await phasesOf(behind)).toEqual(behind.map(() => ['ACCEPTED', 'REJECTED']))
  })
})

describe('offers that are given up at one time', () => {
  it('are given up each by its own event, whole sets and single ones, with few statements for all', async () => {
    const sets = await some(30)
    const before = test.database.statementsSent
    const given = await Promise.all(
      sets.map((set, index) =>
        decisions.giveUp({
          offerSetId: set.offerSet.id,
          event: index % 2 === 0 ? 'reject' : 'cancel',
          which: index < 20 ? undefined : firstOf(set).id,
        }),
      ),
    )
    expect(test.database.statementsSent - before).toBeLessThan(10)
    expect(given.map((ids) => ids.length)).toEqual(sets.map((_, index) => (index < 20 ? 2 : 1)))
    const ended = (index: number) => (index % 2 === 0 ? 'REJECTED' : 'CANCELLED')
    expect(await phasesOf(sets)).toEqual(sets.map((_, index) => [ended(index), index < 20 ? ended(index) : 'OFFERED']))
    for (const [index, { offerSet }] of sets.entries())
      expect((await bookings.listOf(test.database, offerSet.id)).length > 0).toBe(index >= 20)
  })

  it('leave what others have accepted or given up before as it is', async () => {
    const [accepted, gone] = (await some(2)) as [OfferedSet, OfferedSet]
    await decisions.accept({ offer: firstOf(accepted) })
    await decisions.giveUp({ offerSetId: gone.offerSet.id, event: 'reject' })
    const held = await bookings.listOf(test.database, accepted.offerSet.id)
    const given = await Promise.all(
      [accepted, gone].map(({ offerSet }) => decisions.giveUp({ offerSetId: offerSet.id, event: 'cancel' })),
    )
    expect(given).toEqual([[], []])
    expect(await phasesOf([accepted, gone])).toEqual([
      ['ACCEPTED', 'REJECTED'],
      ['REJECTED', 'REJECTED'],
    ])
    expect(await bookings.listOf(test.database, accepted.offerSet.id)).toEqual(held)
  })
})

it('offers that expire free what they held, and no more at once than was asked for', async () => {
  const sets = await some(10)
  const accepted = sets[0] as OfferedSet
  await decisions.accept({ offer: firstOf(accepted) })
  clock.instant += 60_001
  const ended: number[] = []
  do ended.push(await expireOffers(test.database, clock.now(), 4))
  while (ended.at(-1))
  expect(Math.max(...ended)).toBeLessThanOrEqual(8)
  expect(await phasesOf(sets.slice(1))).toEqual(sets.slice(1).map(() => ['EXPIRED', 'EXPIRED']))
  for (const { offerSet } of sets)
    expect((await bookings.listOf(test.database, offerSet.id)).length > 0).toBe(offerSet === accepted.offerSet)
})
