import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { onServer } from '../support/database.ts'
import { FakeClock } from '../support/fake-clock.ts'

let brokers: TestBroker[]
let apis: Api[]
beforeAll(async () => {
  const first = await testBroker()
  // A server has two brokers on it; the embedded database has one, whose requests still race.
  brokers = onServer ? [first, await testBroker({}, undefined, first)] : [first]
  apis = brokers.map(({ url }) => new Api(url))
})
afterAll(async () => {
  for (const broker of [...brokers].reverse()) await broker.close()
})

const api = (turn = 0) => apis[turn % apis.length] as Api
const ask = (key: string, body: unknown = containerRequest(), turn = 0) =>
  api(turn).post<Schemas['OfferSet']>('/offersets', body, { 'Idempotency-Key': key })
const path = (location: string | null) => new URL(location ?? '').pathname
const offerSets = async () => (await api().get<Schemas['OfferSetList']>('/offersets?LAST=500')).body.offersets ?? []
const reject = (uuid: string | undefined) =>
  api().post(`/offersets/${uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })

describe('asking for offers again with the same key', () => {
  it('gives the first answer, and makes nothing', async () => {
    const first = await ask('once')
    const before = await offerSets()
    const second = await ask('once', containerRequest(), 1)
    expect(second.status).toBe(first.status)
    expect(path(second.headers.get('location'))).toBe(path(first.headers.get('location')))
    expect(second.body.offers?.map(({ meta }) => meta.uuid)).toEqual(first.body.offers?.map(({ meta }) => meta.uuid))
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    expect(await offerSets()).toEqual(before)
    await reject(first.body.meta.uuid)
  })
  it('gives the first answer in whichever notation and order the body is', async () => {
    const request = { executable: containerRequest().executable, compute: cores(1) }
    const first = await ask('notation', request)
    const yaml = `compute: {cores: {min: 1}, kind: ${KIND.simpleCompute}}\nexecutable:\n  image: {locations: [example.org/test:1]}\n  kind: ${KIND.dockerContainer}\n`
    const second = await api().post<Schemas['OfferSet']>('/offersets', yaml, {
      'Idempotency-Key': 'notation',
      'Content-Type': 'application/yaml',
    })
    expect(second.body.meta.uuid).toBe(first.body.meta.uuid)
    await reject(first.body.meta.uuid)
  })
  it('at the same time makes one offer set, whichever broker is asked', async () => {
    const before = (await offerSets()).length
    const answers = await Promise.all(Array.from({ length: 12 }, (_, turn) => ask('race', containerRequest(), turn)))
    expect(new Set(answers.map(({ body }) => body.meta.uuid)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null).length).toBe(1)
    expect((await offerSets()).length).toBe(before + 1)
    await reject(answers[0]?.body.meta.uuid)
  })
  it('is refused when the body or the resource is another', async () => {
    const first = await ask('reused')
    const refused = [
      await ask('reused', containerRequest({ command: ['other'] })),
      await api(1).post('/executions', containerRequest(), { 'Idempotency-Key': 'reused' }),
    ]
    for (const { status, body } of refused) {
      expect(status).toBe(422)
      expect(body).toMatchObject({
        type: 'urn:ivoa:execution-broker:problem:idempotency-key-reused',
        errors: [{ header: 'Idempotency-Key' }],
      })
    }
    await reject(first.body.meta.uuid)
  })
  it('is nothing again when the first request made nothing', async () => {
    expect((await ask('faulty', { executable: 1 })).status).toBe(400)
    const { status, headers, body } = await ask('faulty')
    expect([status, headers.get('idempotency-replayed')]).toEqual([303, null])
    await reject(body.meta.uuid)
  })
  it('needs a key that is one', async () => {
    for (const key of ['', ' ', 'x'.repeat(256), 'é'])
      expect((await ask(key)).body).toMatchObject({ errors: [{ header: 'Idempotency-Key' }] })
  })
})

describe('running directly again with the same key', () => {
  it('runs once', async () => {
    const run = (turn: number) =>
      api(turn).post<Schemas['Execution']>('/executions', containerRequest(), { 'Idempotency-Key': 'run' })
    const answers = await Promise.all([run(0), run(1), run(2)])
    const uuids = new Set(answers.map(({ body }) => body.meta.uuid))
    expect([uuids.size, ...answers.map(({ status }) => status)]).toEqual([1, 303, 303, 303])
    await api().ends([...uuids][0] as string)
    expect((await run(0)).body.phase).toBe('COMPLETED')
  })
  it('is refused again with the same reasons', async () => {
    const run = () =>
      api().post<Schemas['Execution']>('/executions', containerRequest({}, { compute: cores(99) }), {
        'Idempotency-Key': 'refused',
      })
    const [first, second] = [await run(), await run()]
    expect([first.status, second.status]).toEqual([400, 400])
    expect(second.body).toEqual(first.body)
  })
})

describe('a key', () => {
  it('means something for a day', async () => {
    const clock = new FakeClock()
    const broker = await testBroker({}, clock)
    try {
      const other = new Api(broker.url)
      const make = (body: unknown) => other.post<Schemas['OfferSet']>('/offersets', body, { 'Idempotency-Key': 'day' })
      const first = await make(containerRequest())
      clock.advance(24 * 3_600_000)
      expect((await make(containerRequest())).body.meta.uuid).toBe(first.body.meta.uuid)
      expect((await make(containerRequest({}, { compute: cores(2) }))).status).toBe(422)
      clock.advance(1)
      const second = await make(containerRequest({}, { compute: cores(2) }))
      expect(second.status).toBe(303)
      expect(second.body.meta.uuid).not.toBe(first.body.meta.uuid)
    } finally {
      await broker.close()
    }
  })
})
