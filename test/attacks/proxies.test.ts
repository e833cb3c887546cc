/** Attacks from behind a trusted proxy: the headers that it does not write are the client's, and so are those before it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { basic, brokerWithAccounts, passwordOf, type BrokerWithAccounts } from '../support/accounts.ts'
import { exchange } from '../support/raw-http.ts'

let xForwarded: BrokerWithAccounts
let standard: BrokerWithAccounts
beforeAll(async () => {
  const proxies = { 'listen.trustedProxies': ['127.0.0.0/8', '10.0.0.0/8'] }
  xForwarded = await brokerWithAccounts(proxies)
  standard = await brokerWithAccounts({ ...proxies, 'listen.forwardedHeader': 'forwarded' })
  for (const setting of [xForwarded, standard]) await setting.user('ada')
})
afterAll(() => Promise.all([xForwarded.broker.close(), standard.broker.close()]))

/** The answer of a broker to wrong passwords that come with other headers each time. */
async function guess(setting: BrokerWithAccounts, headersOf: (index: number) => Record<string, string>) {
  const statuses: number[] = []
  for (let index = 0; index < 24; index++) {
    const headers = { ...basic(`nobody${index}`, 'wrong'), ...headersOf(index) }
    statuses.push((await setting.as(headers).get('/account')).status)
  }
  return statuses
}

describe('the waits after wrong passwords are not left behind by', () => {
  it.each<[string, () => BrokerWithAccounts, (index: number) => Record<string, string>]>([
    [
      'addresses before the one that the proxy adds',
      () => xForwarded,
      (index) => ({ 'X-Forwarded-For': `198.51.100.${index}, 192.0.2.10` }),
    ],
    [
      'addresses of the site before the one that the proxy adds',
      () => xForwarded,
      (index) => ({ 'X-Forwarded-For': `198.51.100.${index}, 10.0.0.1, 192.0.2.11` }),
    ],
    [
      'elements before the one that the proxy adds',
      () => standard,
      (index) => ({ Forwarded: `for=198.51.100.${index}, for=192.0.2.12` }),
    ],
    [
      'another address of the same network of IPv6',
      () => xForwarded,
      (index) => ({ 'X-Forwarded-For': `2001:db8:1:2::${index.toString(16)}` }),
    ],
    [
      'another way to write an address',
      () => standard,
      (index) => ({ Forwarded: `for="[::ffff:192.0.2.13]:${4711 + index}"` }),
    ],
  ])('%s', async (_, setting, headersOf) => {
    expect((await guess(setting(), headersOf)).at(-1)).toBe(429)
  })
})

describe('a header that the proxy does not write is refused, and the answer says what to set:', () => {
  it.each<[string, () => BrokerWithAccounts, Record<string, string>]>([
    ['Forwarded', () => xForwarded, { Forwarded: 'for=198.51.100.1' }],
    [
      'Forwarded, beside what the proxy writes',
      () => xForwarded,
      { 'X-Forwarded-For': '192.0.2.1', Forwarded: 'for=198.51.100.1' },
    ],
    ['X-Forwarded-For', () => standard, { 'X-Forwarded-For': '198.51.100.1' }],
    ['X-Forwarded-Host', () => standard, { Forwarded: 'for=192.0.2.1', 'X-Forwarded-Host': 'evil.example' }],
    ['X-Forwarded-Proto', () => standard, { Forwarded: 'for=192.0.2.1', 'X-Forwarded-Proto': 'https' }],
    ['X-Forwarded-Prefix', () => standard, { Forwarded: 'for=192.0.2.1', 'X-Forwarded-Prefix': '/evil' }],
  ])('%s', async (_, setting, headers) => {
    const { status, body } = await setting()
      .as({ ...basic('ada', passwordOf('ada')), ...headers })
      .get<Schemas['Problem']>('/account')
    expect(status).toBe(400)
    expect(body.detail).toContain('listen.forwardedHeader')
  })
})

describe('what a client writes does not swallow what the proxy adds:', () => {
  it.each([
    ['a quote that is not closed', 'for="', 'for="[2001:db8::1]:80"'],
    ['a quote before a plain element', 'for="', 'for=192.0.2.1'],
    ['a quote that ends with an escape', 'for="x\\', 'for="[2001:db8::1]"'],
    ['no name', '=x', 'for=192.0.2.1'],
    ['a name twice', 'for=198.51.100.1;for=198.51.100.2', 'for=192.0.2.1'],
  ])('%s', async (_, client, proxy) => {
    const answer = await exchange(
      standard.broker.url,
      [
        'GET /account HTTP/1.1',
        'Host: broker.test',
        `Forwarded: ${client}`,
        `Forwarded: ${proxy}`,
        'Connection: close',
        '',
        '',
      ].join('\r\n'),
    )
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('Forwarded')
  })
})

describe('a broker that trusts no proxy', () => {
  it('passes over the headers of proxies, also broken ones', async () => {
    const setting = await brokerWithAccounts()
    try {
      const headers = { Forwarded: 'for="', 'X-Forwarded-For': '198.51.100.1' }
      expect((await setting.as({ ...setting.admin.credentials, ...headers }).get('/account')).status).toBe(200)
    } finally {
      await setting.broker.close()
    }
  })
})
