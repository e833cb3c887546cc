/**
 * Answers that no good server gives: headers that are doubled, missing, huge or no numbers. What cannot be read is
 * said to be so where it comes from, and is never a mistake of the broker.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AddressGuard } from '../../src/data/address-guard.ts'
import { HttpsSource } from '../../src/data/https/https-source.ts'
import { stage } from '../../src/data/staging.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import { breakingServer, httpAnswer, type BreakingServer } from '../support/breaking-server.ts'
import { HastyClock } from '../support/fake-clock.ts'
import { watchProcess } from '../support/survival.ts'

const quiet = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'strange-'))
let server: BreakingServer
let survives: () => Promise<void>
beforeAll(async () => {
  server = await breakingServer(() => '')
})
beforeEach(() => {
  survives = watchProcess()
})
afterEach(async () => {
  server.forget()
  await survives()
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const CONTENT = 'ra,dec\n1.5,2.5\n'
const USUAL = ['ETag: "one"', 'Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT', `Content-Length: ${CONTENT.length}`]
const source = new HttpsSource({
  guard: new AddressGuard({ allowedNetworks: ['127.0.0.1/32'] }),
  userAgent: 'execution-broker/test',
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 500,
  redirectsMax: 3,
})

/** Takes the data with these headers in the place of the usual ones of that name, and beside the others. */
async function taken(headers: readonly string[], status?: string): Promise<string | BrokerError> {
  const named = headers.map((header) => header.split(':')[0]?.toLowerCase())
  const kept = USUAL.filter((usual) => !named.includes(usual.split(':')[0]?.toLowerCase()))
  server.answer = (request) =>
    httpAnswer([...kept, ...headers, 'Connection: close'], request.startsWith('HEAD') ? '' : CONTENT, status)
  const read: Buffer[] = []
  const staging = stage({
    source,
    location: new URL('/stars.csv', server.url),
    maxBytes: 1e6,
    spoolDirectory: directory,
    attempts: 2,
    backoffMs: 1,
    clock: new HastyClock(),
    onProgress: () => undefined,
    signal: quiet,
    write: async ({ content }) => {
      for await (const chunk of content) read.push(chunk as Buffer)
    },
  })
  try {
    await staging
    return Buffer.concat(read).toString()
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
}

describe('a header that is there twice', () => {
  it.each([
    'ETag: "one"',
    'Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT',
    'Content-Encoding: identity',
    'Content-MD5: not one',
    'Repr-Digest: sha-256=:AA==:',
  ])('and says the same is one: %s', async (header) => {
    expect(await taken([header, header])).toBe(CONTENT)
  })
  it.each([
    ['etag', 'ETag: "one"', 'ETag: "two"'],
    ['last-modified', 'Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT', 'Last-Modified: yesterday'],
    ['content-encoding', 'Content-Encoding: gzip', 'Content-Encoding: identity'],
    ['content-md5', 'Content-MD5: one', 'Content-MD5: another'],
  ])('and says two things makes the answer one that cannot be read: %s', async (name, ...headers) => {
    expect(await taken(headers)).toMatchObject({
      code: 'DATA_UNAVAILABLE',
      detail: expect.stringMatching(new RegExp(`cannot be read: it has the header ${name} more than once`)) as string,
    })
  })
  it('and leads to two places leads nowhere', async () => {
    expect(await taken(['Location: /a', 'Location: /b'], '302 Found')).toMatchObject({ code: 'DATA_UNAVAILABLE' })
  })
})

describe('a header with a value that is none', () => {
  it.each([
    'ETag:',
    'ETag: "\xe9\x01"',
    'ETag: one',
    `ETag: "${'1'.repeat(8_000)}"`,
    'Last-Modified: \xff\xfe',
    'Last-Modified: -1',
    'Content-Encoding:',
    'Content-Encoding: ,',
    'Content-Encoding: br',
    'Content-Range: bytes 5-1/0',
    `Content-Range: bytes ${'9'.repeat(400)}-1/*`,
    'Repr-Digest: sha-256',
    'Digest: =,=,md5=',
    'Digest: adler32=-1',
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: NaN',
    'Content-Length: 0x10',
    'Content-Length: 9007199254740993',
    `Content-Length: ${'9'.repeat(400)}`,
    'Content-Length: 15, 16',
  ])('costs the data at most, with words for it: %j', async (header) => {
    const outcome = await taken([header])
    if (outcome instanceof BrokerError) expect(outcome.code).toMatch(/^(DATA_\w+|NO_SPACE)$/)
    else expect(outcome).toBe(CONTENT)
  })
})
