/** Attacks by the ids of what is another's, by every route and in every place where an id can stand; and by paths. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allRoutes } from '../../src/http/access.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { basic, brokerWithAccounts, passwordOf, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest, UNKNOWN_ID } from '../support/api.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { exchange } from '../support/raw-http.ts'

let setting: BrokerWithAccounts
let data: DataServer
let ada: CallerApi
let eve: CallerApi
/** What ada has, by the first part of the path that leads to it. */
let hers: Record<string, string>
/** An offer of hers that can be accepted. */
let offer: string
beforeAll(async () => {
  data = await startDataServer()
  data.files.set('/file', { content: Buffer.from('12345') })
  setting = await brokerWithAccounts()
  ada = await setting.user('ada')
  eve = await setting.user('eve')
  const uuid = await ada.run(
    containerRequest(
      { command: ['echo', 'what only ada may read'] },
      {
        data: [{ kind: KIND.simpleData, meta: { name: 'stars' }, location: `${data.url}/file` }],
        compute: {
          kind: KIND.simpleCompute,
          volumes: [{ kind: KIND.simpleVolumeMount, path: '/data', resource: 'stars' }],
        },
      },
    ),
  )
  await ada.reaches(uuid, 'COMPLETED')
  const execution = await ada.execution(uuid)
  const open = await ada.offers(containerRequest())
  const { body: token } = await ada.post<Schemas['AccessToken']>('/account/tokens', { name: 'hers' })
  const { body: account } = await ada.get<Schemas['Account']>('/account')
  offer = open.offers?.[0]?.meta.uuid ?? ''
  const parts = {
    offersets: open.meta.uuid,
    offers: offer,
    executions: uuid,
    sessions: uuid,
    streams: uuid,
    executables: execution.executable?.meta?.uuid,
    compute: execution.compute?.meta?.uuid,
    storage: execution.storage?.[0]?.meta?.uuid,
    data: execution.data?.[0]?.meta?.uuid,
    volumes: execution.compute?.volumes?.[0]?.meta?.uuid,
    account: token.uuid,
    admin: account.uuid,
  }
  expect(Object.values(parts)).not.toContain(undefined)
  hers = parts as Record<string, string>
})
afterAll(async () => {
  await setting.broker.close()
  await data.close()
})

/** Calls a route with an id, as eve, and leaves out of the answer what is different in any two. */
async function asEve(route: string, id: string, change: (path: string) => string = (path) => path) {
  const [method = '', template = ''] = route.split(' ')
  const path = change(template.replace(':uuid', id).replace(':stream', 'stdout'))
  const body = JSON.stringify({ kind: KIND.enumUpdate, path: 'phase', value: 'CANCELLED' })
  const response = await fetch(setting.broker.url + path, {
    method,
    redirect: 'manual',
    ...(method === 'POST'
      ? { headers: { ...eve.credentials, 'Content-Type': 'application/json' }, body }
      : { headers: eve.credentials }),
  })
  const text = (await response.text()).replaceAll(id, 'ID').replace(/"requestId":"[^"]+"/, '')
  return { status: response.status, type: response.headers.get('content-type'), text }
}

/** Every route that leads to a thing by its id. */
const ROUTES_TO_THINGS = allRoutes().filter((route) => route.includes(':uuid') && !route.includes('/admin/'))
const thingOf = (route: string) => hers[route.split('/')[1] ?? ''] ?? ''

describe('what is another’s is answered as what is not there, by', () => {
  it.each(ROUTES_TO_THINGS)('%s', async (route) => {
    const [there, missing] = [await asEve(route, thingOf(route)), await asEve(route, UNKNOWN_ID)]
    expect(there.status).toBe(404)
    expect(there).toEqual(missing)
  })
  it.each(allRoutes().filter((route) => /:uuid/.test(route) && route.includes('/admin/')))(
    'or refused without a look at it, by %s',
    async (route) => {
      const [there, missing] = [await asEve(route, thingOf(route)), await asEve(route, UNKNOWN_ID)]
      expect([there.status, missing.status]).toEqual([403, 403])
    },
  )
  it.each<[string, (path: string) => string]>([
    ['capitals', (path) => path.replace(/[0-9a-f-]{36}/, (uuid) => uuid.toUpperCase())],
    ['the prefix of the prototype', (path) => `/eb${path}`],
    ['a slash at the end', (path) => `${path}/`],
    ['a query', (path) => `${path}?owner=ada&user=ada&admin=true&uuid=${hers.executions}`],
    ['an encoded id', (path) => path.replace(/-/g, '%2d')],
  ])('the route of an execution written with %s', async (_, change) => {
    const { status, text } = await asEve('GET /executions/:uuid', hers.executions ?? '', change)
    expect([404, 308, 400]).toContain(status)
    expect(text).not.toContain('what only ada may read')
  })
  it.each(['HEAD', 'OPTIONS'])('%s', async (method) => {
    const ask = async (id: string) => {
      const response = await fetch(`${setting.broker.url}/executions/${id}`, { method, headers: eve.credentials })
      return [response.status, response.headers.get('etag'), response.headers.get('allow')]
    }
    expect(await ask(hers.executions ?? '')).toEqual(await ask(UNKNOWN_ID))
  })
})

