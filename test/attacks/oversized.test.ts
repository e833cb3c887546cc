/** Attacks with what is too long, too many or too large, in every place where something can be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { basic, bearer, brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { exchange } from '../support/raw-http.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts()
  ada = await setting.user('ada')
})
afterAll(() => setting.broker.close())

const times = <Thing>(count: number, make: (index: number) => Thing) =>
  Array.from({ length: count }, (_, index) => make(index))
const fetchAs = (path: string, headers: Record<string, string> = {}) =>
  fetch(setting.broker.url + path, { headers: { ...ada.credentials, ...headers } })

describe('a request is refused or answered, and nothing breaks, with', () => {
  it.each<[string, number[], () => Promise<{ status: number }>]>([
    ['a URL that is too long', [414], () => fetchAs(`/executions?name=${'x'.repeat(9_000)}`)],
    ['a URL that is longer than any', [400, 414, 431], () => fetchAs(`/executions?name=${'x'.repeat(40_000)}`)],
    ['a header that is too long', [431], () => fetchAs('/executions', { X: 'x'.repeat(20_000) })],
    [
      'too many headers',
      [400, 431],
      () => fetchAs('/executions', Object.fromEntries(times(3_000, (n) => [`x-${n}`, '1']))),
    ],
    ['a token that is too long', [401], () => setting.as(bearer('t'.repeat(9_000))).get('/account')],
    ['a token that has countless parts', [401], () => setting.as(bearer('.'.repeat(9_000))).get('/account')],
    ['a name that is too long', [401], () => setting.as(basic('n'.repeat(8_000), 'x')).get('/account')],
    [
      'a key that is too long',
      [400],
      () => ada.post('/offersets', containerRequest(), { 'Idempotency-Key': 'k'.repeat(256) }),
    ],
    [
      'a filter that is given countless times',
      [200, 400],
      () => fetchAs(`/executions?${times(800, () => 'PHASE=X').join('&')}`),
    ],
    ['countless parameters', [200, 400], () => fetchAs(`/executions?${times(1_500, (n) => `p${n}`).join('&')}`)],
    ['a page that is too large', [400], () => fetchAs('/executions?LAST=1000000000')],
    ['a page that is no number', [400], () => fetchAs('/executions?LAST=1e9')],
    ['a page that is less than nothing', [400], () => fetchAs('/executions?LAST=-1')],
    ['a page of the record that is too large', [400], () => setting.admin.get('/admin/audit?LAST=100000')],
    [
      'a place in the record that is too far',
      [400],
      () => setting.admin.get('/admin/audit?before=99999999999999999999'),
    ],
    [
      'a wish for countless offers',
      [303],
      () => ada.post('/offersets', containerRequest(), { Prefer: 'offers=1000000000' }),
    ],
    [
      'countless preferences',
      [303],
      () => ada.post('/offersets', containerRequest(), { Prefer: times(1_000, (n) => `p${n}=1`).join(',') }),
    ],
    [
      'countless media types',
      [200, 406],
      () => fetchAs('/executions', { Accept: times(1_000, (n) => `a/b${n}`).join(',') }),
    ],
    ['countless quality values', [200, 406], () => fetchAs('/executions', { Accept: `*/*;${'q=1;'.repeat(2_000)}` })],
    [
      'countless conditions',
      [200],
      () => fetchAs('/executions', { 'If-None-Match': times(2_000, (n) => `"${n}"`).join(',') }),
    ],
    [
      'countless addresses',
      [200],
      () => fetchAs('/executions', { 'X-Forwarded-For': times(1_000, () => '1.2.3.4').join(',') }),
    ],
    ['an instant that is too long', [400], () => fetchAs(`/executions?AFTER=${'9'.repeat(5_000)}`)],
  ])('%s', async (_, statuses, ask) => {
    const { status } = await ask()
    expect(statuses).toContain(status)
    expect((await ada.get('/executions')).status).toBe(200)
  })
})

describe('a body is refused, or answered with NO, that has', () => {
  const NAMELESS = containerRequest()
  it.each<[string, () => object]>([
    ['a name that is too long', () => ({ ...NAMELESS, meta: { name: 'n'.repeat(100_000) } })],
    ['a description that is too long', () => ({ ...NAMELESS, meta: { description: 'd'.repeat(900_000) } })],
    [
      'countless data',
      () => ({
        ...NAMELESS,
        data: times(5_000, (n) => ({
          kind: KIND.simpleData,
          meta: { name: `d${n}` },
          location: 'https://example.org/x',
        })),
      }),
    ],
    [
      'countless storage',
      () => ({ ...NAMELESS, storage: times(5_000, (n) => ({ kind: KIND.simpleStorage, meta: { name: `s${n}` } })) }),
    ],
    [
      'countless mounts',
      () => ({
        ...NAMELESS,
        compute: {
          kind: KIND.simpleCompute,
          volumes: times(5_000, (n) => ({ kind: KIND.simpleVolumeMount, path: `/v${n}`, resource: 'x' })),
        },
      }),
    ],
    [
      'a mount path that is too long',
      () => ({
        ...NAMELESS,
        compute: {
          kind: KIND.simpleCompute,
          volumes: [{ kind: KIND.simpleVolumeMount, path: `/${'v'.repeat(100_000)}`, resource: 'x' }],
        },
      }),
    ],
    [
      'a location that is too long',
      () => ({
        ...NAMELESS,
        data: [{ kind: KIND.simpleData, meta: { name: 'd' }, location: `https://example.org/${'x'.repeat(100_000)}` }],
      }),
    ],
    ['an image whose name is too long', () => containerRequest({ image: { locations: ['x'.repeat(2_000)] } })],
    ['countless images', () => containerRequest({ image: { locations: times(20_000, () => 'example.org/test:1') } })],
    [
      'more cores than there are',
      () => ({ ...NAMELESS, compute: { kind: KIND.simpleCompute, cores: { min: 9_007_199_254_740_991 } } }),
    ],
    [
      'more memory than there is',
      () => ({ ...NAMELESS, compute: { kind: KIND.simpleCompute, memory: { min: 9_007_199_254_740_991 } } }),
    ],
    [
      'more storage than there is',
      () => ({
        ...NAMELESS,
        storage: [{ kind: KIND.simpleStorage, meta: { name: 's' }, size: { min: 9_007_199_254_740_991 } }],
      }),
    ],
    ['a duration that is too long', () => ({ ...NAMELESS, schedule: { requested: { duration: 'P999999999D' } } })],
    [
      'countless starts',
      () => ({ ...NAMELESS, schedule: { requested: { start: times(20_000, () => '2099-01-01T00:00:00Z') } } }),
    ],
    [
      'countless starts and limits on costs',
      () => ({
        ...NAMELESS,
        schedule: { requested: { start: times(1_000, (n) => `2099-01-01T00:00:00Z/PT${n + 1}S`) } },
        costs: times(100, () => ({ kind: KIND.simpleCost, type: 'urn:ivoa:calycopis:cost:monetary', max: 1 })),
      }),
    ],
    [
      'limits on costs of countless parts',
      () => ({
        ...NAMELESS,
        storage: times(100, (n) => ({
          kind: KIND.simpleStorage,
          meta: { name: `s${n}` },
          costs: times(50, () => ({ kind: KIND.simpleCost, type: 'urn:ivoa:calycopis:cost:monetary', max: 1 })),
        })),
      }),
    ],
    [
      'a start after the end of time',
      () => ({ ...NAMELESS, schedule: { requested: { start: '+275760-09-13T00:00:00Z' } } }),
    ],
  ])('%s', async (_, make) => {
    const { status, body } = await ada.post<Schemas['OfferSet']>('/offersets', make())
    if (status === 303) expect(body.result).toBe('NO')
    else expect([400, 413]).toContain(status)
    expect(JSON.stringify(body).length, 'the answer is no larger than somebody reads').toBeLessThan(100_000)
  })
  it.each<[string, () => object]>([
    ['a very long command', () => containerRequest({ command: ['x'.repeat(500_000)] })],
    ['countless arguments', () => containerRequest({ command: times(50_000, () => 'x') })],
    [
      'countless variables',
      () => containerRequest({ environment: Object.fromEntries(times(20_000, (n) => [`V${n}`, 'x'])) }),
    ],
    ['a very long variable', () => containerRequest({ environment: { V: 'x'.repeat(500_000) } })],
  ])('or answered as it is, %s', async (_, make) => {
    const { status } = await ada.post('/offersets', make())
    expect([303, 400, 413]).toContain(status)
    expect((await ada.get('/executions?LAST=1')).status).toBe(200)
  })
  it.each<[string, object]>([
    ['countless roles', { roles: times(10_000, () => 'user') }],
    ['countless groups', { groups: times(5_000, (n) => `g${n}`) }],
    ['a group that is too long', { groups: ['g'.repeat(256)] }],
    ['a display name that is too long', { displayName: 'd'.repeat(100_000) }],
  ])('of an account, %s', async (title, fields) => {
    const username = title.replace(/\W+/g, '-')
    const { status } = await setting.admin.post('/admin/identities', {
      username,
      password: 'a good password',
      ...fields,
    })
    expect([400, 413, 422]).toContain(status)
  })
  it.each<[string, object]>([
    ['a name that is too long', { name: 'n'.repeat(100_000) }],
    ['no name', { name: '' }],
    ['a duration that is too long', { name: 'x', duration: 'P9999999999Y' }],
    ['a duration of nothing', { name: 'x', duration: 'PT0S' }],
  ])('of a token, %s', async (_, fields) => {
    expect((await ada.post('/account/tokens', fields)).status).toBe(400)
  })
})

