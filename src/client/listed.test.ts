import { describe, expect, it } from 'vitest'
import { listed } from './listed.ts'

/** A service with these pages, each of which leads to the next one. */
function pages(...found: string[][]) {
  const asked: string[] = []
  const ask = (path: string) => {
    asked.push(path)
    const body = found[asked.length - 1] ?? []
    return Promise.resolve({ body, link: `</first>; rel="first", </list?LAST=2&cursor=c${asked.length}>; rel="next"` })
  }
  return { asked, list: (last: number) => listed(ask, '/list', new URLSearchParams(`LAST=${last}`), (body) => body) }
}

describe('a list over several pages', () => {
  it('is read on until there are as many entries as were asked for', async () => {
    const { asked, list } = pages(['a', 'b'], ['c'], ['d', 'e'])
    expect(await list(4)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(asked).toEqual(['/list?LAST=4', '/list?LAST=2&cursor=c1', '/list?LAST=1&cursor=c2'])
  })
  it('ends with a page without entries, whatever that leads to', async () => {
    const { asked, list } = pages(['a'], [])
    expect(await list(500)).toEqual(['a'])
    expect(asked).toHaveLength(2)
  })
  it.each(['', '</list>; rel="next"', 'rel="next"', '<http://[>; rel="next"', '>; rel="next"'])(
    'ends where the header is %j',
    async (link) => {
      const ask = () => Promise.resolve({ body: ['a'], link })
      expect(await listed(ask, '/list', new URLSearchParams('LAST=9'), (body) => body)).toEqual(['a'])
    },
  )
})
