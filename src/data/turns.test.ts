import { describe, expect, it } from 'vitest'
import { Turns, TurnsAt } from './turns.ts'

const quiet = new AbortController().signal

/** Work that goes on until it is ended, with the order in which it began. */
function works(take: (owner: string, work: () => Promise<void>, signal: AbortSignal) => Promise<void>) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (owner: string, name: string, signal = quiet) =>
    take(
      owner,
      () => {
        begun.push(name)
        return new Promise((resolve) => ends.set(name, resolve))
      },
      signal,
    )
  const end = async (name: string) => {
    ends.get(name)?.()
    await settled()
  }
  return { begun, begin, end }
}

/** Returns when everything that can go on now has. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

const worksOn = (turns: Turns) => works((owner, work, signal) => turns.take(owner, signal, work))

describe('places', () => {
  it('are never all one owner’s', async () => {
    const { begun, begin } = worksOn(new Turns(4))
    for (const name of ['a1', 'a2', 'a3', 'a4']) void begin('a', name)
    await settled()
    expect(begun).toEqual(['a1', 'a2', 'a3'])
    void begin('b', 'b1')
    await settled()
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1'])
  })
  it('are taken in turns, owner by owner, each owner’s in their order', async () => {
    const { begun, begin, end } = worksOn(new Turns(1))
    for (const name of ['a1', 'a2', 'a3']) void begin('a', name)
    for (const name of ['b1', 'b2']) void begin('b', name)
    void begin('c', 'c1')
    await settled()
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2']) await end(name)
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })
  it('are one owner’s alone where there is one place', async () => {
    const { begun, begin } = worksOn(new Turns(1))
    void begin('a', 'a1')
    await settled()
    expect(begun).toEqual(['a1'])
  })
  it('are all taken, by several owners', async () => {
    const { begun, begin, end } = worksOn(new Turns(3))
    for (const owner of ['a', 'b', 'c', 'd']) for (const turn of [1, 2, 3]) void begin(owner, `${owner}${turn}`)
    await settled()
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    for (const name of ['b1', 'a1']) await end(name)
    expect(begun.slice(3)).toEqual(['c1', 'd1'])
  })
  it('are given back by work that fails', async () => {
    const turns = new Turns(1)
    await expect(turns.take('a', quiet, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await turns.take('a', quiet, () => Promise.resolve('done'))).toBe('done')
    expect(turns.isIdle).toBe(true)
  })
  it('are not waited for any more when it is aborted, and nobody behind is kept', async () => {
    const turns = new Turns(1)
    const { begun, begin, end } = worksOn(turns)
    const aborting = new AbortController()
    const reason = new Error('not any more')
    const first = begin('a', 'a1')
    const given = begin('b', 'b1', aborting.signal)
    const last = begin('b', 'b2')
    aborting.abort(reason)
    await expect(given).rejects.toBe(reason)
    await expect(begin('b', 'b3', aborting.signal)).rejects.toBe(reason)
    await end('a1')
    await end('b2')
    await Promise.all([first, last])
    expect(begun).toEqual(['a1', 'b2'])
    expect(turns.isIdle).toBe(true)
  })
})

it('at one server, turns do not wait for those at another', async () => {
  const turns = new TurnsAt(1)
  const { begun, begin, end } = works((owner, work, signal) =>
    turns.take(owner.slice(1), owner.charAt(0), signal, work),
  )
  for (const place of ['a@one', 'b@one', 'a@two']) void begin(place, place)
  await settled()
  expect(begun).toEqual(['a@one', 'a@two'])
  await end('a@one')
  expect(begun).toEqual(['a@one', 'a@two', 'b@one'])
})
