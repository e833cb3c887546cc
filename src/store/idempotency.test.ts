import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OfferSetId } from '../domain/ids.ts'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import * as idempotency from './idempotency.ts'
import * as ledger from './ledger.ts'

let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.drop())

const now = Date.parse('2026-11-24T12:00:00Z')
const use = (key: string) => ({ owner: 'me', key, purpose: '/offersets', digest: Buffer.from('digest') })
const claim = (key: string, at: number) => test.database.transaction((tx) => idempotency.claim(tx, use(key), at))

describe('a key', () => {
  it('is taken once in a day, by its owner', async () => {
    expect(await claim('a', now)).toBe(true)
    expect(await claim('a', now + idempotency.REMEMBERED_MS)).toBe(false)
    const other = { ...use('a'), owner: 'you' }
    expect(await test.database.transaction((tx) => idempotency.claim(tx, other, now))).toBe(true)
    expect(await claim('a', now + idempotency.REMEMBERED_MS + 1)).toBe(true)
  })
  it('is free again when the transaction that took it is undone', async () => {
    const undone = test.database.transaction(async (tx) => {
      await idempotency.claim(tx, use('b'), now)
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await claim('b', now)).toBe(true)
  })
  it('leads to what was made', async () => {
    const offerSetId = randomUUID() as OfferSetId
    await test.database.transaction(async (tx) => {
      await idempotency.claim(tx, use('c'), now)
      const times = { createdAt: now, expiresAt: now }
      const offerSet = {
        id: offerSetId,
        owner: 'me',
        spelling: 'own',
        result: 'NO',
        messages: [],
        request: {},
        ...times,
      } as const
      await ledger.book(tx, { pools: [], offerSets: [offerSet], offers: [], bookings: [], open: new Set() }, now)
      await idempotency.note(tx, use('c'), { offerSetId })
    })
    expect(await idempotency.find(test.database, use('c'), now)).toMatchObject({ offerSetId, purpose: '/offersets' })
    expect(await idempotency.find(test.database, use('c'), now + idempotency.REMEMBERED_MS + 1)).toBeUndefined()
  })
  it('is forgotten after a day, and not before', async () => {
    const later = now + 10 * idempotency.REMEMBERED_MS
    while ((await idempotency.prune(test.database, later, 100)) > 0);
    for (const key of ['x', 'y', 'z']) await claim(key, now)
    expect(await idempotency.prune(test.database, now + idempotency.REMEMBERED_MS, 100)).toBe(0)
    expect(await idempotency.prune(test.database, now + idempotency.REMEMBERED_MS + 1, 2)).toBe(2)
    expect(await idempotency.prune(test.database, now + idempotency.REMEMBERED_MS + 1, 2)).toBe(1)
  })
})
