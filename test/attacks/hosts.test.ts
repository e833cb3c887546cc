/** Attacks with the names of hosts that no host can have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { exchange } from '../support/raw-http.ts'

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({
    policies: [{ type: 'locations', name: 'site', allow: [{ host: '*.example.org' }] }],
  })
})
afterAll(() => setting.broker.close())

describe('data at what cannot be a host are refused, each with its place:', () => {
  it.each([
    ['only dots', '.'.repeat(8_000)],
    ['a letter behind dots', `${'.'.repeat(7_000)}a`],
    ['parts that are too long', `${'a'.repeat(64)}.example.org`],
    ['a name that is too long', `${'a.'.repeat(3_000)}example.org`],
    ['percent signs', '%25'.repeat(2_500)],
  ])('%s', async (_, host) => {
    const data = Array.from({ length: 120 }, (__, index) => ({
      kind: KIND.simpleData,
      meta: { name: `d${index}` },
      location: `https://${host}/x`,
    }))
    const { status, body } = await setting.admin.post<Schemas['OfferSet']>('/offersets', containerRequest({}, { data }))
    expect([status, body.result]).toEqual([303, 'NO'])
    expect(body.meta.messages?.map(({ values }) => values?.pointer)).toContain('/data/0/location')
  })
})

describe('a Host header that cannot be a host is refused or passed over:', () => {
  it.each([
    ['a part that is too long', 'a'.repeat(64)],
    ['a name that is too long', 'a.'.repeat(200)],
    ['dots', '.'.repeat(8_000)],
    ['dots between', `a${'.'.repeat(5_000)}b`],
  ])('%s', async (_, host) => {
    for (const path of ['/offersets', '/health/live', '/nowhere']) {
      const { status } = await exchange(
        setting.broker.url,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${setting.admin.credentials.Authorization}\r\nConnection: close\r\n\r\n`,
      )
      expect(status).toBe(400)
    }
  })
  it('while one of the longest names is one', async () => {
    const host = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}`
    const { status } = await exchange(
      setting.broker.url,
      `GET /health/live HTTP/1.1\r\nHost: ${host}:8082\r\nConnection: close\r\n\r\n`,
    )
    expect(status).toBe(200)
  })
})
