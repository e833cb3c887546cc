import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import { idSource, madeAtOf, type ExecutionId, type OfferSetId } from '../domain/ids.ts'
import { message } from '../domain/message.ts'
import * as accessTokens from '../store/access-tokens.ts'
import * as audit from '../store/audit.ts'
import * as executions from '../store/executions.ts'
import * as idempotency from '../store/idempotency.ts'
import * as identities from '../store/identities.ts'
import * as keptBytes from '../store/kept-bytes.ts'
import * as ledger from '../store/ledger.ts'
import * as messages from '../store/messages.ts'
import * as offerSets from '../store/offer-sets.ts'
import * as outputs from '../store/outputs.ts'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { keepHouse } from './housekeeping.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const RETENTION = {
  refusedMs: HOUR_MS,
  offersMs: DAY_MS,
  detailsMs: 30 * DAY_MS,
  recordsMs: 365 * DAY_MS,
  auditMs: 365 * DAY_MS,
}
const MINUTE = 60_000

let made: TestDatabase
const clock = new FakeClock()
const ids = idSource(() => clock.now())
beforeAll(async () => {
  made = await testDatabase()
})
afterAll(() => made.drop())

const house = () => keepHouse(made.database, clock, RETENTION)
const isThere = async (id: ExecutionId) => (await executions.find(made.database, id)) !== undefined
const setIsThere = async (id: OfferSetId) => (await offerSets.find(made.database, id)) !== undefined

/** Makes a set with some offers. */
async function offered(
  count: number,
  delegation?: string,
  owner = 'o',
): Promise<{ set: OfferSetId; offers: ExecutionId[] }> {
  const [set, now] = [ids.offerSet(), clock.now()]
  const one = { owner, createdAt: now, expiresAt: now + MINUTE }
  const rows = Array.from({ length: count }, (_, position): executions.Execution => ({
    ...one,
    id: ids.execution(),
    offerSetId: set,
    position,
    phase: 'OFFERED',
    phaseSince: now,
    modifiedAt: now,
    plan: {} as ExecutionPlan,
  }))
  const result = count > 0 ? ('YES' as const) : ('NO' as const)
  const offerSet = {
    ...one,
    id: set,
    spelling: 'own' as const,
    result,
    messages: [],
    request: { large: 'body' },
    delegation,
  }
  await ledger.book(
    made.database,
    { pools: [], offerSets: [offerSet], offers: rows, bookings: [], open: new Set() },
    now,
  )
  return { set, offers: rows.map(({ id }) => id) }
}

/** Takes the first offer of a set through its life, as far as the database sees it. */
async function completed(
  delegation?: string,
  owner?: string,
): Promise<{ set: OfferSetId; execution: ExecutionId; sibling: ExecutionId }> {
  const { set, offers } = await offered(2, delegation, owner)
  const [execution, sibling] = offers as [ExecutionId, ExecutionId]
  const now = clock.now()
  await made.database.transaction(async (tx) => {
    await executions.accept(tx, [{ id: execution, startAt: now, prepareAt: now, earliestAt: now }], now)
    await executions.move(tx, [sibling], 'withdraw', now)
    for (const event of ['prepare', 'start', 'finish', 'complete'] as const)
      await executions.move(tx, [execution], event, now)
    await executions.noteGivenBack(tx, [execution], now)
    const progress = message('image-progress', now, { image: 'x', progress: 'half' })
    await messages.add(tx, execution, undefined, progress, 'progress')
    await messages.add(tx, execution, undefined, message('exit-code', now, { exitCode: 3 }))
  })
  await outputs.append(made.database, [
    { executionId: execution, stream: 'stdout', chunk: 0, bytes: Buffer.from('hello') },
  ])
  return { set, execution, sibling }
}

/** Makes a set whose only offer nobody took. */
async function expired(): Promise<{ set: OfferSetId }> {
  const untaken = await offered(1)
  clock.advance(2 * MINUTE)
  await made.database.transaction((tx) => executions.expire(tx, [untaken.set], clock.now()))
  return untaken
}