describe('an update is refused that has', () => {
  it.each<[string, object]>([
    ['a name that is too long', { kind: KIND.stringUpdate, path: 'meta/name', value: 'n'.repeat(201) }],
    ['a path that is too long', { kind: KIND.stringUpdate, path: 'p/'.repeat(50_000), value: 'x' }],
    ['a phase that is too long', { kind: KIND.enumUpdate, path: 'phase', value: 'P'.repeat(100_000) }],
  ])('%s', async (_, update) => {
    const { offers: [offer] = [] } = await ada.offers(containerRequest())
    const { status, body } = await ada.post(`/executions/${offer?.meta.uuid}`, update)
    expect([400, 409, 422]).toContain(status)
    expect(JSON.stringify(body).length).toBeLessThan(20_000)
  })
})

describe('a connection is not held by', () => {
  it.each<[string, string]>([
    ['a first line without an end', `GET /${'x'.repeat(100_000)}`],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: x\r\n${times(5_000, (n) => `X-${n}: y`).join('\r\n')}`],
    [
      'a chunk with an extension without an end',
      `POST /offersets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(100_000)}`,
    ],
  ])('%s', async (_, bytes) => {
    const { status } = await exchange(setting.broker.url, bytes)
    expect([400, 401, 413, 414, 431]).toContain(status)
  })
})
