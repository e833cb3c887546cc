/** Attacks by data servers that tell no size, or a wrong one: the disk of the broker and booked storage do not fill. */
import { once } from 'node:events'
import { readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'

const MIB = 1_048_576
const ZEROS = Buffer.alloc(MIB / 4)

/** Zeros, so many or without end. */
function* zeros(bytes = Infinity) {
  for (let sent = 0; sent < bytes; sent += ZEROS.length) yield ZEROS.subarray(0, Math.min(ZEROS.length, bytes - sent))
}

/** What the server says first at each path, and how many bytes it sends then, compressed where it says so. */
const PATHS: Readonly<Record<string, { headers?: OutgoingHttpHeaders; head?: OutgoingHttpHeaders; bytes: number }>> = {
  '/endless': { bytes: Infinity },
  '/bomb': { headers: { 'content-encoding': 'gzip' }, bytes: Infinity },
  // Says that it is small, and when it is fetched nothing more of its size.
  '/liar': { head: { 'content-length': 10 }, bytes: Infinity },
  '/half': { headers: { 'content-encoding': 'gzip' }, bytes: 600 * MIB },
  '/small': { bytes: 1_000 },
  '/sized': { headers: { 'content-length': 1_000 }, bytes: 1_000 },
}

function answer({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const path = url.replace(/\?.*/, '')
  response.on('error', () => undefined)
  // Never ends, and never comes to much.
  if (path === '/held') return void (method === 'HEAD' ? response.end() : response.write(ZEROS))
  const { headers = {}, head = headers, bytes } = PATHS[path] ?? { bytes: 0 }
  response.writeHead(200, method === 'HEAD' ? head : headers)
  if (method === 'HEAD') return void response.end()
  const parts = headers['content-encoding'] ? [createGzip(), response] : [response]
  // The broker breaks it off, as it should.
  pipeline([Readable.from(zeros(bytes)), ...parts], () => undefined)
}

let server: Server
let site: BrokerWithAccounts
let mallory: CallerApi
let ada: CallerApi
beforeAll(async () => {
  server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  site = await brokerWithAccounts(LIMITS)
  mallory = await site.user('mallory')
  ada = await site.user('ada')
})
afterAll(async () => {
  await site.broker.close()
  server.closeAllConnections()
  server.close()
})

const LIMITS = { 'data.spool.bytes': 40 * MIB, 'data.spool.bytesPerUser': 20 * MIB, 'data.spool.keepFree': 0 }

const fetching = (...paths: string[]) =>
  containerRequest(
    {},
    {
      data: paths.map((path, index) => ({
        kind: KIND.simpleData,
        meta: { name: `d${index}` },
        location: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
        storage: 'store',
      })),
      storage: [{ kind: KIND.simpleStorage, meta: { name: 'store' }, size: { min: 1 } }],
    },
  )

/** The sizes of the files that this process holds without a name in the spool. */
function spooled(): number[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = `/proc/self/fd/${fd}`
      return readlinkSync(path).includes('.spooled') ? [statSync(path).size] : []
    } catch {
      return [] // It was closed while the list was read.
    }
  })
}

describe('the disk of the broker is not filled by', () => {
  it.each([
    [
      'a server that sends chunks without end',
      '/endless',
      /more than the 20971520 bytes .* \(data\.spool\); take them from/,
    ],
    ['a compressed answer that unpacks without end', '/bomb', /more than the 20971520 bytes/],
    ['a server that announces ten bytes and sends without end', '/liar', /more than the 10 bytes that were announced/],
  ])('%s', async (_, path, words) => {
    const uuid = await mallory.run(fetching(path))
    await expect(mallory.reaches(uuid, 'COMPLETED')).rejects.toThrow(words)
    await mallory.ends(uuid)
    expect(spooled()).toEqual([])
    expect(readdirSync(join(site.broker.dataDirectory, 'spool'))).toEqual([])
  })
  it('many files of one user that never end, beside which another user’s data are copied', async () => {
    const uuid = await mallory.run(fetching(...Array.from({ length: 6 }, (_, index) => `/held?${index}`)))
    while (spooled().length < 6) await mallory.execution(uuid)
    const theirs = await ada.run(fetching('/small'))
    expect((await ada.reaches(theirs, 'COMPLETED')).phase).toBe('COMPLETED')
    expect(spooled().reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20 * MIB)
    await mallory.setPhase(uuid, 'CANCELLED')
    await mallory.ends(uuid)
    expect(spooled()).toEqual([])
  })
})

describe('booked storage is not exceeded by', () => {
  it('two data of unknown size that come side by side', async () => {
    await site.broker.restart({ 'data.spool.bytes': 2_048 * MIB, 'data.spool.bytesPerUser': 2_048 * MIB })
    const again = site.as(ada.credentials)
    const uuid = await again.run(fetching('/half?1', '/half?2'))
    await expect(again.reaches(uuid, 'COMPLETED')).rejects.toThrow(/more than the \d+ bytes that there is room for/)
    await again.ends(uuid)
    expect(spooled()).toEqual([])
  })
})

describe('a disk of the broker without room', () => {
  it('is waited for, and then the execution fails and says which limit it was', async () => {
    await site.broker.restart({ 'data.spool.keepFree': Number.MAX_SAFE_INTEGER, 'execution.platformPatience': 'PT1S' })
    const again = site.as(ada.credentials)
    const uuid = await again.run(fetching('/small'))
    await expect(again.reaches(uuid, 'COMPLETED')).rejects.toThrow(
      /Preparing the data failed: the disk of the broker keeps \d+ bytes free \(data\.spool\.keepFree\); try again later/,
    )
  })
  it('does not hold back data whose size is announced', async () => {
    const again = site.as(ada.credentials)
    const uuid = await again.run(fetching('/sized'))
    expect((await again.reaches(uuid, 'COMPLETED')).phase).toBe('COMPLETED')
  })
})

it('what a crash has left of the spool is removed at the start', async () => {
  const left = join(site.broker.dataDirectory, 'spool', 'left.spooled')
  await site.broker.stopped(() => Promise.resolve(writeFileSync(left, 'a part')))
  expect(readdirSync(join(site.broker.dataDirectory, 'spool'))).toEqual([])
})
