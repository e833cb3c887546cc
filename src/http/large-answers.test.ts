/** Large answers are made few at a time. */
import { EventEmitter } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { Turns } from '../data/turns.ts'
import type { HttpContext } from './context.ts'
import { inTurn, LARGE_AT_ONCE, LargeAnswers, readPage } from './large-answers.ts'

const stopping = new AbortController()
const context = () =>
  ({ large: new LargeAnswers(new Turns(LARGE_AT_ONCE, 1)), stopping: stopping.signal }) as unknown as HttpContext
const requestOf = (owner: string) => ({ method: 'GET', caller: { owner } }) as unknown as FastifyRequest
const replyOf = (raw = new EventEmitter()) => ({ raw }) as unknown as FastifyReply
const LARGE = 1_000_000

describe('large answers', () => {
  it('are made one at a time for a caller, and two for all; small ones do not wait', async () => {
    const [here, begun, ends] = [context(), [] as string[], new Map<string, () => void>()]
    const make = (name: string, owner: string, bytes = LARGE) =>
      inTurn(requestOf(owner), replyOf(), here, bytes, () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      })
    const all = [make('ada 1', 'ada'), make('ada 2', 'ada'), make('bob', 'bob'), make('eve', 'eve')]
    const small = make('small', 'ada', 100)
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(new Set(begun)).toEqual(new Set(['ada 1', 'bob', 'small']))
    for (let ended = 0; ended < 5; ended++) {
      ends.get(begun[ended] as string)?.()
      await new Promise(setImmediate)
    }
    await Promise.all([...all, small])
    expect(begun.length).toBe(5)
  })
  it('whose client went away while they waited are not made', async () => {
    const [here, raw] = [context(), new EventEmitter()]
    let end = () => {}
    const first = inTurn(
      requestOf('ada'),
      replyOf(),
      here,
      LARGE,
      () => new Promise<void>((resolve) => (end = resolve)),
    )
    const waiting = inTurn(requestOf('ada'), replyOf(raw), here, LARGE, () => Promise.reject(new Error('was made')))
    raw.emit('close')
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    end()
    await first
  })
  it('of lists are read in turn only where a small answer does not hold the page', async () => {
    const reads: number[] = []
    const pageOf = (goesOn: boolean, entries: string[], limit: number) =>
      readPage(
        requestOf('ada'),
        replyOf(),
        context(),
        { limit, bytes: LARGE },
        (page) => Promise.resolve((reads.push(page.bytes), { entries, goesOn })),
        ({ entries: shown }) => Promise.resolve(shown.length),
      )
    expect(await pageOf(false, ['a'], 2)).toBe(1)
    expect(await pageOf(true, ['a', 'b'], 2)).toBe(2)
    expect(reads.length).toBe(2)
    expect(await pageOf(true, ['a'], 2)).toBe(1)
    expect(reads.slice(2)).toEqual([262_144, LARGE])
  })
})
