/** Attacks by answers that stay open: many of them, and after the right to read is gone. */
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
import { AUDIENCE, tokenIssuer } from '../support/token-issuer.ts'

const MOST = 3
const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT1H',
    pools: [{ name: 'default', cores: 32, memory: 64, storage: 100 }],
  },
]

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({ platforms, 'rateLimits.openPerCaller': MOST })
})
afterAll(() => setting.broker.close())

const paths = (uuid: string) => [
  `/executions/${uuid}/events`,
  `/streams/${uuid}/stdout?follow=true`,
  `/executions/${uuid}?WAIT=-1&PHASE=AVAILABLE`,
]
const open = (who: CallerApi, path: string, signal?: AbortSignal) =>
  fetch(who.url + path, { headers: who.credentials, ...(signal ? { signal } : {}) })
const running = async (who: CallerApi) => {
  const uuid = await who.run(containerRequest())
  await who.reaches(uuid, 'AVAILABLE')
  return uuid
}
const identityOf = async (username: string) => {
  const { body } = await setting.admin.get<Schemas['IdentityList']>(`/admin/identities?username=${username}`)
  return body.identities?.[0]?.uuid ?? ''
}

describe('answers that stay open are few for one caller:', { timeout: 120_000 }, () => {
  it.each([0, 1])('stream %i', async (index) => {
    const [ada, bob] = [await setting.user(`ada-${index}`), await setting.user(`bob-${index}`)]
    const [hers, his] = [await running(ada), await running(bob)]
    const done = new AbortController()
    const opened = await Promise.all(
      Array.from({ length: MOST }, () => open(ada, paths(hers)[index] as string, done.signal)),
    )
    expect(opened.map(({ status }) => status)).toEqual([200, 200, 200])
    for (const path of paths(hers)) {
      const refused = await open(ada, path)
      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    }
    // What is read without following takes a place as well, as long as its client reads.
    for (const Range of ['none', 'bytes=0-', 'bytes=0-9', 'bytes=-9']) {
      const headers = { ...ada.credentials, Range }
      expect((await fetch(`${ada.url}/streams/${hers}/stdout`, { headers })).status).toBe(429)
    }
    const others = await open(bob, paths(his)[index] as string, done.signal)
    expect(others.status).toBe(200)
    done.abort()
  })
})

