/**
 * Streams that break at every byte: between the broker and servers with data, engines, registries, issuers, the services
 * of policies and groups. Each failure is one that the broker has words for, and none ends the process.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { AddressGuard } from '../../src/data/address-guard.ts'
import { HttpsSink } from '../../src/data/https/https-sink.ts'
import { HttpsSource } from '../../src/data/https/https-source.ts'
import { save } from '../../src/data/saving.ts'
import { stage, type StagedFile } from '../../src/data/staging.ts'
import { BrokerError } from '../../src/domain/errors.ts'
import { breakAtEveryByte, breakingServer, httpAnswer, type BreakingServer } from '../support/breaking-server.ts'
import { HastyClock } from '../support/fake-clock.ts'
import { spoolIn } from '../support/spool.ts'
import { expectSurvival } from '../support/survival.ts'

vi.setConfig({ testTimeout: 120_000 })

const FAILURES: readonly [string, () => Error][] = [
  ['an engine that went away', () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })],
  ['an abort without a reason', () => AbortSignal.abort().reason as Error],
  ['an error with a number for a code', () => Object.assign(new Error('refused'), { code: 20 })],
  ['an error without any code', () => new Error('refused')],
]
const quiet = new AbortController().signal
const directory = mkdtempSync(join(tmpdir(), 'broken-'))
const connections = {
  guard: new AddressGuard({ allowedNetworks: ['127.0.0.1/32'] }),
  userAgent: 'execution-broker/test',
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 2_000,
  redirectsMax: 3,
}
const source = new HttpsSource(connections)
const sink = new HttpsSink(connections)

let server: BreakingServer
beforeAll(async () => {
  server = await breakingServer(() => '')
})
// The hook below, which is declared later, runs before its check.
expectSurvival()
afterEach(() => {
  server.breaksAfter = Infinity
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

/** The outcome; only failures that have words are caught. */
async function outcomeOf<Value>(work: () => Promise<Value>): Promise<Value | BrokerError> {
  return work().catch((error: unknown) => {
    if (error instanceof BrokerError) return error
    throw error
  })
}

const CONTENT = Buffer.from('ra,dec\n1.5,2.5\n')
const PACKED = gzipSync(CONTENT)
const TAG = 'ETag: "one"'
const LENGTH = `Content-Length: ${CONTENT.length}`
const CHUNKED = Buffer.concat([
  Buffer.from(`${CONTENT.length.toString(16)}\r\n`),
  CONTENT,
  Buffer.from('\r\n0\r\n\r\n'),
])

/** Data by how they are sent. */
const WIRES: Readonly<Record<string, { readonly HEAD: Buffer; readonly GET: Buffer }>> = {
  'of a known size': { HEAD: httpAnswer([TAG, LENGTH]), GET: httpAnswer([TAG, LENGTH], CONTENT) },
  'that are compressed on the way': {
    HEAD: httpAnswer([TAG, 'Content-Encoding: gzip', `Content-Length: ${PACKED.length}`]),
    GET: httpAnswer([TAG, 'Content-Encoding: gzip', `Content-Length: ${PACKED.length}`], PACKED),
  },
  'of an unknown size': {
    HEAD: httpAnswer([TAG, 'Transfer-Encoding: chunked']),
    GET: httpAnswer([TAG, 'Transfer-Encoding: chunked'], CHUNKED),
  },
}

async function staged(write: (file: StagedFile) => Promise<void>, signal = quiet) {
  return stage({
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
    signal,
    write,
  })
}

