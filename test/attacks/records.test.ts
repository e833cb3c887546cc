/** Attacks on the room of the database by what is written down of everybody: access tokens, and entries of the audit log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { basic, brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'
import { FakeClock } from '../support/fake-clock.ts'

const TOKENS = 3
const PER_DAY = 5
const DAY_MS = 86_400_000

let setting: BrokerWithAccounts
const clock = new FakeClock(Date.now())
beforeAll(async () => {
  setting = await brokerWithAccounts(
    { identity: { tokens: { perAccount: TOKENS } }, 'retention.auditPerDay': PER_DAY },
    clock,
  )
})
afterAll(() => setting.broker.close())

type Body = Schemas['AccessToken'] & Schemas['Problem']
const tokenOf = (user: CallerApi, duration = 'P30D') => user.post<Body>('/account/tokens', { name: 'one', duration })
const revoke = (user: CallerApi, uuid = '') => user.send('DELETE', `/account/tokens/${uuid}`, undefined, {})
/** How many entries the audit log has. */
const recorded = async () => {
  const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=1')
  return body.entries?.[0]?.number ?? 0
}
const setOf = async (user: CallerApi) => (await user.offers(containerRequest())).meta.uuid ?? ''
const share = (user: CallerApi, uuid: string, groups: string[]) =>
  user.post<Schemas['Problem']>(`/offersets/${uuid}/sharing`, { groups })

describe('access tokens', () => {
  it('are few for one account, also when they are asked for at the same moment', async () => {
    const [ada, bob] = [await setting.user('ada'), await setting.user('bob')]
    const made = await Promise.all(Array.from({ length: TOKENS + 2 }, () => tokenOf(ada)))
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429])
    const refused = await tokenOf(ada)
    expect(refused.body.detail).toMatch(/^The account has 3 access tokens, .* Revoke one that you do not need: GET/)
    expect((await tokenOf(bob)).status).toBe(201)
    await revoke(ada, made.find(({ status }) => status === 201)?.body.uuid)
    expect((await tokenOf(ada)).status).toBe(201)
  })

  it('that have expired or were revoked are not counted', async () => {
    const cleo = await setting.user('cleo')
    expect((await tokenOf(cleo, 'P1D')).status).toBe(201)
    for (let one = 1; one < TOKENS; one++) expect((await tokenOf(cleo)).status).toBe(201)
    expect((await tokenOf(cleo)).status).toBe(429)
    clock.advance(DAY_MS + 1)
    expect((await tokenOf(cleo)).status).toBe(201)
    expect((await tokenOf(cleo)).status).toBe(429)
    await cleo.post('/account/password', { password: 'a new one that I chose' })
    const again = setting.as(basic('cleo', 'a new one that I chose'))
    expect((await tokenOf(again)).status).toBe(201)
  })
})

describe('nobody fills the audit log', { timeout: 60_000 }, () => {
  it('by making and revoking access tokens', async () => {
    const dora = await setting.user('dora')
    for (let time = 0; time < PER_DAY; time++) await revoke(dora, (await tokenOf(dora)).body.uuid)
    const before = await recorded()
    const refused = await tokenOf(dora)
    expect([refused.status, refused.body.detail]).toEqual([429, expect.stringContaining('retention.auditPerDay')])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000)
    expect(await recorded()).toBe(before)
    clock.advance(DAY_MS)
    expect((await tokenOf(dora)).status).toBe(201)
  })

  it('by sharing, which can be ended also then', async () => {
    const [eve, fay] = [await setting.user('eve'), await setting.user('fay')]
    const [hers, other] = [await setOf(eve), await setOf(fay)]
    for (let time = 0; time < PER_DAY; time++) expect((await share(eve, hers, [`g${time}`])).status).toBe(200)
    expect((await share(eve, hers, ['more'])).status).toBe(429)
    expect((await share(eve, hers, [])).status).toBe(200)
    expect((await eve.get<Schemas['Sharing']>(`/offersets/${hers}/sharing`)).body.groups).toEqual([])
    expect((await share(fay, other, ['more'])).status).toBe(200)
  })

  it('by changing the own password, which an administrator still can set', async () => {
    let gil = await setting.user('gil')
    for (let time = 0; time < PER_DAY; time++) {
      const password = `the password number ${time}`
      expect((await gil.post('/account/password', { password })).status).toBe(204)
      gil = setting.as(basic('gil', password))
    }
    expect((await gil.post('/account/password', { password: 'one more password' })).status).toBe(429)
    const { uuid } = (await gil.get<Schemas['Account']>('/account')).body
    const reset = await setting.admin.post(`/admin/identities/${uuid}`, { password: 'one of the administrator' })
    expect(reset.status).toBe(200)
  })

  it.each<[string, (user: CallerApi) => Promise<() => Promise<{ status: number }>>]>([
    [
      'sharing with the same groups, in any order',
      async (user) => {
        const uuid = await setOf(user)
        await share(user, uuid, ['a', 'b'])
        return () => share(user, uuid, ['b', 'a', 'b'])
      },
    ],
    [
      'revoking a token again',
      async (user) => {
        const { uuid } = (await tokenOf(user)).body
        await revoke(user, uuid)
        return () => revoke(user, uuid)
      },
    ],
    [
      'giving an account what it has',
      async (user) => {
        const { uuid } = (await user.get<Schemas['Account']>('/account')).body
        return () => setting.admin.post(`/admin/identities/${uuid}`, { groups: [], disabled: false })
      },
    ],
    [
      'draining a pool for the reason that is there',
      async () => {
        const drain = () => setting.admin.post('/admin/pools/default/drain', { reason: 'a repair' })
        await drain()
        return drain
      },
    ],
    [
      'saying the same to everybody',
      async () => {
        const say = () => setting.admin.post('/admin/motd', { text: 'the same' })
        await say()
        return say
      },
    ],
  ])('by what changes nothing: %s', async (name, prepare) => {
    const user = await setting.user(`nobody-${name.length}`)
    const act = await prepare(user)
    const before = await recorded()
    for (let time = 0; time < PER_DAY + 1; time++) expect([200, 404]).toContain((await act()).status)
    expect(await recorded()).toBe(before)
  })
})
