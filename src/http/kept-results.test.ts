import { Readable } from 'node:stream'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import type { ExecutionId } from '../domain/ids.ts'
import { fileIn, sendFile } from './kept-results.ts'

const VOLUME = { execution: 'one' as ExecutionId, name: 'data-0' }
const quiet = new AbortController().signal

/** A content that notes how much of it was read. */
function contentOf(sizeBytes: number) {
  const seen = { bytes: 0 }
  const content = new Readable({
    read() {
      const part = Math.min(1_000, sizeBytes - seen.bytes)
      seen.bytes += part
      this.push(part > 0 ? Buffer.alloc(part) : null)
    },
  })
  return { seen, content }
}

async function answer(method: 'GET' | 'HEAD', sizeBytes: number, signal: AbortSignal = quiet) {
  const app = Fastify()
  const { seen, content } = contentOf(sizeBytes)
  app.get('/', (request, reply) => sendFile(request, reply, { name: 'a b.csv', sizeBytes, content, signal }))
  const { statusCode, headers, body } = await app.inject({ method, url: '/' })
  await app.close()
  return { statusCode, headers, body, seen, content }
}

it.each([0, 1, 5_000_000])(
  'HEAD says of a result of %i bytes what GET says, and reads nothing of it',
  async (sizeBytes) => {
    const [head, get] = [await answer('HEAD', sizeBytes), await answer('GET', sizeBytes)]
    expect([get.statusCode, get.body.length, get.seen.bytes]).toEqual([200, sizeBytes, sizeBytes])
    expect([head.statusCode, head.body, head.seen.bytes, head.content.destroyed]).toEqual([200, '', 0, true])
    for (const header of ['content-length', 'content-type', 'content-disposition'])
      expect([header, head.headers[header]]).toEqual([header, get.headers[header]])
  },
)
it('lets a content go whose time is over', async () => {
  const over = AbortSignal.abort()
  const { seen, content } = contentOf(10)
  const app = Fastify()
  app.get('/', (request, reply) => sendFile(request, reply, { name: 'x', sizeBytes: 10, content, signal: over }))
  await app.inject({ url: '/' }).catch(() => undefined)
  await app.close()
  expect([content.destroyed, seen.bytes]).toEqual([true, 0])
})

const meant = (names: readonly string[], isComplete: boolean, named?: string) =>
  fileIn({ namesIn: async () => ({ names, isComplete }) }, VOLUME, { named, own: 'own.csv' }, quiet)

it.each<[string, readonly string[], boolean, string | undefined, string]>([
  ['the only file', ['a.csv'], true, undefined, 'a.csv'],
  ['the named file', ['a.csv', 'b.csv'], true, 'b.csv', 'b.csv'],
  ['the named file, although it is not listed', ['a.csv'], false, 'z.csv', 'z.csv'],
  ['the result’s own file, where not all are listed', ['own.csv'], false, undefined, 'own.csv'],
])('%s is what is meant', async (_, names, isComplete, named, expected) => {
  expect(await meant(names, isComplete, named)).toBe(expected)
})
it.each<[string, readonly string[], boolean, RegExp]>([
  ['which of several', ['own.csv', 'b.csv'], true, /several files; name one of them with FILE: own\.csv, b\.csv\.$/],
  ['whether there are others', ['a.csv'], false, /with FILE: a\.csv, and perhaps others: .*FILE=own\.csv/],
  ['of none', [], true, /do not have a file/],
  ['of none that is listed', [], false, /perhaps others: .*FILE=own\.csv/],
])('nothing is taken for the only file where nobody can tell %s', async (_, names, isComplete, said) => {
  await expect(meant(names, isComplete)).rejects.toThrow(said)
})