describe.each(Object.entries(WIRES))('data %s', (_, answers) => {
  it('arrive whole or fail in words, wherever their server breaks off', async () => {
    await breakAtEveryByte(server, answers, async (where) => {
      const read: Buffer[] = []
      const outcome = await outcomeOf(() =>
        staged(async ({ content }) => {
          for await (const chunk of content) read.push(chunk as Buffer)
        }),
      )
      if (outcome instanceof BrokerError)
        expect(outcome.code, where).toMatch(/^DATA_(UNAVAILABLE|INTERRUPTED|CORRUPT)$/)
      else expect(Buffer.concat(read), where).toEqual(CONTENT)
    })
  })

  it.each(FAILURES)('fail with the words of what they are written to, at every byte: %s', async (_name, failure) => {
    server.answer = (request) => answers[request.startsWith('HEAD') ? 'HEAD' : 'GET']
    for (let bytes = 0; bytes <= CONTENT.length; bytes++) {
      const refused = failure()
      const writing = staged(async ({ content }) => {
        await readUpTo(bytes, content)
        throw refused
      })
      await expect(writing, `after ${bytes} bytes`).rejects.toBe(refused)
    }
  })

  it('are given up at every byte when nobody wants them any more', async () => {
    server.answer = (request) => answers[request.startsWith('HEAD') ? 'HEAD' : 'GET']
    for (let bytes = 0; bytes < CONTENT.length; bytes++) {
      const over = new AbortController()
      const writing = staged(async ({ content }) => {
        await readUpTo(bytes, content)
        over.abort()
        await readUpTo(Infinity, content)
      }, over.signal)
      await expect(writing, `after ${bytes} bytes`).rejects.toMatchObject({ name: 'AbortError' })
    }
  })
})

/** Reads so many bytes one by one, and leaves the rest. */
async function readUpTo(bytes: number, content: Readable): Promise<void> {
  let read = 0
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    read += (chunk as Buffer).length
    if (read >= bytes) return
  }
}

describe('data that still come', () => {
  const { HEAD, GET } = WIRES['of a known size'] as { readonly HEAD: Buffer; readonly GET: Buffer }

  it.each(FAILURES)('are given up when what they are written to fails, at every byte: %s', async (_, failure) => {
    for (let bytes = GET.indexOf('\r\n\r\n') + 4; bytes < GET.length; bytes++) {
      const refused = failure()
      const broken = new Promise<void>((resolve) => (server.onBreak = resolve))
      server.how = 'stalls'
      server.answer = (request) => {
        server.breaksAfter = request.startsWith('HEAD') ? Infinity : bytes
        return request.startsWith('HEAD') ? HEAD : GET
      }
      const writing = staged(async () => {
        await broken
        throw refused
      })
      await expect(writing, `after ${bytes} bytes`).rejects.toBe(refused)
      server.forget()
    }
  })
})

/** A server that takes what it is sent, and says how long it is. */
const TAKES = {
  PUT: httpAnswer(['Content-Length: 0'], '', '201 Created'),
  HEAD: httpAnswer([LENGTH]),
}

describe('results', () => {
  const saved = (open: () => Readable) =>
    save({
      sink,
      location: new URL('/result.csv', server.url),
      open: async () => ({ sizeBytes: CONTENT.length, content: open() }),
      attempts: 2,
      backoffMs: 1,
      lowestRate: { bytesPerSecond: 0, overMs: 1 },
      clock: new HastyClock(),
      signal: quiet,
    })

  it('are saved or fail in words, wherever the answer breaks off', async () => {
    await breakAtEveryByte(server, TAKES, async (where) => {
      const outcome = await outcomeOf(() => saved(() => Readable.from([CONTENT])))
      if (outcome instanceof BrokerError) expect(outcome.code, where).toBe('DATA_UNAVAILABLE')
    })
  })

  it('fail with the words of where they are read, at every byte', async () => {
    server.answer = (request) => TAKES[request.startsWith('PUT') ? 'PUT' : 'HEAD']
    for (let bytes = 0; bytes < CONTENT.length; bytes++) {
      const lost = new BrokerError('PLATFORM_UNAVAILABLE', 'the engine went away')
      const reading = saved(() => Readable.from(breakingContent(bytes, lost)))
      await expect(reading, `after ${bytes} bytes`).rejects.toBe(lost)
    }
  })
})

async function* breakingContent(bytes: number, failure: Error): AsyncGenerator<Buffer> {
  yield* [...CONTENT.subarray(0, bytes)].map((byte) => Buffer.from([byte]))
  throw failure
}