describe('an answer that stays open ends with the right to read:', { timeout: 120_000 }, () => {
  it('of an account that is disabled', async () => {
    const cleo = await setting.user('cleo')
    const uuid = await running(cleo)
    const opened = await Promise.all(
      paths(uuid)
        .slice(0, 2)
        .map((path) => open(cleo, path)),
    )
    const waiting = open(cleo, paths(uuid)[2] as string)
    await setting.admin.post(`/admin/identities/${await identityOf('cleo')}`, { disabled: true })
    for (const answer of [...opened, await waiting]) expect(typeof (await answer.text())).toBe('string')
    expect((await open(cleo, paths(uuid)[0] as string)).status).toBe(401)
    expect((await setting.admin.execution(uuid)).phase).toBe('AVAILABLE')
  })
  it.each<[string, string, (user: CallerApi, id: string) => Promise<unknown>]>([
    [
      'of an access token that is revoked',
      'fay',
      (user, id) => user.send('DELETE', `/account/tokens/${id}`, undefined, {}),
    ],
    [
      'of an access token of somebody who has changed the password',
      'gil',
      (user) => user.post('/account/password', { password: 'a new one that I chose' }),
    ],
  ])('%s', async (_, name, change) => {
    const user = await setting.user(name)
    const uuid = await running(user)
    const { body } = await user.post<Schemas['AccessToken']>('/account/tokens', { name: 'watching' })
    const watcher = setting.as(bearer(body.token ?? ''))
    const opened = await Promise.all([0, 1].map((index) => open(watcher, paths(uuid)[index] as string)))
    expect(opened.map(({ status }) => status)).toEqual([200, 200])
    await change(user, body.uuid ?? '')
    for (const answer of opened) expect(typeof (await answer.text())).toBe('string')
    expect((await open(watcher, paths(uuid)[0] as string)).status).toBe(401)
  })
  it('of a password that was changed, and not of an access token that is kept', async () => {
    const hal = await setting.user('hal')
    const uuid = await running(hal)
    const { body } = await hal.post<Schemas['AccessToken']>('/account/tokens', { name: 'kept' })
    const done = new AbortController()
    const kept = await open(setting.as(bearer(body.token ?? '')), paths(uuid)[0] as string, done.signal)
    const opened = await open(hal, paths(uuid)[0] as string)
    await hal.post('/account/password', { password: 'a new one that I chose', keepTokens: true })
    expect(await opened.text()).toContain('events follow')
    expect(kept.body?.locked).toBe(false)
    done.abort()
  })
  it('of a group that is shown it no longer', async () => {
    const dora = await setting.user('dora')
    const eve = await setting.user('eve', { groups: ['radio'] })
    const uuid = await running(dora)
    const set = (await dora.get<Schemas['OfferSetList']>('/offersets')).body.offersets?.[0]?.meta.uuid ?? ''
    const share = (groups: string[]) => dora.post(`/offersets/${set}/sharing`, { groups })
    expect((await share(['radio'])).status).toBe(200)
    const opened = await open(eve, paths(uuid)[0] as string)
    expect(opened.status).toBe(200)
    await share([])
    expect(await opened.text()).toContain('events follow')
    expect((await open(eve, paths(uuid)[0] as string)).status).toBe(404)
  })
  it.each<[string, string, (token: string) => Record<string, string>]>([
    ['of a group that its reader has left, with a password', 'ivy', () => ({})],
    ['of a group that its reader has left, with an access token', 'jan', bearer],
  ])('%s', async (_, name, credentials) => {
    const [owner, reader] = [await setting.user(`of-${name}`), await setting.user(name, { groups: ['radio'] })]
    const uuid = await running(owner)
    const set = (await owner.get<Schemas['OfferSetList']>('/offersets')).body.offersets?.[0]?.meta.uuid ?? ''
    await owner.post(`/offersets/${set}/sharing`, { groups: ['radio'] })
    const { body } = await reader.post<Schemas['AccessToken']>('/account/tokens', { name: 'watching' })
    const opened = await open(
      setting.as({ ...reader.credentials, ...credentials(body.token ?? '') }),
      paths(uuid)[0] as string,
    )
    expect(opened.status).toBe(200)
    await setting.admin.post(`/admin/identities/${await identityOf(name)}`, { groups: ['optical'] })
    expect(await opened.text()).toContain('events follow')
  })
  it('of an operator who is none any more', async () => {
    const [owner] = [await setting.user('kai'), await setting.user('liv', { roles: ['user', 'operator'] })]
    const uuid = await running(owner)
    const liv = setting.as(basic('liv', passwordOf('liv')))
    const opened = await open(liv, paths(uuid)[0] as string)
    expect(opened.status).toBe(200)
    await setting.admin.post(`/admin/identities/${await identityOf('liv')}`, { roles: ['user'] })
    expect(await opened.text()).toContain('events follow')
  })
  it('of a token of an issuer whose time is over', async () => {
    const issuer = await tokenIssuer()
    const issuers = [{ issuer: issuer.issuer, name: 'sso', audience: [AUDIENCE] }]
    const other = await brokerWithAccounts({ platforms, identity: { issuers } })
    try {
      // A token is good for a minute longer than it says, since clocks differ.
      const token = await issuer.token({ exp: Math.floor(Date.now() / 1_000) - 50 })
      const user = other.as(bearer(token))
      const uuid = await running(user)
      const opened = await open(user, paths(uuid)[0] as string)
      expect(opened.status).toBe(200)
      expect(await opened.text()).toContain('events follow')
      expect((await open(user, paths(uuid)[0] as string)).status).toBe(401)
    } finally {
      await other.broker.close()
      await issuer.close()
    }
  })
})
