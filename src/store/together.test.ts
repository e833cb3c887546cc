import { describe, expect, it } from 'vitest'
import { DatabaseUnavailable } from './cannot-now.ts'
import { Together } from './together.ts'

/** Work that tells what it was asked for at the same time, and goes on when it is let go. */
function work({ failing = [], atMost = 10 }: { failing?: readonly string[]; atMost?: number } = {}) {
  const batches: (readonly string[])[] = []
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const together = new Together<string, string>(
    async (items) => {
      batches.push(items)
      await held
      if (items.some((item) => failing.includes(item))) throw new Error(`cannot do ${items.join(' ')}`)
      return items.map((item) => `${item} done`)
    },
    { keyOf: (item) => item.charAt(0), atMost },
  )
  return { batches, together, letGo: () => letGo() }
}

const begun = (batches: readonly unknown[], count: number) =>
  new Promise<void>((resolve) => {
    const look = () => (batches.length >= count ? resolve() : void setImmediate(look))
    look()
  })

describe('what is done together', () => {
  it('is what is asked for in one turn, and then what came meanwhile', async () => {
    const { batches, together, letGo } = work()
    const first = ['a', 'b'].map((item) => together.ask(item))
    await begun(batches, 1)
    const second = ['c', 'd'].map((item) => together.ask(item))
    letGo()
    expect(await Promise.all([...first, ...second])).toEqual(['a done', 'b done', 'c done', 'd done'])
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })
  it('is never two of one key, and never more than so many', async () => {
    const { batches, together, letGo } = work({ atMost: 2 })
    const asked = ['a1', 'a2', 'b', 'c'].map((item) => together.ask(item))
    letGo()
    await Promise.all(asked)
    expect(batches).toEqual([
      ['a1', 'b'],
      ['a2', 'c'],
    ])
  })
  it('is tried one by one where it fails, so that nobody suffers from a neighbour', async () => {
    const { batches, together, letGo } = work({ failing: ['b'] })
    const asked = ['a', 'b', 'c'].map((item) => together.ask(item))
    letGo()
    const results = await Promise.allSettled(asked)
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
    expect(await together.ask('d')).toBe('d done')
  })
  it('is not tried again while the database is away: everybody is told', async () => {
    let asked = 0
    const away = new Together<string, string>(
      async () => {
        asked++
        throw new DatabaseUnavailable('The database is not answering.', { cause: undefined })
      },
      { keyOf: (item) => item, atMost: 10 },
    )
    const results = await Promise.allSettled(['a', 'b'].map((item) => away.ask(item)))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(asked).toBe(1)
  })
  it.each(['57014', '55P03', '40P01', '40001'])('is tried one by one where one statement met %s', async (code) => {
    const batches: (readonly string[])[] = []
    const together = new Together<string, string>(
      async (items) => {
        batches.push(items)
        const cause = Object.assign(new Error('canceling statement'), { code })
        if (items.includes('b')) throw new DatabaseUnavailable('Others were in the way.', { cause })
        return items
      },
      { keyOf: (item) => item, atMost: 10 },
    )
    const results = await Promise.allSettled(['a', 'b', 'c'].map((item) => together.ask(item)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
  })
})

/** Work several times at once that waits for a while where an item waits for `stuck`. */
function lanes({ atOnce = 2 } = {}) {
  const batches: string[] = []
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const waitsFor = (item: string) => item.split(' ').slice(1)
  const together = new Together<string, string>(
    async (items) => {
      batches.push(items.join(', '))
      if (items.some((item) => waitsFor(item).includes('stuck'))) await held
      return items
    },
    { keyOf: (item) => item.charAt(0), atMost: 3, atOnce, waitsFor },
  )
  return { batches, ask: (...items: string[]) => Promise.all(items.map((item) => together.ask(item))), letGo }
}

describe('what waits for something of its own', () => {
  it('holds up neither its neighbours nor those behind them', async () => {
    const { batches, ask, letGo } = lanes()
    const stuck = ask('a stuck')
    await ask('b', 'c', 'd other')
    await ask('e', 'f other')
    const behind = ask('g stuck', 'h stuck other')
    await ask('i')
    expect(batches).toEqual(['a stuck', 'b, c', 'd other', 'e', 'f other', 'i'])
    letGo()
    await Promise.all([stuck, behind])
    expect(batches.at(-1)).toBe('g stuck, h stuck other')
  })
  it('lets nothing be done with its key meanwhile', async () => {
    const { batches, ask, letGo } = lanes()
    const stuck = ask('a stuck')
    const same = ask('a2')
    await ask('b')
    expect(batches).toEqual(['a stuck', 'b'])
    letGo()
    await Promise.all([stuck, same])
    expect(batches).toEqual(['a stuck', 'b', 'a2'])
  })
  it('is waited for where only one thing is done at once', async () => {
    const { batches, ask, letGo } = lanes({ atOnce: 1 })
    const all = [ask('a stuck'), ask('b')]
    await begun(batches, 1)
    letGo()
    await Promise.all(all)
    expect(batches).toEqual(['a stuck', 'b'])
  })
})