describe('housekeeping', () => {
  it('lets expired offers leave a day after their end, and the answer with its words later', async () => {
    const { set, offers } = await offered(2)
    clock.advance(2 * MINUTE)
    await made.database.transaction((tx) => executions.expire(tx, [set], clock.now()))
    clock.advance(DAY_MS - 1)
    await house()
    expect(await isThere(offers[0] as ExecutionId)).toBe(true)
    clock.advance(2)
    await house()
    expect([await isThere(offers[0] as ExecutionId), await setIsThere(set)]).toEqual([false, true])
    clock.advance(30 * DAY_MS)
    await house()
    expect(await setIsThere(set)).toBe(false)
  })

  it('lets answers without offers leave after an hour', async () => {
    const refused = [await offered(0), await offered(0)]
    const { set: other } = await offered(1)
    clock.advance(HOUR_MS + MINUTE)
    await house()
    expect(await setIsThere(refused[0]?.set as OfferSetId)).toBe(true)
    clock.advance(1)
    await house()
    expect(await Promise.all([...refused.map(({ set }) => set), other].map(setIsThere))).toEqual([false, false, true])
  })

  it.each<[string, Partial<typeof RETENTION>, () => Promise<{ set: OfferSetId }>]>([
    ['an answer without offers', {}, () => offered(0)],
    ['an answer without offers that is kept for a moment', { refusedMs: 1 }, () => offered(0)],
    ['an answer of which nothing was accepted', { offersMs: 1, detailsMs: 1 }, () => expired()],
    ['an execution', { offersMs: 1, detailsMs: 1, recordsMs: 1 }, () => completed()],
  ])('keeps %s as long as the key that it was asked for with', async (_, times, make) => {
    const { database } = made
    const { set } = await make()
    const use = { owner: 'o', key: set, purpose: '/offersets', digest: Buffer.from('digest') }
    await database.transaction(async (tx) => {
      await idempotency.claim(tx, use, clock.now())
      await idempotency.note(tx, use, { offerSetId: set })
    })
    const keep = () => keepHouse(database, clock, { ...RETENTION, ...times })
    clock.advance(idempotency.REMEMBERED_MS)
    await keep()
    expect(await idempotency.find(database, use, clock.now())).toMatchObject({ offerSetId: set })
    expect(await setIsThere(set)).toBe(true)
    clock.advance(1)
    await idempotency.prune(database, clock.now(), 100)
    await keep()
    expect(await setIsThere(set)).toBe(false)
  })

  it('counts what is kept for an owner until the last of it left', async () => {
    const { database } = made
    const kept = (owner: string) => keptBytes.of(database, owner)
    const next = (owner: string) => keptBytes.nextLeaving(database, owner, RETENTION)
    expect([await kept('ada'), await next('ada')]).toEqual([0, undefined])
    await offered(0, undefined, 'ada')
    const refusal = await kept('ada')
    expect(refusal).toBeGreaterThan(0)
    expect(await next('ada')).toBe(clock.now() + MINUTE + HOUR_MS)
    const { set } = await completed(undefined, 'ada')
    const all = await kept('ada')
    expect(all).toBeGreaterThan(refusal)
    const sizes = [all]
    for (const pass of [HOUR_MS + MINUTE, DAY_MS, 30 * DAY_MS, 366 * DAY_MS]) {
      expect(await next('ada')).toBeLessThanOrEqual(clock.now() + pass)
      clock.advance(pass + 1)
      await house()
      sizes.push(await kept('ada'))
    }
    // Each step lets something of it go.
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => b - a))
    expect([sizes.at(-1), await next('ada'), await setIsThere(set)]).toEqual([0, undefined, false])
  })

  it('tells when the first of it really leaves', async () => {
    const { database } = made
    const { set } = await offered(0, undefined, 'kim')
    const use = { owner: 'kim', key: 'k', purpose: '/offersets', digest: Buffer.from('digest') }
    await database.transaction(async (tx) => {
      await idempotency.claim(tx, use, clock.now())
      await idempotency.note(tx, use, { offerSetId: set })
    })
    const keyMs = idempotency.REMEMBERED_MS
    expect(await keptBytes.nextLeaving(database, 'kim', RETENTION)).toBe(clock.now() + keyMs)
    await completed(undefined, 'lea')
    const short = { ...RETENTION, detailsMs: 1, recordsMs: 1 }
    expect(await keptBytes.nextLeaving(database, 'lea', short)).toBe(clock.now() + DAY_MS)
    const shorter = { ...short, offersMs: HOUR_MS }
    expect(await keptBytes.nextLeaving(database, 'lea', shorter)).toBe(clock.now() + HOUR_MS)
  })

  it('puts together what is counted in many parts, beside those who add to it', async () => {
    const { database } = made
    const adding = Array.from({ length: 120 }, () => offered(0, undefined, 'eve'))
    await Promise.all(adding)
    const all = await keptBytes.of(database, 'eve')
    const more = Array.from({ length: 120 }, () => offered(0, undefined, 'eve'))
    await Promise.all([...more, keptBytes.of(database, 'eve'), keptBytes.of(database, 'eve'), house(), house()])
    expect(await keptBytes.of(database, 'eve')).toBe(2 * all)
  })

  it('never touches an offer that is open, nor an execution that holds something', async () => {
    const open = await offered(1)
    const held = await offered(1)
    const [execution] = held.offers as [ExecutionId]
    await made.database.transaction(async (tx) => {
      const now = clock.now()
      await executions.accept(tx, [{ id: execution, startAt: now, prepareAt: now, earliestAt: now }], now)
      await executions.move(tx, [execution], 'fail', now)
    })
    clock.advance(1_000 * DAY_MS)
    await house()
    expect([await isThere(open.offers[0] as ExecutionId), await isThere(execution)]).toEqual([true, true])
    expect([await setIsThere(open.set), await setIsThere(held.set)]).toEqual([true, true])
  })

  it('lets an execution leave in two steps: first what is large, then the record', async () => {
    const { database } = made
    const { set, execution, sibling } = await completed()
    clock.advance(DAY_MS + 1)
    await house()
    expect([await isThere(execution), await isThere(sibling)]).toEqual([true, false])
    expect(await outputs.length(database, execution, 'stdout')).toBe(5)

    clock.advance(30 * DAY_MS)
    await house()
    const compacted = await executions.find(database, execution)
    expect(compacted).toMatchObject({ phase: 'COMPLETED', compactedAt: clock.now() })
    expect(await outputs.length(database, execution, 'stdout')).toBe(0)
    expect((await messages.list(database, [execution])).map(({ name }) => name)).toEqual(['exit-code'])
    expect(await executions.history(database, [execution])).toHaveLength(5)

    clock.advance(365 * DAY_MS)
    await house()
    expect([await isThere(execution), await setIsThere(set)]).toEqual([false, false])
  })

  it('works in bounded batches, and several at once do not get in each other’s way', async () => {
    const all = []
    for (let one = 0; one < 45; one++) all.push(await completed())
    clock.advance(400 * DAY_MS)
    const before = await Promise.all([house(), house(), house()])
    expect(before.every((next) => next > clock.now())).toBe(true)
    await house()
    const left = await Promise.all(all.map(({ execution }) => isThere(execution)))
    expect(left.filter(Boolean)).toEqual([])
  })

  it('lets entries of the audit log leave by their age, and no others', async () => {
    const { database } = made
    const record = (action: string) =>
      audit.add(database, { at: clock.now(), actor: 'ada', address: 'local', action, outcome: 'done', detail: {} })
    const recorded = async () =>
      (await audit.list(database, { limit: 9, bytes: 1_000_000 })).map(({ action }) => action)
    await record('first')
    clock.advance(DAY_MS)
    await record('second')
    clock.advance(364 * DAY_MS)
    await house()
    expect(await recorded()).toEqual(['second', 'first'])
    clock.advance(1)
    await Promise.all([house(), house()])
    expect(await recorded()).toEqual(['second'])
    await keepHouse(database, clock, { ...RETENTION, auditMs: 366 * DAY_MS })
    expect(await recorded()).toEqual(['second'])
    await keepHouse(database, clock, { ...RETENTION, auditMs: HOUR_MS })
    expect(await recorded()).toEqual([])
  })

  it('lets access tokens leave a month after they were of use, and no others', async () => {
    const { database } = made
    const names = { issuer: '', subject: 'ada', username: 'ada', nameInSource: 'ada' }
    const rights = { roles: ['user'] as const, groups: [], mustChangePassword: false }
    const account = crypto.randomUUID()
    await identities.insert(database, { id: account, ...names, ...rights }, clock.now())
    const token = async (name: string, goodMs: number) => {
      const id = crypto.randomUUID()
      const expiresAt = clock.now() + goodMs
      await accessTokens.insert(
        database,
        account,
        { id, name, digest: Buffer.from(name), groups: [], expiresAt },
        clock.now(),
      )
      return id
    }
    const [short, long, revoked] = [await token('short', DAY_MS), await token('long', 99 * DAY_MS), await token('r', 9)]
    await accessTokens.revoke(database, account, revoked, clock.now())
    const left = async () => (await accessTokens.list(database, account, 999 * DAY_MS)).map(({ id }) => id)
    const due = () => accessTokens.forget(database, clock.now() - 30 * DAY_MS, 9)
    clock.advance(30 * DAY_MS)
    await house()
    clock.advance(1)
    expect(await due()).toBe(1)
    expect((await left()).sort()).toEqual([short, long].sort())
    clock.advance(DAY_MS)
    await house()
    expect([await due(), await left()]).toEqual([0, [long]])
    clock.advance(97 * DAY_MS)
    await house()
    expect(await left()).toEqual([long])
  })

  it('looks again later when nothing more is due', async () => {
    expect(await house()).toBe(clock.now() + 600_000)
  })
})

