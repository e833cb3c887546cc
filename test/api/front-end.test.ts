import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

const brokers: TestBroker[] = []
async function start(options: Record<string, unknown>): Promise<Api> {
  const broker = await testBroker(options)
  brokers.push(broker)
  return new Api(broker.url)
}
afterAll(async () => {
  for (const broker of brokers) await broker.close()
})

const forwarded = { Forwarded: 'for=192.0.2.1;host=broker.example;proto=https' }
const urlOf = async (api: Api, headers: Record<string, string>) => {
  const { headers: answered, body } = await api.post<Schemas['OfferSet']>('/offersets', containerRequest(), headers)
  expect(answered.get('location')).toBe(body.meta.url)
  return new URL(body.meta.url as string).origin
}

describe('the URLs in an answer', () => {
  it('are those at which a client reaches the proxy, when the proxy is trusted', async () => {
    const api = await start({ 'listen.trustedProxies': ['127.0.0.0/8'], 'listen.forwardedHeader': 'forwarded' })
    expect(await urlOf(api, forwarded)).toBe('https://broker.example')
    expect(await urlOf(api, {})).toBe(api.url)
  })
  it('are those of the connection, when nobody is trusted', async () => {
    const api = await start({})
    expect(await urlOf(api, forwarded)).toBe(api.url)
  })
  it('are those of the configuration, when it says how the broker is reached', async () => {
    const api = await start({
      publicUrl: 'https://broker.example/eb/',
      'listen.trustedProxies': ['127.0.0.1'],
      'listen.forwardedHeader': 'forwarded',
    })
    const { body } = await api.get<Schemas['ExecutionList']>('/executions')
    expect(body).toEqual({ executions: [] })
    const { body: offerSet } = await api.post<Schemas['OfferSet']>('/offersets', containerRequest(), forwarded)
    expect(offerSet.meta.url).toBe(`https://broker.example/eb/offersets/${offerSet.meta.uuid}`)
  })
  it('follow networks only: anything else in their place is refused at the start', () => {
    const load = (value: unknown) => () => loadConfig({ environment: {}, options: { 'listen.trustedProxies': value } })
    expect(load(['proxy.example'])).toThrow('listen.trustedProxies.0 is not an address or a network such as 10.0.0.0/8')
    expect(load(['10.0.0.0/33'])).toThrow('is not an address or a network')
  })
})

describe('a script of another origin', () => {
  let open: Api
  let some: Api
  let closed: Api
  beforeAll(async () => {
    open = await start({ 'cors.origins': ['*'] })
    some = await start({ 'cors.origins': ['https://portal.example'] })
    closed = await start({})
  })
  const ask = (api: Api, method: string, path: string, headers: Record<string, string>) =>
    fetch(api.url + path, { method, headers })
  const preflight = { Origin: 'https://portal.example', 'Access-Control-Request-Method': 'POST' }

  it('is let in when the configuration names it, also to read what went wrong', async () => {
    for (const path of ['/executions', '/nowhere', '/executions?LAST=0']) {
      const { headers } = await ask(some, 'GET', path, { Origin: 'https://portal.example' })
      expect(headers.get('access-control-allow-origin')).toBe('https://portal.example')
      expect(headers.get('vary')).toBe('Origin, Accept, Authorization')
      for (const name of ['Location', 'Link', 'ETag', 'X-Request-Id'])
        expect(headers.get('access-control-expose-headers')?.split(', ')).toContain(name)
    }
  })
  it('is not let in when it is another', async () => {
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }]) {
      const answer = await ask(some, 'GET', '/executions', headers)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      // A cache must not take this answer for one to the origin that is let in.
      expect(answer.headers.get('vary')).toContain('Origin')
    }
  })
  it('is told before it sends what it may send', async () => {
    const answer = await ask(some, 'OPTIONS', '/executions', preflight)
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS, POST')
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Content-Type.*Idempotency-Key/)
    expect(answer.headers.get('access-control-max-age')).toBe('7200')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })
  it('is let in from anywhere when the configuration says so', async () => {
    const { headers } = await ask(open, 'GET', '/health/live', { Origin: 'https://anybody.example' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('vary')).toBe('Accept, Authorization')
  })
  it('is let in nowhere without a configuration', async () => {
    const answer = await ask(closed, 'OPTIONS', '/executions', preflight)
    expect(answer.status).toBe(204)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('a page of another site that would change something', () => {
  let some: Api
  let open: Api
  let behind: Api
  beforeAll(async () => {
    some = await start({ 'cors.origins': ['https://portal.example'] })
    open = await start({ 'cors.origins': ['*'] })
    behind = await start({ publicUrl: 'https://broker.example/eb' })
  })
  // A page may send this without being asked whether it may.
  const ask = (api: Api, headers: Record<string, string>) =>
    fetch(`${api.url}/offersets`, { method: 'POST', headers, body: Buffer.from('{}'), redirect: 'manual' })

  it.each<[string, Record<string, string>]>([
    ['by its origin', { Origin: 'https://evil.example' }],
    ['that hides its origin', { Origin: 'null' }],
    ['by what the browser says of it', { 'Sec-Fetch-Site': 'cross-site' }],
    ['on another port of the same machine', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
  ])('is refused %s, and the answer says what to set', async (_, headers) => {
    const answer = await ask(some, headers)
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('cors.origins') as string,
      errors: [{ header: 'Origin' }],
    })
  })
  it('is refused whatever it wants to change, and never what it only reads', async () => {
    const headers = { Origin: 'https://evil.example' }
    for (const method of ['DELETE', 'POST'])
      expect((await fetch(`${some.url}/executions/x`, { method, headers })).status).toBe(method === 'POST' ? 403 : 405)
    expect((await fetch(`${some.url}/executions`, { headers })).status).toBe(200)
  })
  it('is let in when the configuration names it', async () => {
    expect((await ask(some, { Origin: 'https://portal.example', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(303)
    expect((await ask(open, { Origin: 'https://anybody.example' })).status).toBe(303)
  })
  it('is let in when it is of the service itself', async () => {
    expect((await ask(some, { Origin: some.url })).status).toBe(303)
    expect((await ask(some, { Origin: 'https://front.example', 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303)
    expect((await ask(behind, { Origin: 'https://broker.example' })).status).toBe(303)
    expect((await ask(behind, { Origin: behind.url })).status).toBe(403)
  })
  it('is not taken for a program, which says nothing of an origin', async () => {
    expect((await ask(some, {})).status).toBe(303)
  })
})

describe('a service that stops', () => {
  it('answers those who wait, and lets nobody wait any more', async () => {
    const broker = await testBroker()
    const api = new Api(broker.url)
    const { offers } = await api.offers(containerRequest())
    const path = `/executions/${offers?.[0]?.meta.uuid}`
    const events = await fetch(`${broker.url}${path}/events`)
    const waiting = api.get<Schemas['Execution']>(`${path}?WAIT=60`)
    // The connection of this request is kept open and idle.
    await api.get('/health/live')
    const startedAt = performance.now()
    await broker.close()
    expect((await waiting).body.phase).toBe('OFFERED')
    expect(await events.text()).toContain(': events follow')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
