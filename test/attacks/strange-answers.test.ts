/**
 * Answers that no good server gives: headers that are doubled, missing, huge or no numbers, fields of another type. What
 * cannot be read is said to be so where it comes from, and is never a mistake of the broker.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AddressGuard } from '../../src/data/address-guard.ts'
import { HttpsSource } from '../../src/data/https/https-source.ts'
import { stage } from '../../src/data/staging.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import type { ExecutionId } from '../../src/domain/ids.ts'
import { DockerPlatform } from '../../src/platforms/docker/docker-platform.ts'
import { breakingServer, httpAnswer, jsonAnswer, type BreakingServer } from '../support/breaking-server.ts'
import { HastyClock } from '../support/fake-clock.ts'
import { spoolIn } from '../support/spool.ts'
import { strangeJson, variants, WRONG } from '../support/strange-answers.ts'
import { expectSurvival } from '../support/survival.ts'

const quiet = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'strange-'))
let server: BreakingServer
beforeAll(async () => {
  server = await breakingServer(() => '')
})
// The hook below, which is declared later, runs before its check.
expectSurvival()
afterEach(() => {
  server.forget()
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
    spool: spoolIn(directory),
    owner: 'ada',
    attempts: 2,
    backoffMs: 1,
    lowestRate: { bytesPerSecond: 0, overMs: 1 },
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

const EXECUTION = '01890a5d-ac96-774b-bcce-b302099a8057' as ExecutionId
const NAME = `eb-abcdef-${EXECUTION}-run`
const LABELS = {
  'execution-broker.id': 'abcdef',
  'execution-broker.role': 'run',
  'execution-broker.execution': EXECUTION,
}
const SUMMARY = {
  Id: 'a',
  Names: [`/${NAME}`],
  State: 'running',
  Created: 1,
  Labels: LABELS,
  HostConfig: { NetworkMode: 'none' },
}
const DETAILS = {
  Id: 'a',
  Name: `/${NAME}`,
  Image: 'sha256:b',
  State: {
    Status: 'exited',
    Running: false,
    OOMKilled: false,
    ExitCode: 0,
    Error: '',
    StartedAt: '2026-11-23T12:00:00Z',
    FinishedAt: '2026-11-23T12:00:01Z',
  },
  Config: { Labels: LABELS, Env: ['A=b'], Entrypoint: ['a'], Cmd: ['b'], WorkingDir: '/' },
  HostConfig: { Memory: 1, NetworkMode: 'none' },
  NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] } },
  Mounts: [{ Destination: '/a' }],
}
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/version': { Version: '27.0', Components: [{ Name: 'Engine' }] },
  '/info': {
    NCPU: 4,
    MemTotal: 1e9,
    Architecture: 'x86_64',
    OSType: 'linux',
    MemoryLimit: true,
    CpuCfsQuota: true,
    PidsLimit: true,
    SystemTime: '2026-11-23T12:00:00Z',
  },
  '/containers/json': [SUMMARY],
  '/containers/a/json': DETAILS,
  '/volumes': { Volumes: [{ Name: `eb-abcdef-${EXECUTION}-data-0`, Labels: {} }] },
  '/networks': [{ Id: 'n', Name: `eb-abcdef-${EXECUTION}-net`, Labels: LABELS }],
  '/system/df': { Volumes: [{ Name: `eb-abcdef-${EXECUTION}-data-0`, Labels: {}, UsageData: { Size: 5 } }] },
}

describe('an engine', () => {
  const questions: Readonly<Record<string, (platform: DockerPlatform) => Promise<unknown>>> = {
    '/version': (platform) => platform.probe(),
    '/info': (platform) => platform.probe(),
    '/containers/json': async (platform) => [await platform.owned(), await platform.observe([EXECUTION])],
    '/containers/a/json': async (platform) => [
      await platform.observe([EXECUTION]),
      await platform.endpoints(EXECUTION),
    ],
    '/volumes': (platform) => platform.owned(),
    '/networks': (platform) => platform.owned(),
    '/system/df': (platform) => platform.volumeUse(quiet),
  }

  it.each(Object.entries(questions))(
    'that answers anything to %s has no mistake of the broker seen in it',
    async (path, ask) => {
      let tried = 0
      for (const variant of variants(ANSWERS[path])) {
        const text = strangeJson(variant)
        server.answer = (request) => {
          const asked = request.split(' ')[1]?.split('?')[0] ?? ''
          return asked === path ? jsonAnswer(undefined, text) : jsonAnswer(ANSWERS[asked] ?? {})
        }
        const platform = new DockerPlatform({
          name: 'strange',
          socket: server.url,
          brokerId: 'abcdef',
          clock: new HastyClock(),
          network: 'none',
        } as never)
        tried++
        await ask(platform).catch((error: unknown) => expect(error, text.slice(0, 200)).toBeInstanceOf(BrokerError))
        await platform.close()
      }
      expect(tried).toBeGreaterThan(WRONG.length)
    },
  )
})
