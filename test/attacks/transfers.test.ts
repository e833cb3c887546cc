/** Attacks with data servers that are slow, and with requests that need many of them: others are not kept waiting. */
import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

/** So slow that nothing of it ends while a test runs, and never silent. */
const DRIP = { method: 'GET', bytesPerSecond: 10 } as const
const PLACES = 4

let data: DataServer
let site: BrokerWithAccounts
let strict: TestBroker
let mallory: CallerApi
let ada: CallerApi
beforeAll(async () => {
  data = await startDataServer()
  data.files.set('/small', { content: Buffer.from('small') })
  data.files.set('/drip', { content: 1_000_000 })
  data.faults.set('/drip', [DRIP])
  data.faults.set('/drain', [{ method: 'PUT', bytesPerSecond: 10 }])
  data.files.set('/large', { content: 30_000_000 })
  site = await brokerWithAccounts({
    'data.concurrency': PLACES,
    'data.savingConcurrency': PLACES,
    'data.questionsPerHost': 4,
    'data.surveyWithin': 'PT5S',
  })
  strict = await testBroker({
    'data.lowestRate': 1_000_000,
    'data.lowestRateOver': 'PT0.3S',
    'data.attempts': 2,
    'data.silence': 'PT1S',
  })
  mallory = await site.user('mallory')
  ada = await site.user('ada')
})
afterAll(async () => {
  await site.broker.close()
  await strict.close()
  await data.close()
})

type Data = Schemas['DataResource']
const from = (path: string, name = path): Data => ({
  kind: KIND.simpleData,
  meta: { name },
  location: `${data.url}${path}`,
})
const to = (path: string, name = path): Data => ({ ...from(path, name), access: 'WRITEONLY' })
const many = (of: (path: string, name: string) => Data, path: string) =>
  Array.from({ length: 9 }, (_, index) => of(`${path}?${index}`, `d${index}`))

const drips = () => data.requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/drip')).length

/** Copies the first of the data to each of the others. */
const copying = (...all: Data[]) =>
  containerRequest(
    { command: ['cp', '/0/content', ...all.slice(1).map((_, index) => `/${index + 1}/content`)] },
    {
      data: all,
      compute: {
        kind: KIND.simpleCompute,
        volumes: all.map(({ meta }, index) => ({
          kind: KIND.simpleVolumeMount,
          path: `/${index}`,
          resource: meta?.name ?? '',
        })),
      },
    },
  )

describe('what another user needs is copied and saved while', () => {
  it('one user’s data drip in, nine at once', async () => {
    const dripping = await mallory.run(containerRequest({}, { data: many(from, '/drip') }))
    // All that mallory gets, and the next ones wait.
    while (drips() < PLACES - 1) await mallory.execution(dripping)
    const uuid = await ada.run(copying(from('/small'), to('/saved')))
    expect((await ada.reaches(uuid, 'COMPLETED')).phase).toBe('COMPLETED')
    expect(String(data.files.get('/saved')?.content)).toBe('small')
    expect((await mallory.execution(dripping)).phase).toBe('PREPARING')
    // Those that have no place yet are not waited for when it ends.
    await mallory.setPhase(dripping, 'CANCELLED')
    for (let given = ''; given !== 'CANCELLED';) given = (await mallory.execution(dripping)).compute?.phase ?? ''
  })
})

describe('a transfer does not go on for ever:', () => {
  it('copying ends with the time that was booked, and the execution says so', async () => {
    const uuid = await ada.run(
      containerRequest({}, { data: [from('/drip')], schedule: { requested: { duration: 'PT2S' } } }),
    )
    await expect(ada.reaches(uuid, 'COMPLETED')).rejects.toThrow(
      /ended as FAILED: .*Preparing the data failed: the time that was booked ended at 20\S+Z, before it was done; ask for/,
    )
  })
  it('waiting for a place to copy ends with it, too', async () => {
    data.requests.splice(0)
    const first = await ada.run(containerRequest({}, { data: many(from, '/drip') }))
    while (drips() < PLACES - 1) await ada.execution(first)
    const second = await ada.run(
      containerRequest({}, { data: [from('/small')], schedule: { requested: { duration: 'PT1S' } } }),
    )
    await expect(ada.reaches(second, 'COMPLETED')).rejects.toThrow(/the time that was booked ended/)
    expect(data.requests.filter(({ method, path }) => method === 'GET' && path === '/small')).toEqual([])
    await ada.setPhase(first, 'CANCELLED')
  })
  it.each([
    ['in', () => copying(from('/drip')), /Preparing the data failed: the server 127\.0\.0\.1:\d+ sent \d+ bytes in/],
    [
      'out',
      () => copying(from('/large'), to('/drain')),
      /Saving the data failed: the server 127\.0\.0\.1:\d+ (took \d+ bytes in|was silent for too long)/,
    ],
  ])('one that is too slow is broken off, %s', async (_, request, reason) => {
    const api = new Api(strict.url)
    const uuid = await api.run(request())
    await expect(api.reaches(uuid, 'COMPLETED')).rejects.toThrow(reason)
  })
})

describe('the sources of one request are asked', () => {
  it('a few at a time, and in a bounded time; others are answered meanwhile', async () => {
    const held: ServerResponse[] = []
    let most = 0
    let reached = () => {}
    const full = new Promise<void>((resolve) => (reached = resolve))
    const silent = createServer((_, response) => {
      held.push(response)
      most = Math.max(most, held.length)
      if (held.length === 3) reached()
      response.on('close', () => held.splice(held.indexOf(response), 1))
    })
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const location = (n: number) => `http://127.0.0.1:${(silent.address() as AddressInfo).port}/${n}`
    const offers = mallory.offers(
      containerRequest(
        {},
        {
          data: Array.from({ length: 900 }, (_, n) => ({
            kind: KIND.simpleData,
            meta: { name: `d${n}` },
            location: location(n),
          })),
        },
      ),
    )
    await full
    const theirs = ada.offers(containerRequest({}, { data: [from('/small')] }))
    expect((await theirs).result).toBe('YES')
    const answer = await offers
    expect(answer.result).toBe('NO')
    expect(JSON.stringify(answer)).toMatch(/within the 5 s that all data of a request have together/)
    expect(most).toBe(3)
    silent.closeAllConnections()
    silent.close()
  })
})
