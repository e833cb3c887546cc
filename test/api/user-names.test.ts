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
import { containerRequest } from '../support/api.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

const LONG = {
  type: 'simulated',
  name: 'simulated',
  duration: 'PT1H',
  pools: [{ name: 'default', cores: 8, memory: 16, storage: 100 }],
}

type Account = Schemas['Account']

describe('a site with one issuer beside its own accounts', () => {
  let sso: TokenIssuer
  let setting: BrokerWithAccounts
  const issuers = () => [{ issuer: sso.issuer, audience: [AUDIENCE], name: 'sso' }]
  const forCleo = [{ type: 'limits', name: 'few', cores: 1, users: ['cleo'] }]
  const partner = { issuer: 'https://partner.example.org', audience: [AUDIENCE] }
  const identity = (rest: object = {}) => ({ identity: { issuers: issuers(), ...rest } })
  beforeAll(async () => {
    sso = await tokenIssuer()
    setting = await brokerWithAccounts({ ...identity(), policies: forCleo })
  })
  afterAll(async () => {
    await setting.broker.close()
    await sso.close()
  })
  const as = async (subject: string, preferred_username: string) =>
    setting.as(bearer(await sso.token({ sub: subject, preferred_username })))
  const accountOf = async (subject: string, name: string) =>
    (await (await as(subject, name)).get<Account>('/account')).body

  it('knows everybody by the plain name', async () => {
    const cleo = await as('s1', 'cleo')
    const { headers, body } = await cleo.get<Account>('/account')
    expect([headers.get('X-VO-Authenticated'), body.username]).toEqual(['cleo', 'cleo'])
    await cleo.offers(containerRequest())
    expect((await cleo.post('/account/tokens', { name: 'script' })).status).toBe(201)
    expect((await accountOf('s2', 'admin')).username).toBe('admin@sso')
    await setting.user('bob@sso')
  })
  it('says what to decide when another one comes, and does not go on until then', () => {
    const both = identity({ issuers: [...issuers(), partner] })
    expect(() => setting.broker.reload(both)).toThrow(
      /identity\.plainNames is needed: the policy few is for cleo.*'plainNames: sso'.*cleo@partner\.example\.org/,
    )
  })
  it('goes on with the same accounts under the names that were decided', async () => {
    const before = await accountsWith({ plainNames: 'sso' })
    expect(before.map(({ username }) => username)).toEqual(['admin', 'cleo', 'admin@sso', 'bob@sso@local'])
    const after = await accountsWith({ plainNames: 'local' })
    expect(after.map(({ username }) => username)).toEqual(['admin', 'cleo@sso', 'admin@sso', 'bob@sso@local'])
    expect(after.map(({ uuid }) => uuid)).toEqual(before.map(({ uuid }) => uuid))
    expect(setting.broker.notes.join('\n')).toMatch(/one account is known by another name now/)
    const { body } = await admin().get<Schemas['OfferSetList']>('/offersets?OWNER=cleo%40sso')
    expect(body.offersets?.length).toBe(1)
    expect((await admin().get('/offersets?OWNER=cleo')).status).toBe(400)
  })
  it('shows what somebody did under the name of now, and under no other', async () => {
    await setting
      .as(setting.admin.credentials)
      .post('/admin/identities', { username: 'cleo', password: passwordOf('cleo') })
    const did = async (actor: string) => {
      const { body } = await admin().get<Schemas['AuditLog']>(`/admin/audit?actor=${encodeURIComponent(actor)}`)
      return body.entries?.map(({ action }) => action) ?? []
    }
    expect([await did('Cleo@sso'), await did('cleo')]).toEqual([['create access token'], []])
    expect(await did('broker')).toContain('rename identity')
  })
  it('lets accounts of this broker log in by the name that they were made with', async () => {
    const bob = setting.as(basic('bob@sso', passwordOf('bob@sso')))
    expect((await bob.get<Account>('/account')).body.username).toBe('bob@sso@local')
  })
  const admin = () => setting.as(setting.admin.credentials)
  const accountsWith = async (rest: object) => {
    await setting.broker.restart({ identity: { issuers: [...issuers(), partner], ...rest } })
    return (await admin().get<Schemas['IdentityList']>('/admin/identities')).body.identities ?? []
  }
})

describe('an account whose name to log in with is not the one that it is known by', () => {
  let setting: BrokerWithAccounts
  beforeAll(async () => {
    const sso = { issuer: 'https://sso.example.org', audience: [AUDIENCE], name: 'sso' }
    setting = await brokerWithAccounts({ identity: { issuers: [sso] }, platforms: [LONG] })
  })
  afterAll(() => setting.broker.close())

  it.each(['eve@sso', 'Fay@SSO', 'gil@local', 'hal@certificate'])(
    'keeps a stream open that %s opened with a password, until the account is disabled',
    async (name) => {
      const ends = await setting.user(`not-${name}`)
      const stays = await setting.user(name)
      const streamOf = async (who: CallerApi) => {
        const uuid = await who.run(containerRequest())
        const stream = await fetch(`${who.url}/executions/${uuid}/events`, { headers: who.credentials })
        return { uuid, stream }
      }
      const open = await streamOf(stays)
      const control = await streamOf(ends)
      const { body } = await ends.get<Account>('/account')
      await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: true })
      // The right to read the one that was opened first is looked at first.
      await control.stream.text()
      await stays.setPhase(open.uuid, 'CANCELLED')
      expect(await open.stream.text()).toContain('CANCELLED')
    },
    30_000,
  )
})
