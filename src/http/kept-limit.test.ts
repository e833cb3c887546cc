import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../store/database.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { KeptLimit } from './kept-limit.ts'

const MAX = 1_000
const TIMES = { refusedMs: 1, offersMs: 1, detailsMs: 1, recordsMs: 1, auditMs: 1 }

let kept: number
let looks: number
let pending: (() => void)[] | undefined
let fails: boolean
const clock = new FakeClock()
beforeEach(() => {
  ;[kept, looks, pending, fails] = [0, 0, undefined, false]
})

/** A database that keeps so many bytes of everybody; its answers are held back while there is a list for them. */
const database = {
  query: async (_: unknown, parameters: object) => {
    const isLook = 'refused' in parameters
    if (isLook) looks++
    const row = isLook ? { at: clock.now() + 60_000 } : { bytes: kept, parts: 1 }
    if (pending) await new Promise<void>((resolve) => pending?.push(resolve))
    if (isLook && fails) throw new Error('the database is away')
    return [row]
  },
} as unknown as Database

const limitOf = (...max: (number | undefined)[]) => new KeptLimit(database, clock, max.length > 0 ? max[0] : MAX, TIMES)
/** Adds what it asks for. */
const add = (limit: KeptLimit, bytes: number, owner = 'ada') =>
  limit
    .within(owner, bytes, async () => {
      kept += bytes
      return 'answered'
    })
    .catch(({ code, message }: { code?: string; message: string }) => code ?? message)
const addMany = (limit: KeptLimit, count: number, bytes: number) =>
  Promise.all(Array.from({ length: count }, () => add(limit, bytes)))

describe('the limit of what is kept', () => {
  it.each([2, 3, 12])('counts what was added once, however many of %i requests read it at once', async (count) => {
    const limit = limitOf()
    expect(await add(limit, 600)).toBe('answered')
    expect(await addMany(limit, count, 600)).toEqual(Array.from({ length: count }, () => 'TOO_MUCH_KEPT'))
    expect(await addMany(limit, count, 350)).toEqual([
      'answered',
      ...Array.from({ length: count - 1 }, () => 'TOO_MUCH_KEPT'),
    ])
    expect(kept).toBe(950)
  })

  it('goes by the reading that began last, whichever is answered first', async () => {
    const limit = limitOf()
    pending = []
    const early = add(limit, 600)
    kept = 900
    const late = add(limit, 300)
    for (const answer of pending.splice(0).reverse()) answer()
    pending = undefined
    expect(await late).toBe('TOO_MUCH_KEPT')
    expect(await early).toBe('TOO_MUCH_KEPT')
  })

  it('lets somebody of whom nothing is kept ask for anything', async () => {
    const limit = limitOf()
    expect(await add(limit, 50_000)).toBe('answered')
    expect(await add(limit, 1)).toBe('TOO_MUCH_KEPT')
  })

  it('looks for what leaves next once within seconds, for however many refusals', async () => {
    kept = MAX
    const limit = limitOf()
    await addMany(limit, 12, 1)
    await addMany(limit, 12, 1)
    expect(looks).toBe(1)
    clock.advance(10_000)
    await addMany(limit, 12, 1)
    expect(looks).toBe(2)
    await add(limit, 1, 'bob')
    expect(looks).toBe(3)
  })

  it('looks again after a look that failed', async () => {
    kept = MAX
    const limit = limitOf()
    fails = true
    expect(await add(limit, 1)).toBe('the database is away')
    fails = false
    expect(await addMany(limit, 2, 1)).toEqual(['TOO_MUCH_KEPT', 'TOO_MUCH_KEPT'])
    expect(looks).toBe(2)
  })

  it('is none where there is no number', async () => {
    expect(await add(limitOf(undefined), 10 * MAX)).toBe('answered')
  })
})
