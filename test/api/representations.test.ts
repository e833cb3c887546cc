import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const volume = { kind: KIND.simpleVolumeMount, path: '/work', mode: 'READWRITE', resource: 'scratch' } as const
const full = containerRequest(
  {},
  {
    compute: { ...cores(1), volumes: [volume] },
    storage: [{ kind: KIND.simpleStorage, meta: { name: 'scratch' }, size: { min: 1 } }],
  },
)
const pathOf = (url: string | undefined) => new URL(url ?? '').pathname

describe('the tag of an answer', () => {
  it('gives 304 without a body while nothing changes, and the new answer afterwards', async () => {
    const { meta, offers } = await api.offers(full)
    const paths = [
      `/offersets/${meta.uuid}`,
      `/executions/${offers?.[0]?.meta.uuid}`,
      pathOf(offers?.[0]?.compute?.meta?.url),
    ]
    const tags = await Promise.all(paths.map(async (path) => (await api.get(path)).headers.get('etag') as string))
    for (const [index, path] of paths.entries()) {
      expect(tags[index]).toMatch(/^"[\w-]{20,}"$/)
      for (const condition of [tags[index], `"other", W/${tags[index]}`, '*']) {
        const { status, headers, body } = await api.get(path, { 'If-None-Match': condition as string })
        expect([status, body, headers.get('etag')]).toEqual([304, '', tags[index]])
        expect(headers.get('vary')).toBe('Accept, Authorization')
        expect(headers.get('cache-control')).toBe('private, no-cache')
      }
      expect((await api.get(path, { 'If-None-Match': '"other"' })).status).toBe(200)
      expect((await api.send('HEAD', path, undefined, { 'If-None-Match': tags[index] as string })).status).toBe(304)
    }
    await api.post(`/offersets/${meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
    for (const [index, path] of paths.entries()) {
      const { status, headers } = await api.get(path, { 'If-None-Match': tags[index] as string })
      expect([status, headers.get('etag') === tags[index]]).toEqual([200, false])
    }
  })
  it('is another one in another notation', async () => {
    const { meta } = await api.offers(full)
    const path = `/offersets/${meta.uuid}`
    const types = ['application/json', 'application/yaml']
    const tags = await Promise.all(types.map(async (Accept) => (await api.get(path, { Accept })).headers.get('etag')))
    expect(new Set(tags).size).toBe(types.length)
    await api.post(path, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
  })
  it('is not on answers to a POST, which nobody may keep', async () => {
    const { headers, body } = await api.post<Schemas['OfferSet']>('/offersets', full)
    expect([headers.get('etag'), headers.get('cache-control')]).toEqual([null, 'no-store'])
    await api.post(`/offersets/${body.meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
  })
})

describe('a component', () => {
  it('is found behind its URL, as its execution shows it', async () => {
    const { meta, offers } = await api.offers(full)
    const offer = offers?.[0] as Schemas['Execution']
    const components = [
      offer.executable,
      offer.compute,
      ...(offer.storage ?? []),
      ...(offer.data ?? []),
      ...(offer.compute?.volumes ?? []),
    ]
    expect(components.length).toBe(4)
    for (const component of components) {
      const { status, body } = await api.get(pathOf(component?.meta?.url))
      expect([status, body]).toEqual([200, component])
    }
    const compute = offer.compute?.meta?.uuid
    for (const path of [
      `/storage/${compute}`,
      `/compute/${offer.meta.uuid}`,
      `/compute/${compute?.slice(0, -3)}fff`,
      '/data/x',
    ]) {
      expect((await api.get(path)).status).toBe(404)
    }
    await api.post(`/offersets/${meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
  })
})

describe('the list of executions', () => {
  const uuids: string[] = []
  let middle = ''
  beforeAll(async () => {
    for (const name of ['list-a', 'list-b', 'list_c', 'other', 'list-50%']) {
      const uuid = await api.run(containerRequest({}, { meta: { name } }))
      uuids.push(uuid)
      if (name === 'list-b') middle = (await api.execution(uuid)).meta.created as string
      await api.ends(uuid)
    }
  })
  const list = async (query: string) => {
    const { headers, body } = await api.get<Schemas['ExecutionList']>(`/executions?${query}`)
    return {
      links: headers.get('link') ?? '',
      found: (body.executions ?? []).map(({ meta }) => uuids.indexOf(meta.uuid as string)),
    }
  }
  it.each([
    ['name=list-a', [0]],
    ['name=list-*', [4, 1, 0]],
    ['name=list_*', [2]],
    ['NAME=*50%25', [4]],
    ['name=*', [4, 3, 2, 1, 0]],
    ['name=nothing', []],
    ['name=list-*&phase=COMPLETED&LAST=2', [4, 1]],
    ['PHASE=FAILED&PHASE=CANCELLED', []],
  ])('is filtered by %s', async (query, expected) => {
    expect((await list(query)).found).toEqual(expected)
  })
  it('is filtered by when they were made, in UTC', async () => {
    expect((await list(`AFTER=${middle}`)).found).toEqual([4, 3, 2])
    expect((await list(`AFTER=${middle.slice(0, -1)}`)).found).toEqual([4, 3, 2])
    expect((await list('AFTER=2020-01-01')).found).toEqual([4, 3, 2, 1, 0])
    expect((await list('AFTER=2120-01-01T00:00:00Z')).found).toEqual([])
  })
  it('is read page by page along its links, with the filters kept', async () => {
    const pages: number[][] = []
    let query = 'name=list*&LAST=2'
    for (;;) {
      const { links, found } = await list(query)
      pages.push(found)
      expect(links).toContain(`<${broker.url}/executions?name=list*&LAST=2>; rel="first"`)
      const next = /<([^>]*)>; rel="next"/.exec(links)?.[1]
      if (!next) break
      query = new URL(next).search.slice(1)
    }
    expect(pages).toEqual([
      [4, 2],
      [1, 0],
    ])
  })
  it.each(['AFTER=yesterday', 'AFTER=2026-11-24T12:00:00Z&after=2026-11-24', 'PHASE=PARTYING', 'LAST=0', 'cursor=1'])(
    'names the parameter that is wrong: %s',
    async (query) => {
      const { status, body } = await api.get<Schemas['Problem']>(`/executions?${query}`)
      expect(status).toBe(400)
      expect(body.errors?.[0]?.parameter).toBe(query.split('=')[0])
    },
  )
})
