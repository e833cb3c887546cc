import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { wish } from '../../test/support/wishes.ts'
import { idSource } from '../domain/ids.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import * as pools from '../store/pools.ts'
import { acceptOffers } from './accept.ts'
import { justAccepted } from './accepted.ts'
import { BookingQueue } from './booking-queue.ts'
import { Ledger } from './ledger.ts'

const AMOUNTS = { cores: 4, memory: 64, storage: 100, accelerators: 0 }
const LIMITS = { offersMax: 1, lifetimeMs: 0, decideMs: 0, horizonMs: 1e9, durationMaxMs: 1e9, graceMs: 1000 }

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

/** A clock that stands still, until it is set. */
const clock = { instant: 1_800_000_000_000, now: () => clock.instant, at: () => () => undefined }

async function offered(direct: boolean, owner?: string): Promise<executions.Execution> {
  const poolId = await pools.keep(test.database, 'simulated', 'default', AMOUNTS, clock.now())
  const queue = new BookingQueue(test.database, new Ledger(clock), clock, idSource(clock.now))
  const wanted = { pools: [{ poolId, capacity: AMOUNTS }], cores: { min: 1, max: 1 }, durationMs: 10_000, storage: 5 }
  const limits = direct ? LIMITS : { ...LIMITS, lifetimeMs: 60_000, decideMs: 60_000 }
  const { offers } = await queue.book(wish({ ...wanted, limits, direct, ...(owner ? { owner } : {}) }))
  return offers[0] as executions.Execution
}

async function asKept(id: executions.Execution['id']) {
  const { sharedWith: _, ...execution } = (await executions.find(test.database, id)) as executions.Execution
  const history = await executions.history(test.database, [id])
  return {
    execution,
    components: await components.list(test.database, [id]),
    history: history.map(({ number: __, executionId: ___, ...entry }) => entry),
  }
}

it('is what the database has of an offer that was accepted as it was made', async () => {
  const offer = await offered(true)
  expect(justAccepted(offer, offer.createdAt)).toEqual(await asKept(offer.id))
})

it.each([1, 30_000])(
  'is what the database has of an offer that was accepted %i ms after it was made',
  async (later) => {
    const offer = await offered(false)
    clock.instant += later
    expect(await acceptOffers(test.database, [{ offer }], clock.now())).toEqual([undefined])
    expect(justAccepted(offer, clock.now())).toEqual(await asKept(offer.id))
  },
)

it.each([
  ['accepted', false, [undefined]],
  ['not accepted where its account is disabled', true, [expect.objectContaining({ code: 'FORBIDDEN' })]],
])('an offer is %s', async (_, disabled, answers) => {
  const owner = randomUUID()
  const account = { issuer: '', subject: owner, username: owner, nameInSource: owner, mustChangePassword: false }
  await identities.insert(test.database, { id: owner, roles: [], groups: [], ...account }, clock.now())
  const others = await offered(false)
  const offer = await offered(false, owner)
  await test.database.transaction((tx) => identities.change(tx, owner, { disabled }, clock.now()))
  expect(await acceptOffers(test.database, [{ offer }], clock.now())).toEqual(answers)
  expect(await acceptOffers(test.database, [{ offer: others }], clock.now())).toEqual([undefined])
})
