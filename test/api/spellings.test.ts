import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTRACT, type Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, cores, UNKNOWN_ID } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const rejectAll = { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' }
const accept = { kind: KIND.enumUpdate, path: '/phase', value: 'ACCEPTED' }
const storage = { kind: KIND.simpleStorage, meta: { name: 'space' } } satisfies Schemas['StorageResource']
const volume = { kind: KIND.simpleVolumeMount, resource: 'space' } satisfies Schemas['VolumeMount']
const withVolume = containerRequest({}, { storage: [storage], compute: { ...cores(1), volumes: [volume] } })

/** Every name of a field in a value, at any depth. */
function fieldsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : Object.keys(value)
  return [...own, ...Object.values(value).flatMap(fieldsIn)]
}

describe.each([
  ['own', '/offersets', '/executions', 'executions', KIND.execution],
  ['published', '/requests', '/direct', 'sessions', KIND.scheduledSession],
] as const)('the %s spelling', (spelling, ask, run, path, kind) => {
  it('is that of the offers, their URLs and their kind, also when they are read again', async () => {
    const asked = await api.post<Schemas['OfferSet']>(ask, containerRequest())
    expect(asked.status).toBe(303)
    const { meta, offers = [] } = asked.body
    expect(asked.headers.get('location')).toBe(`${broker.url}/offersets/${meta.uuid}`)
    expect(offers.length).toBeGreaterThan(0)
    for (const offer of offers) {
      expect(offer.kind).toBe(kind)
      expect(offer.meta.url).toBe(`${broker.url}/${path}/${offer.meta.uuid}`)
    }
    expect((await api.get(`/offersets/${meta.uuid}`)).body).toEqual(asked.body)
    const rejected = await api.post<Schemas['OfferSet']>(`/offersets/${meta.uuid}`, rejectAll)
    expect(rejected.body.offers?.map((offer) => offer.kind)).toEqual(offers.map(() => kind))
  })
  it('is that of the list of offer sets too', async () => {
    const { body } = await api.post<Schemas['OfferSet']>(ask, containerRequest({}, { compute: cores(8) }))
    const list = await api.get<Schemas['OfferSetList']>('/offersets?LAST=1')
    expect(list.body.offersets).toEqual([body])
    await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
  it('runs directly and leads to the execution', async () => {
    const { status, headers, body } = await api.post<Schemas['Offer']>(run, containerRequest())
    expect(status).toBe(303)
    expect(headers.get('location')).toBe(`${broker.url}/${path}/${body.meta.uuid}`)
    expect(body.kind).toBe(kind)
    const preferred = await api.post<Schemas['Offer']>(run, containerRequest(), { Prefer: 'return=representation' })
    expect(preferred.status).toBe(200)
    expect(preferred.headers.get('content-location')).toBe(preferred.body.meta.url)
    for (const { meta } of [body, preferred.body]) await api.ends(meta.uuid as string)
  })
  it('says why a direct run is refused, as an execution in phase FAILED', async () => {
    const { status, body } = await api.post<Schemas['Offer']>(run, containerRequest({}, { compute: cores(99) }))
    expect(status).toBe(400)
    expect(body.phase).toBe('FAILED')
    expect(body.kind).toBe(spelling === 'own' ? KIND.execution : KIND.simpleSession)
    expect(body.meta.messages?.map(({ message }) => message)).toEqual([expect.stringContaining('99 cores')])
  })
  it('reads and changes executions of the other spelling, in its own words', async () => {
    const otherAsk = ask === '/requests' ? '/offersets' : '/requests'
    const { body } = await api.post<Schemas['OfferSet']>(otherAsk, containerRequest())
    const uuid = body.offers?.[0]?.meta.uuid as string
    expect((await api.get<Schemas['Offer']>(`/${path}/${uuid}`)).body.kind).toBe(kind)
    const accepted = await api.post<Schemas['Offer']>(`/${path}/${uuid}`, accept)
    expect([accepted.status, accepted.body.phase, accepted.body.kind]).toEqual([200, 'ACCEPTED', kind])
    await api.ends(uuid)
    const list = await api.get<Record<string, Schemas['Offer'][]>>(`/${path}?LAST=500`)
    const listed = list.body[path] ?? []
    expect(listed.map(({ meta }) => meta.uuid)).toContain(uuid)
    expect(new Set(listed.map((one) => one.kind))).toEqual(new Set([kind]))
  })
})

describe('the published spelling', () => {
  it('has no field that the published schema does not have', async () => {
    const schemas = CONTRACT.components.schemas
    const additions = new Set(
      Object.values(schemas).flatMap(({ properties = {} }) =>
        Object.entries(properties).flatMap(([name, property]) => (property['x-addition'] ? [name] : [])),
      ),
    )
    // These names are those of published fields elsewhere.
    for (const name of ['meta', 'expires', 'platform', 'mode']) additions.delete(name)
    const { body } = await api.post<Schemas['OfferSet']>('/requests', withVolume)
    expect(body.expires).toBeUndefined()
    expect(fieldsIn(body).filter((field) => additions.has(field))).toEqual([])
    const uuid = body.offers?.[0]?.meta.uuid as string
    await api.post(`/sessions/${uuid}`, accept)
    const ended = await api.ends(uuid)
    expect(fieldsIn(ended).filter((field) => additions.has(field))).toContain('exitCode')
    const session = await api.get(`/sessions/${uuid}`)
    expect(fieldsIn(session.body).filter((field) => additions.has(field))).toEqual([])
  })
  it('names the offer set after its description', async () => {
    const { body } = await api.post<Schemas['OfferSet']>('/requests', {
      ...containerRequest(),
      meta: { description: 'what it is for' },
    })
    expect(body.description).toBe('what it is for')
    await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
})

describe('the paths of other generations', () => {
  it.each([
    ['/offerset', '/offersets'],
    ['/eb/offersets', '/offersets'],
    ['/request', '/requests'],
    ['/eb/requests', '/requests'],
  ])('ask for offers at %s', async (alias, canonical) => {
    const { status, body } = await api.post<Schemas['OfferSet']>(alias, containerRequest())
    expect(status).toBe(303)
    expect(body.offers?.[0]?.kind).toBe(canonical === '/requests' ? KIND.scheduledSession : KIND.execution)
    await api.post(`/eb/offerset/${body.meta.uuid}`, rejectAll)
    expect((await api.get<Schemas['OfferSet']>(`/offerset/${body.meta.uuid}`)).body.offers?.[0]?.phase).toBe('REJECTED')
  })
  it.each(['/eb/direct', '/sessions', '/eb/sessions'])('run directly at %s', async (alias) => {
    const { status, body } = await api.post<Schemas['Offer']>(alias, containerRequest())
    expect([status, body.kind]).toEqual([303, KIND.scheduledSession])
    const uuid = body.meta.uuid as string
    expect((await api.get<Schemas['Offer']>(`/eb/sessions/${uuid}`)).body.kind).toBe(KIND.scheduledSession)
    expect((await api.get<Schemas['Offer']>(`/execution/${uuid}?WAIT=0`)).body.kind).toBe(KIND.execution)
    await api.ends(uuid)
  })
  it('answer a method that they do not have as the path does that they stand for', async () => {
    const { status, headers } = await api.send('DELETE', '/eb/request', undefined, {})
    expect(status).toBe(405)
    expect(headers.get('allow')).toContain('POST')
    expect((await api.get('/eb')).status).toBe(404)
  })
  it.each(['/offersets', '/requests'])('lead from /offers to an offer or an offer set, made at %s', async (ask) => {
    const { body } = await api.post<Schemas['OfferSet']>(ask, containerRequest())
    const offer = body.offers?.[0]
    const toSet = await api.get(`/offers/${body.meta.uuid}`)
    expect([toSet.status, toSet.headers.get('location')]).toEqual([308, body.meta.url])
    const toOffer = await api.get(`/offers/${offer?.meta.uuid}?WAIT=0`)
    expect([toOffer.status, toOffer.headers.get('location')]).toEqual([308, `${offer?.meta.url}?WAIT=0`])
    // A 308 is followed with the method and the body.
    const followed = await fetch(`${broker.url}/offers/${offer?.meta.uuid}`, {
      method: 'POST',
      body: JSON.stringify(rejectAll),
      headers: { 'Content-Type': 'application/json' },
    })
    expect(((await followed.json()) as Schemas['Offer']).phase).toBe('REJECTED')
    expect((await api.get(`/offers/${UNKNOWN_ID}`)).status).toBe(404)
    await api.post(`/offersets/${body.meta.uuid}`, rejectAll)
  })
})

describe('the URL of a component', () => {
  it('leads to what the execution says of it', async () => {
    const uuid = await api.run(withVolume)
    const execution = await api.ends(uuid)
    const parts = [execution.executable, execution.compute, execution.compute?.volumes?.[0], execution.storage?.[0]]
    for (const part of parts) {
      const url = part?.meta?.url as string
      expect((await api.get(url.slice(broker.url.length))).body).toEqual(part)
    }
  })
  it('leads nowhere for another family, another index, or no component', async () => {
    const uuid = await api.run(containerRequest())
    const { executable } = await api.ends(uuid)
    const paths = [
      `/compute/${executable?.meta?.uuid}`,
      `/executables/${uuid}`,
      `/data/${uuid.slice(0, -3)}fff`,
      '/storage/nonsense',
      `/volumes/${UNKNOWN_ID.slice(0, -1)}1`,
    ]
    for (const path of paths) expect((await api.get(path)).status, path).toBe(404)
  })
})

describe('a UUID in capital letters', () => {
  it('leads to what it leads to in small ones', async () => {
    const { meta, offers } = await api.offers(withVolume)
    const offer = offers?.[0]
    const paths = [
      `/offersets/${meta.uuid}`,
      `/executions/${offer?.meta.uuid}`,
      `/sessions/${offer?.meta.uuid}`,
      `/compute/${offer?.compute?.meta?.uuid}`,
    ]
    for (const path of paths) {
      const [, family, uuid] = path.split('/')
      const answer = await api.get(`/${family}/${uuid?.toUpperCase()}`)
      expect(answer).toMatchObject({ status: 200, body: (await api.get(path)).body })
    }
    const acceptance = { kind: KIND.stringUpdate, path: 'accepted', value: offer?.meta.uuid?.toUpperCase() }
    expect((await api.post(`/offersets/${meta.uuid?.toUpperCase()}`, acceptance)).status).toBe(200)
    expect((await api.setPhase(offer?.meta.uuid?.toUpperCase() as string, 'CANCELLED')).status).toBe(200)
  })
})