describe('the id of a record', () => {
  it('says when it was made, so that an answer can say that it may have left', () => {
    expect(madeAtOf(ids.execution())).toBe(clock.now())
    expect(madeAtOf('ffffffff-ffff-4fff-8fff-ffffffffffff')).toBeUndefined()
  })

  it('forgets with what data are moved in the name of somebody, as soon as nothing is left to do', async () => {
    const delegationOf = (set: OfferSetId) => offerSets.delegation(made.database, set)
    const open = await offered(1, 'sealed')
    const expired = await offered(1, 'sealed')
    const done = await completed('sealed')
    const running = await offered(1, 'sealed')
    const [execution] = running.offers as [ExecutionId]
    const now = clock.now()
    await made.database.transaction(async (tx) => {
      await executions.accept(tx, [{ id: execution, startAt: now, prepareAt: now, earliestAt: now }], now)
      await executions.move(tx, expired.offers, 'expire', now)
    })
    await house()
    for (const { set } of [open, running]) expect(await delegationOf(set)).toBe('sealed')
    for (const { set } of [expired, done]) expect(await delegationOf(set)).toBeUndefined()
    await offerSets.replaceDelegation(made.database, open.set, 'another', 'new')
    expect(await delegationOf(open.set)).toBe('sealed')
    await offerSets.replaceDelegation(made.database, open.set, 'sealed', 'new')
    expect(await delegationOf(open.set)).toBe('new')
  })
})