describe('a thing of one kind is none of another:', () => {
  it.each([
    ['an offer set as an execution', '/executions/', 'offersets'],
    ['an execution as an offer set', '/offersets/', 'executions'],
    ['a component as an execution', '/executions/', 'compute'],
    ['an execution as a component', '/compute/', 'executions'],
    ['storage as data', '/data/', 'storage'],
    ['an account as an execution', '/executions/', 'admin'],
    ['a token as an execution', '/executions/', 'account'],
  ])('%s', async (_, path, thing) => {
    expect((await ada.get(path + (hers[thing] ?? ''))).status).toBe(404)
  })
})

describe('what is another’s cannot be reached by its id in', () => {
  const never = async (text: string) => {
    expect(text).not.toContain('what only ada may read')
    expect((await ada.execution(offer)).phase, 'hers is as it was').toBe('OFFERED')
  }
  it('the offer that is accepted of a set of one’s own', async () => {
    const { meta } = await eve.offers(containerRequest())
    const { status, body } = await eve.post(`/offersets/${meta.uuid}`, {
      kind: KIND.stringUpdate,
      path: 'accepted',
      value: offer,
    })
    expect(status).toBe(404)
    await never(JSON.stringify(body))
  })
  it('the cursor of a list', async () => {
    const answer = await fetch(`${setting.broker.url}/executions?before=${hers.executions}`, {
      headers: eve.credentials,
    })
    await never(await answer.text())
  })
  it('a filter of a list', async () => {
    const { body } = await eve.get<Schemas['ExecutionList']>('/executions?owner=ada&username=ada&all=true&name=%25')
    expect(body.executions ?? []).toEqual([])
  })
  it('the references of a request', async () => {
    const { result, meta } = await eve.offers(
      containerRequest(
        {},
        {
          compute: {
            kind: KIND.simpleCompute,
            volumes: [{ kind: KIND.simpleVolumeMount, path: '/data', resource: hers.storage ?? '' }],
          },
        },
      ),
    )
    expect(result).toBe('NO')
    await never(JSON.stringify(meta))
  })
  it('the ids that a client may choose', async () => {
    const wish = { ...containerRequest(), meta: { name: 'mine', uuid: hers.executions } }
    const { offers: [made] = [] } = await eve.offers(wish)
    expect(made?.meta.uuid).not.toBe(hers.executions)
    expect((await eve.get(`/executions/${hers.executions}`)).status).toBe(404)
  })
  it('the place where a stream of events goes on', async () => {
    const answer = await fetch(`${setting.broker.url}/executions/${hers.executions}/events`, {
      headers: { ...eve.credentials, 'Last-Event-ID': '0' },
    })
    expect(answer.status).toBe(404)
    await never(await answer.text())
  })
  it('a range of a stream', async () => {
    const answer = await fetch(`${setting.broker.url}/streams/${hers.executions}/stdout`, {
      headers: { ...eve.credentials, Range: 'bytes=0-' },
    })
    expect(answer.status).toBe(404)
    await never(await answer.text())
  })
  it('a question that waits', async () => {
    const { status } = await eve.get(`/executions/${hers.executions}?WAIT=1&PHASE=COMPLETED`)
    expect(status).toBe(404)
  })
  it('an idempotency key', async () => {
    const ask = (who: CallerApi) =>
      who.post<Schemas['OfferSet']>('/offersets', containerRequest(), { 'Idempotency-Key': 'the same for both' })
    const [first, second] = [await ask(ada), await ask(eve)]
    expect(second.body.meta.uuid).not.toBe(first.body.meta.uuid)
    expect(second.headers.get('Idempotency-Replayed')).toBeNull()
  })
  it('what is kept of an answer', async () => {
    const path = `/executions/${hers.executions}`
    const { headers } = await ada.get(path)
    const answer = await fetch(setting.broker.url + path, {
      headers: { ...eve.credentials, 'If-None-Match': headers.get('etag') ?? '*' },
    })
    expect(answer.status).toBe(404)
    expect(headers.get('Vary')).toContain('Authorization')
    expect(headers.get('Cache-Control')).not.toContain('public')
  })
})

