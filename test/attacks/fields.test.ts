/** Attacks with fields that are not for the client to set, and with texts that would be more than texts in a log. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import {
  basic,
  bearer,
  brokerWithAccounts,
  passwordOf,
  type BrokerWithAccounts,
  type CallerApi,
} from '../support/accounts.ts'
import { containerRequest, UNKNOWN_ID } from '../support/api.ts'
import { exchange } from '../support/raw-http.ts'
import { systemClock } from '../../src/system-clock.ts'

let setting: BrokerWithAccounts
let ada: CallerApi
let logged = ''
const sink = new Writable({
  write(chunk: Buffer, _encoding, done) {
    logged += chunk.toString()
    done()
  },
})
beforeAll(async () => {
  setting = await brokerWithAccounts({}, systemClock, pino({ level: 'trace' }, sink))
  ada = await setting.user('ada')
})
afterAll(() => setting.broker.close())

const THEN = '2001-01-01T00:00:00Z'

describe('a request does not set what is the broker’s to say:', () => {
  it.each<[string, Record<string, unknown>, (made: Schemas['Execution']) => unknown]>([
    ['its id', { meta: { uuid: UNKNOWN_ID } }, ({ meta }) => meta.uuid !== UNKNOWN_ID],
    ['its URL', { meta: { url: 'https://evil.example/x' } }, ({ meta }) => !meta.url?.includes('evil')],
    ['when it was made', { meta: { created: THEN } }, ({ meta }) => meta.created !== THEN],
    ['its phase', { phase: 'COMPLETED' }, ({ phase }) => phase === 'OFFERED'],
    ['its phase in its execution', { execution: { phase: 'COMPLETED' } }, ({ phase }) => phase === 'OFFERED'],
    ['whose it is', { owner: 'admin', ownerId: UNKNOWN_ID }, (made) => !JSON.stringify(made).includes(UNKNOWN_ID)],
    [
      'with whom it is shared',
      { sharedWith: ['everybody'], shared_with: ['everybody'] },
      (made) => !JSON.stringify(made).includes('everybody'),
    ],
    ['its history', { history: [{ phase: 'COMPLETED', since: THEN }] }, (made) => !JSON.stringify(made).includes(THEN)],
    [
      'its messages',
      { meta: { messages: [{ kind: 'x', message: 'said by nobody' }] } },
      (made) => !JSON.stringify(made).includes('said by nobody'),
    ],
    [
      'its options',
      { meta: { options: [{ path: 'phase', kind: 'x' }] } },
      ({ meta }) => !JSON.stringify(meta.options).includes('"x"'),
    ],
    [
      'until when it is offered',
      { expires: '2099-01-01T00:00:00Z' },
      ({ expires }) => expires !== '2099-01-01T00:00:00Z',
    ],
    ['where it runs', { platform: { name: 'evil', pool: 'evil' } }, ({ platform }) => platform?.name === 'simulated'],
    [
      'its prototype',
      JSON.parse('{"__proto__":{"phase":"COMPLETED"}}') as Record<string, unknown>,
      ({ phase }) => phase === 'OFFERED',
    ],
    ['its constructor', { constructor: { prototype: { phase: 'COMPLETED' } } }, ({ phase }) => phase === 'OFFERED'],
  ])('%s', async (_, fields, holds) => {
    const { status, body } = await ada.post<Schemas['OfferSet']>('/offersets', { ...containerRequest(), ...fields })
    if (status === 400) return
    expect(status).toBe(303)
    for (const offer of body.offers ?? []) expect(holds(offer as Schemas['Execution'])).toBe(true)
    expect(body.offers?.length ?? 0).toBeGreaterThan(0)
  })
})

describe('an update does not change what is the broker’s to say:', () => {
  it.each([
    ['phase', 'COMPLETED'],
    ['phase', 'AVAILABLE'],
    ['phase', 'FAILED'],
    ['/phase/', 'COMPLETED'],
    ['owner', 'admin'],
    ['/meta/uuid', UNKNOWN_ID],
    ['/meta/created', THEN],
    ['/meta/url', 'https://evil.example'],
    ['/meta/messages/0/message', 'x'],
    ['/sharedWith/0', 'everybody'],
    ['/costs/0/value', '0'],
    ['/offerset', UNKNOWN_ID],
    ['/expires', '2099-01-01T00:00:00Z'],
    ['/__proto__/phase', 'COMPLETED'],
    ['/constructor/prototype/x', 'x'],
    ['../phase', 'COMPLETED'],
    ['', 'x'],
  ])('%s to %s', async (path, value) => {
    const { offers: [offer] = [] } = await ada.offers(containerRequest())
    const uuid = offer?.meta.uuid ?? ''
    const before = await ada.execution(uuid)
    for (const kind of [KIND.stringUpdate, KIND.enumUpdate]) {
      const { status } = await ada.post(`/executions/${uuid}`, { kind, path, value })
      expect([400, 409, 422]).toContain(status)
    }
    expect(await ada.execution(uuid)).toEqual(before)
    expect(({} as Record<string, unknown>).phase).toBeUndefined()
  })
  it('nor does an update with something beside it', async () => {
    const { offers: [offer] = [] } = await ada.offers(containerRequest())
    const { status } = await ada.post(`/executions/${offer?.meta.uuid}`, {
      kind: KIND.enumUpdate,
      path: 'phase',
      value: 'REJECTED',
      owner: 'admin',
      updates: [{ kind: KIND.enumUpdate, path: 'phase', value: 'COMPLETED' }],
    })
    const { phase } = await ada.execution(offer?.meta.uuid ?? '')
    expect([
      [200, 'REJECTED'],
      [400, 'OFFERED'],
    ]).toContainEqual([status, phase])
  })
})

describe('nobody gives themselves rights:', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['by changing the password', '/account/password', { password: 'a good password', roles: ['admin'] }],
    ['by changing it for another', '/account/password', { password: 'a good password', username: 'admin' }],
    ['by making a token', '/account/tokens', { name: 'x', roles: ['admin'] }],
    ['by making a token of another', '/account/tokens', { name: 'x', owner: 'admin', account: UNKNOWN_ID }],
    ['by choosing the token', '/account/tokens', { name: 'x', token: 'ebt_mine', digest: 'x' }],
  ])('%s', async (_, path, body) => {
    expect((await ada.post(path, body)).status).toBe(400)
    expect((await ada.get<Schemas['Account']>('/account')).body.roles).toEqual(['user'])
  })
  it('by the route of administrators, for oneself', async () => {
    const { body } = await ada.get<Schemas['Account']>('/account')
    expect((await ada.post(`/admin/identities/${body.uuid}`, { roles: ['admin'] })).status).toBe(403)
  })
  it.each([
    ['id', { uuid: UNKNOWN_ID }],
    ['issuer', { issuer: 'https://evil.example', subject: 'x' }],
    ['hash', { passwordHash: 'scrypt$1' }],
    ['day', { created: THEN }],
    ['role that is none', { roles: ['root'] }],
    ['prototype', JSON.parse('{"__proto__":{"roles":["admin"]}}') as object],
  ])('and an administrator gives nobody a %s', async (_, fields) => {
    const made = await setting.admin.post<Schemas['Identity']>('/admin/identities', {
      username: `u${Object.keys(fields).join('')}`.slice(0, 20).replace('__proto__', 'proto'),
      password: 'a password that is good',
      ...fields,
    })
    expect([400, 422]).toContain(made.status)
  })
})

describe('a line of the log is one line, and says nothing secret:', () => {
  const EVIL = 'x\r\n{"level":50,"msg":"forged"}\u001b[2J\u2028y'
  const lines = () => logged.split('\n').filter((line) => line !== '')

  it('whatever is in names, paths and headers', async () => {
    await ada.post('/offersets', { ...containerRequest(), meta: { name: EVIL, description: EVIL } })
    await ada.post('/offersets', { ...containerRequest(), [EVIL]: 1 })
    await ada.post('/offersets', EVIL)
    await setting.as(basic(EVIL, 'x')).get('/account')
    await fetch(`${setting.broker.url}/${encodeURIComponent(EVIL)}?q=${encodeURIComponent(EVIL)}`)
    await fetch(`${setting.broker.url}/executions/${encodeURIComponent(EVIL)}`, { headers: ada.credentials })
    await exchange(
      setting.broker.url,
      'GET /account HTTP/1.1\r\nHost: x\r\nUser-Agent: \u001b[31mred\r\nX-Request-Id: \u001b[2J\r\nConnection: close\r\n\r\n',
    )
    await exchange(setting.broker.url, 'GET /\u001b[2J\u0007 HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(lines().length).toBeGreaterThan(5)
    for (const line of lines()) {
      expect(() => JSON.parse(line) as unknown).not.toThrow()
      expect(line).not.toMatch(/\p{Cc}/u)
      expect((JSON.parse(line) as { msg?: string }).msg).not.toBe('forged')
    }
  })
  it('whatever is asked for with it', async () => {
    const { body } = await ada.post<Schemas['AccessToken']>('/account/tokens', { name: 'script' })
    await setting.as(bearer(body.token ?? '')).get('/account')
    await setting.as(basic('ada', 'a wrong password')).get('/account')
    await ada.get('/executions?token=secret-in-a-query')
    await ada.post(
      '/offersets',
      containerRequest(
        { environment: { PASSWORD: 'secret-in-a-variable' } },
        {
          data: [
            {
              kind: KIND.simpleData,
              meta: { name: 'd' },
              location: 'https://u:secret-in-a-url@127.0.0.1:1/x?sig=secret-in-a-url',
            },
          ],
        },
      ),
    )
    await ada.post('/executions', { executable: { password: 'secret-in-a-fault' }, compute: 7 })
    await setting.admin.post('/admin/identities', { username: 'bob', password: passwordOf('bob') })
    const secrets = [
      body.token ?? '',
      passwordOf('ada'),
      passwordOf('bob'),
      'a wrong password',
      'secret-in-a-query',
      'secret-in-a-variable',
      'secret-in-a-url',
      'secret-in-a-fault',
      (ada.credentials.Authorization ?? '').replace('Basic ', ''),
      'scrypt$',
    ]
    expect(secrets.filter((secret) => logged.includes(secret))).toEqual([])
  })
  it('and the record has neither', async () => {
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=1000')
    const text = JSON.stringify(body)
    for (const secret of ['ebt_', 'scrypt', passwordOf('ada'), passwordOf('bob')]) expect(text).not.toContain(secret)
  })
})
