/** Attacks with what was stolen before its owner or an administrator did something about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import {
  basic,
  bearer,
  brokerWithAccounts,
  passwordOf,
  type BrokerWithAccounts,
  type CallerApi,
} from '../support/accounts.ts'
import { FakeClock } from '../support/fake-clock.ts'

let setting: BrokerWithAccounts
const clock = new FakeClock(Date.now())
beforeAll(async () => {
  setting = await brokerWithAccounts({ identity: { tokens: { longest: 'P30D' } } }, clock)
})
afterAll(() => setting.broker.close())

async function tokenOf(user: CallerApi, wish: Partial<Schemas['AccessTokenRequest']> = {}) {
  const { status, body } = await user.post<Schemas['AccessToken']>('/account/tokens', { name: 'script', ...wish })
  expect(status).toBe(201)
  return { ...body, works: async () => (await setting.as(bearer(body.token ?? '')).get('/account')).status === 200 }
}
const uuidOf = async (user: CallerApi) => (await user.get<Schemas['Account']>('/account')).body.uuid ?? ''
/** The entry of the audit log about the account that was changed last. */
const recorded = async (uuid: string) => {
  const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=2')
  const details = (body.entries ?? []).filter(({ target }) => target === uuid).map(({ detail = '{}' }) => detail)
  return Object.assign({}, ...details.map((detail) => JSON.parse(detail) as object)) as object
}

describe('a stolen access token is of no use any more', () => {
  it.each<[string, string, (user: CallerApi, uuid: string, more: object) => Promise<unknown>]>([
    [
      'after its owner has changed the password',
      'agnes',
      (user, _, more) => user.post('/account/password', { password: 'a new one that I chose', ...more }),
    ],
    [
      'after an administrator has given another password',
      'bert',
      (_, uuid, more) => setting.admin.post(`/admin/identities/${uuid}`, { password: 'a new one for you', ...more }),
    ],
    [
      'after the account was disabled, also when it is enabled again',
      'carl',
      async (_, uuid, more) => {
        await setting.admin.post(`/admin/identities/${uuid}`, { disabled: true, ...more })
      },
    ],
  ])('%s', async (_, name, change) => {
    const user = await setting.user(name)
    const uuid = await uuidOf(user)
    const [one, two] = [await tokenOf(user), await tokenOf(user)]
    await change(user, uuid, {})
    expect(await recorded(uuid)).toMatchObject({ tokensRevoked: 2 })
    await setting.admin.post(`/admin/identities/${uuid}`, { disabled: false })
    expect([await one.works(), await two.works()]).toEqual([false, false])
  })
  it.each<[string, string, (user: CallerApi, uuid: string) => Promise<unknown>]>([
    [
      'after a change by the owner',
      'dirk',
      (user) => user.post('/account/password', { password: 'a new one that I chose', keepTokens: true }),
    ],
    [
      'after the account was disabled and is enabled again',
      'erna',
      async (_, uuid) => {
        await setting.admin.post(`/admin/identities/${uuid}`, { disabled: true, keepTokens: true })
      },
    ],
  ])('unless that was asked for: %s', async (_, name, change) => {
    const user = await setting.user(name)
    const uuid = await uuidOf(user)
    const token = await tokenOf(user)
    await change(user, uuid)
    expect(await recorded(uuid)).toMatchObject({ keepTokens: true })
    await setting.admin.post(`/admin/identities/${uuid}`, { disabled: false })
    expect(await token.works()).toBe(true)
  })
  it('and tokens of others, and after other changes, are', async () => {
    const [fred, gina] = [await setting.user('fred'), await setting.user('gina')]
    const [his, hers] = [await tokenOf(fred), await tokenOf(gina)]
    await setting.admin.post(`/admin/identities/${await uuidOf(fred)}`, { groups: ['radio'], disabled: false })
    expect(await his.works()).toBe(true)
    await fred.post('/account/password', { password: 'a new one that I chose' })
    expect([await his.works(), await hers.works()]).toEqual([false, true])
  })
  it('and a change that is refused takes neither the password nor the tokens of the last administrator', async () => {
    const uuid = await uuidOf(setting.admin)
    const token = await tokenOf(setting.admin)
    const change = { password: 'a new one for the boss', roles: ['user'] }
    expect((await setting.admin.post(`/admin/identities/${uuid}`, change)).status).toBe(409)
    expect((await setting.admin.get('/account')).status).toBe(200)
    expect(await token.works()).toBe(true)
  })
  it('and none is made with the old password beside the change', async () => {
    const hugo = await setting.user('hugo')
    const made = Array.from({ length: 12 }, () => hugo.post<Schemas['AccessToken']>('/account/tokens', { name: 'x' }))
    await Promise.all([
      ...made.slice(0, 6),
      hugo.post('/account/password', { password: 'a new one that I chose' }),
      ...made.slice(6),
    ])
    const again = setting.as(basic('hugo', 'a new one that I chose'))
    const { body } = await again.get<Schemas['AccessTokenList']>('/account/tokens')
    expect(body.tokens ?? []).toEqual([])
  })
})

describe('an access token does not last longer than the site allows', () => {
  it.each(['P31D', 'P1000Y', 'P1M1D', 'PT721H'])(
    '%s is refused, and the answer says how long it may',
    async (duration) => {
      const ivan = await setting.user(`ivan${duration.toLowerCase()}`)
      const { status, body } = await ivan.post<Schemas['Problem']>('/account/tokens', { name: 'x', duration })
      expect(status).toBe(422)
      expect(body.errors).toEqual([{ pointer: '/duration', detail: expect.stringContaining('P30D') as string }])
    },
  )
  it('when nothing is said of how long', async () => {
    const jutta = await setting.user('jutta')
    const token = await tokenOf(jutta)
    expect(Date.parse(token.expires ?? '')).toBeCloseTo(clock.now() + 30 * 86_400_000, -4)
    expect(await token.works()).toBe(true)
    clock.advance(30 * 86_400_000)
    expect(await token.works()).toBe(false)
  })
  it('when it was made before the site said so', async () => {
    const karl = await setting.user('karl')
    const token = await tokenOf(karl, { duration: 'P30D' })
    await setting.broker.restart({ identity: { tokens: { longest: 'P1D' } } })
    const listed = await setting
      .as(basic('karl', passwordOf('karl')))
      .get<Schemas['AccessTokenList']>('/account/tokens')
    expect(listed.body.tokens?.[0]?.expires).toBe(
      new Date(Date.parse(token.created) + 86_400_000).toISOString().replace('.000', ''),
    )
    clock.advance(86_400_000)
    expect(await token.works()).toBe(false)
  })
})