describe('an id that is none finds nothing:', () => {
  it.each([
    "' or '1'='1",
    '00000000-0000-0000-0000-000000000000',
    '*',
    '%25',
    '%00',
    '..%2f..%2fetc%2fpasswd',
    '[object Object]',
    'undefined',
    `${UNKNOWN_ID}%00`,
    `${UNKNOWN_ID},${UNKNOWN_ID}`,
    `{${UNKNOWN_ID}}`,
    `urn:uuid:${UNKNOWN_ID}`,
  ])('%s', async (id) => {
    for (const route of ['executions', 'offersets', 'compute', 'offers']) {
      const answer = await fetch(`${setting.broker.url}/${route}/${id}`, { headers: ada.credentials })
      expect([400, 404], route).toContain(answer.status)
      expect(await answer.text()).not.toMatch(/uuid_in|syntax|invalid input|node_modules/)
    }
  })
})

describe('no path leads out of its place or round its guard:', () => {
  const AS_EVE = () => `Authorization: ${basic('eve', passwordOf('eve')).Authorization}`
  const raw = (path: string) =>
    exchange(setting.broker.url, `GET ${path} HTTP/1.1\r\nHost: x\r\n${AS_EVE()}\r\nConnection: close\r\n\r\n`)

  it.each([
    '/docs/../../../../etc/passwd',
    '/docs/..%2f..%2f..%2fetc/passwd',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/..\\..\\package.json',
    '/docs//etc/passwd',
    '/docs/%2fetc%2fpasswd',
    '/docs/start.js%00.html',
    '/docs/start.js/../../package.json',
    '//etc/passwd',
    '/../etc/passwd',
    '/file:///etc/passwd',
    '/streams/../../etc/passwd',
    '/openapi.json/../package.json',
  ])('%s', async (path) => {
    const { status, body } = await raw(path)
    expect([400, 404]).toContain(status)
    expect(body).not.toMatch(/root:|"dependencies"/)
  })
  it.each([
    '/admin/identities/',
    '/executions/../admin/identities',
    '//admin/identities',
    '/admin//identities',
    '/ADMIN/identities',
    '/admin/identities;x=1',
    '/%61dmin/identities',
    '/admin%2fidentities',
    '/admin/./identities',
    '/eb/admin/identities',
    '/admin/identities?access_token=x',
    '/admin/identities%20',
    '/admin/identities%09',
    '/health/live/../../admin/identities',
  ])('administrators only: %s', async (path) => {
    const { status, body } = await raw(path)
    expect([400, 403, 404, 308]).toContain(status)
    expect(body).not.toContain('"identities"')
  })
  it.each([
    ['/streams/ID/stdout%2f..%2fstderr', 404],
    ['/streams/ID/..%2fstdout', 404],
    ['/streams/ID/constructor', 404],
    ['/streams/ID/__proto__', 404],
    ['/streams/ID/stdin', 404],
  ])('a stream that is none: %s', async (path, status) => {
    const answer = await fetch(setting.broker.url + path.replace('ID', hers.executions ?? ''), {
      headers: ada.credentials,
    })
    expect(answer.status).toBe(status)
  })
  it.each([
    'data',
    '../data',
    '/data/../../etc',
    '/data/..',
    '/',
    '//',
    '/./',
    '/data/./x',
    '/data\0/x',
    '/data\n/x',
    '/proc',
    '/proc/self',
    '/sys',
    '/dev',
    '/etc/../proc',
  ])('a volume that would be mounted at %j', async (path) => {
    const { status, body } = await ada.post<Schemas['OfferSet']>(
      '/offersets',
      containerRequest(
        {},
        {
          storage: [{ kind: KIND.simpleStorage, meta: { name: 'mine' } }],
          compute: {
            kind: KIND.simpleCompute,
            volumes: [{ kind: KIND.simpleVolumeMount, path, resource: 'mine' }],
          },
        },
      ),
    )
    if (status === 303)
      expect([body.result, JSON.stringify(body.meta.messages)]).toEqual([
        'NO',
        expect.stringContaining('/compute/volumes/0'),
      ])
    else expect(status).toBe(400)
  })
})
