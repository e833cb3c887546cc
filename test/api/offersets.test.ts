import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, cores, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString()
const rejectAll = { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' }

describe('asking for offers', () => {
  it('answers 303 with the location and the offer set, and 200 when the client prefers', async () => {
    const asked = await api.post<Schemas['OfferSet']>('/offersets', containerRequest())
    expect(asked.status).toBe(303)
    expect(asked.headers.get('location')).toBe(`${broker.url}/offersets/${asked.body.meta.uuid}`)
    expect(asked.body.result).toBe('YES')
    const preferred = await api.post<Schemas['OfferSet']>('/offersets', containerRequest(), {
      Prefer: 'return=representation',
    })
    expect(preferred.status).toBe(200)
    expect(preferred.headers.get('content-location')).toBe(preferred.body.meta.url)
    for (const { body } of [asked, preferred]) await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
  it('gives offers that can be read again, each with its options', async () => {
    const asked = await api.offers(containerRequest({}, { meta: { name: 'mine', description: 'what it is for' } }))
    const { body } = await api.get<Schemas['OfferSet']>(`/offersets/${asked.meta.uuid}`)
    expect(body).toEqual(asked)
    expect(body.meta.name).toBe('mine')
    expect(body.offers?.length).toBeGreaterThan(1)
    for (const offer of body.offers ?? []) {
      expect(offer.phase).toBe('OFFERED')
      expect(offer.meta.options?.[0]).toMatchObject({ path: 'phase', values: ['ACCEPTED', 'REJECTED', 'CANCELLED'] })
    }
    await api.post(`/offersets/${asked.meta.uuid}`, rejectAll)
  })
  it('makes no more offers than the client prefers', async () => {
    const { headers, body: asked } = await api.post<Schemas['OfferSet']>('/offersets', containerRequest(), {
      Prefer: 'offers=2, return=representation',
    })
    expect(asked.offers?.length).toBe(2)
    expect(headers.get('preference-applied')).toBe('return=representation, offers=2')
    await api.post(`/offersets/${asked.meta.uuid}`, rejectAll)
  })
  it('reads YAML and answers in YAML with the same model', async () => {
    const yaml = `executable:\n  kind: ${KIND.dockerContainer}\n  image: {locations: [example.org/test:1]}\ncompute:\n  kind: ${KIND.simpleCompute}\n  cores: {min: 2}\n`
    const { status, body } = await api.send<Schemas['OfferSet']>('POST', '/offersets', yaml, {
      'Content-Type': 'application/yaml',
      Accept: 'application/yaml',
    })
    expect(status).toBe(303)
    expect(body.result).toBe('YES')
    const inJson = await api.get<Schemas['OfferSet']>(`/offersets/${body.meta.uuid}`)
    expect(inJson.body).toEqual(body)
    await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
  it.each(['/offersets', '/requests', '/executions'])(
    'with unknown fields is refused by %s where the client prefers that, with what was meant',
    async (path) => {
      const wrong = {
        ...containerRequest(),
        cost: { max: 0.01 },
        frobnicate: 1,
        schedule: { start: '2026-12-01T09:00:00Z', duration: 'PT5M' },
      }
      const strict = { Prefer: 'handling=strict, offers=1' }
      const { status, body } = await api.post<Schemas['Problem']>(path, wrong, strict)
      expect([status, body.type.split(':').at(-1)]).toEqual([400, 'unknown-field'])
      expect(body.errors).toEqual([
        { pointer: '/cost', detail: 'is not part of the contract; did you mean /costs?' },
        { pointer: '/frobnicate', detail: 'is not part of the contract' },
        { pointer: '/schedule/start', detail: 'is not part of the contract; did you mean /schedule/requested/start?' },
        {
          pointer: '/schedule/duration',
          detail: 'is not part of the contract; did you mean /schedule/requested/duration?',
        },
      ])
      const also = await api.post<Schemas['Problem']>(path, { ...wrong, compute: [] }, strict)
      expect([also.status, also.body.type.split(':').at(-1)]).toEqual([400, 'bad-request'])
      expect(also.body.errors?.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/compute', '/cost']))
    },
  )
  it('without unknown fields is answered as ever where the client wants them refused', async () => {
    const { status, headers, body } = await api.post<Schemas['OfferSet']>('/offersets', containerRequest(), {
      Prefer: 'return=representation, handling=strict',
    })
    expect([status, headers.get('preference-applied')]).toEqual([200, 'return=representation, handling=strict'])
    await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
  it('keeps an unknown field out and says so', async () => {
    const request = { ...containerRequest(), colour: 'red', compute: { ...cores(1), gpus: 2 } }
    const asked = await api.offers(request)
    expect(asked.meta.messages?.map(({ values }) => values?.pointer)).toEqual(
      expect.arrayContaining(['/colour', '/compute/gpus']),
    )
    expect(asked.result).toBe('YES')
    await api.post(`/offersets/${asked.meta.uuid}`, rejectAll)
  })
  it('marks what is simulated in every offer', async () => {
    const asked = await api.offers(containerRequest())
    for (const offer of asked.offers ?? []) expect(messageNames(offer.executable)).toContain('simulated-platform')
    await api.post(`/offersets/${asked.meta.uuid}`, rejectAll)
  })
})

describe('the capacity', () => {
  it('is really held by an offer, and free again when all are rejected', async () => {
    const now = { schedule: { requested: { start: `${minutes(0)}/PT10S`, duration: 'PT30M' } } }
    const first = await api.offers(containerRequest({}, { compute: cores(8), ...now }))
    expect(first.result).toBe('YES')
    const second = await api.offers(containerRequest({}, { compute: cores(1), ...now }))
    expect(second.result).toBe('NO')
    expect(second.meta.messages?.[0]?.message).toMatch(
      /^There are not enough cores free in the requested time\. The next slot would start at /,
    )
    await api.post(`/offersets/${first.meta.uuid}`, rejectAll)
    const third = await api.offers(containerRequest({}, { compute: cores(8), ...now }))
    expect(third.result).toBe('YES')
    await api.post(`/offersets/${third.meta.uuid}`, rejectAll)
  })
  it('is not held twice by the offers of one set', async () => {
    const asked = await api.offers(containerRequest({}, { compute: cores(5, 8) }))
    expect(asked.offers?.length).toBeGreaterThan(1)
    const beside = await api.offers(containerRequest({}, { compute: cores(9) }))
    expect(beside.result).toBe('NO')
    await api.post(`/offersets/${asked.meta.uuid}`, rejectAll)
  })
})

describe('an offer set', () => {
  it('is rejected as a whole, once', async () => {
    const { meta } = await api.offers(containerRequest())
    const rejected = await api.post<Schemas['OfferSet']>(`/offersets/${meta.uuid}`, rejectAll)
    expect(rejected.body.offers?.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['REJECTED']))
    expect((await api.post(`/offersets/${meta.uuid}`, rejectAll)).status).toBe(200)
    const cancelled = { kind: KIND.enumUpdate, path: 'phase', value: 'CANCELLED' }
    expect((await api.post(`/offersets/${meta.uuid}`, cancelled)).status).toBe(409)
  })
  it('has one of its offers accepted by UUID, which rejects the others', async () => {
    const { meta, offers } = await api.offers(containerRequest())
    const update = { kind: KIND.stringUpdate, path: '/accepted', value: offers?.[0]?.meta.uuid }
    await api.post<Schemas['OfferSet']>(`/offersets/${meta.uuid}`, update)
    const { body } = await api.post<Schemas['OfferSet']>(`/offersets/${meta.uuid}`, update)
    expect(body.offers?.slice(1).map(({ phase }) => phase)).toEqual(offers?.slice(1).map(() => 'REJECTED'))
    await api.ends(offers?.[0]?.meta.uuid as string)
  })
  it('says which of its offers was accepted to who accepts another one', async () => {
    const { offers = [] } = await api.offers({ ...containerRequest(), compute: cores(1, 4) })
    const [first, second, third] = offers.map(({ meta }) => meta.uuid as string)
    await api.setPhase(first as string, 'ACCEPTED')
    const accept = { kind: KIND.enumUpdate, path: 'phase', value: 'ACCEPTED' }
    const { status, body } = await api.post<Schemas['Problem']>(`/executions/${second}`, accept)
    expect(status).toBe(409)
    expect(body.detail).toContain(`another one of its set was accepted, ${first};`)
    await api.ends(first as string)
    const later = await api.post<Schemas['Problem']>(`/executions/${third ?? second}`, accept)
    expect(later.body.detail, 'also when that has ended').toContain(first)
  })
  it('says nothing of another offer where none was accepted', async () => {
    const { meta, offers = [] } = await api.offers(containerRequest())
    await api.post(`/offersets/${meta.uuid}`, rejectAll)
    const accept = { kind: KIND.enumUpdate, path: 'phase', value: 'ACCEPTED' }
    const { body } = await api.post<Schemas['Problem']>(`/executions/${offers[0]?.meta.uuid}`, accept)
    expect(body.detail).toBe('The execution is REJECTED; only an OFFERED one can be accepted.')
  })
  it('does not accept an offer of another set', async () => {
    const [one, other] = [await api.offers(containerRequest()), await api.offers(containerRequest())]
    const update = { kind: KIND.stringUpdate, path: 'accepted', value: other.offers?.[0]?.meta.uuid }
    expect((await api.post(`/offersets/${one.meta.uuid}`, update)).status).toBe(422)
    for (const { meta } of [one, other]) await api.post(`/offersets/${meta.uuid}`, rejectAll)
  })
  it('is found in the list, page by page', async () => {
    const first = await api.get<Schemas['OfferSetList']>('/offersets?LAST=2')
    expect(first.body.offersets?.length).toBe(2)
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] as string
    const second = await api.get<Schemas['OfferSetList']>(next.slice(broker.url.length))
    const uuids = [...(first.body.offersets ?? []), ...(second.body.offersets ?? [])].map(({ meta }) => meta.uuid)
    expect(new Set(uuids).size).toBe(4)
    expect([...uuids].sort().reverse()).toEqual(uuids)
  })
})
