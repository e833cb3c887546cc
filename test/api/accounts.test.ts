import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ADMIN_PASSWORD,
  basic,
  bearer,
  brokerWithAccounts,
  passwordOf,
  type BrokerWithAccounts,
} from '../support/accounts.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'
import { loadConfig } from '../../src/config.ts'
import { BrokerClient } from '../../src/client/broker-client.ts'
import type { Schemas } from '../../src/protocol/contract.ts'

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts()
})
afterAll(() => setting.broker.close())

type Problem = Schemas['Problem']
type Account = Schemas['Account']
type Identity = Schemas['Identity']
type Token = Schemas['AccessToken']

describe('a broker with accounts', () => {
  it('asks who is calling, and says how to tell it', async () => {
    const { status, headers, body } = await setting.anonymous.get<Problem>('/executions')
    expect(status).toBe(401)
    expect(headers.get('WWW-Authenticate')).toContain('Basic realm="Execution Broker"')
    expect(headers.get('WWW-Authenticate')).toContain('Bearer realm="Execution Broker"')
    expect(headers.get('X-VO-Authenticated')).toBeNull()
    expect(body.detail).toMatch(/^Send an access token \(Authorization: Bearer …\), or a user name and a password/)
  })
  it('says whom it has known', async () => {
    const { status, headers } = await setting.admin.get('/executions')
    expect(status).toBe(200)
    expect(headers.get('X-VO-Authenticated')).toBe('admin')
  })
  it.each(['/health/live', '/health/ready', '/openapi.json'])('answers everybody at %s', async (path) => {
    expect((await setting.anonymous.get(path)).status).toBe(200)
  })
  it('refuses credentials of a kind that it does not know, rather than to pass over them', async () => {
    const { status } = await setting.as({ Authorization: 'Digest username="ada"' }).get('/executions')
    expect(status).toBe(401)
  })
})

describe('the first administrator', () => {
  it('has to change the password, which was shown once, before anything else', async () => {
    const fresh = await testBroker({ identity: {} })
    try {
      const password = /with the password (\S+)/.exec(fresh.notes.join('\n'))?.[1] ?? ''
      const admin = new Api(fresh.url)
      const refused = await admin.get<Problem>('/executions', basic('admin', password))
      expect(refused.status).toBe(403)
      expect(refused.body.detail).toMatch(/POST \/account\/password/)
      const account = await admin.get<Account>('/account', basic('admin', password))
      expect(account.body).toMatchObject({
        username: 'admin',
        roles: ['user', 'operator', 'admin'],
        mustChangePassword: true,
      })
      await fresh.restart()
      expect(fresh.notes.join('\n')).not.toContain('password')
    } finally {
      await fresh.close()
    }
  })
})

describe('the password of the first administrator that the operator chose', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'password-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))
  const started = (adminPasswordFile: string) => testBroker({ 'identity.adminPasswordFile': adminPasswordFile })
  const fileWith = (password: string) => {
    const file = join(directory, `${password.length}`)
    writeFileSync(file, password)
    return file
  }

  it.each([
    ['without a word', 'what the vault has made\n', false],
    ['with a warning when the user name is in it', 'administrator-of-the-site', true],
    ['with a warning when it is short', 'short', true],
  ])('is taken %s, and need not be changed', async (_, password, isWarned) => {
    const broker = await started(fileWith(password))
    try {
      const { status, body } = await new Api(broker.url).get<Account>('/account', basic('admin', password.trim()))
      expect([status, body.mustChangePassword]).toEqual([200, undefined])
      expect(broker.notes.join('\n').includes('The password rules would refuse it')).toBe(isWarned)
      expect(broker.notes.join('\n')).not.toContain(`password ${password.trim()}`)
    } finally {
      await broker.close()
    }
  })
  it('is not taken from a file that is empty or not there', async () => {
    await expect(started(fileWith('  \n'))).rejects.toThrow('is empty')
    await expect(started(join(directory, 'nowhere'))).rejects.toThrow('cannot be read')
  })
  it('is not read while there is an administrator', async () => {
    const broker = await started(fileWith('what the vault has made'))
    try {
      await broker.restart({ 'identity.adminPasswordFile': join(directory, 'nowhere') })
      expect((await new Api(broker.url).get('/account', basic('admin', 'what the vault has made'))).status).toBe(200)
    } finally {
      await broker.close()
    }
  })
  it('is named by BROKER_ADMIN_PASSWORD_FILE alone, which turns accounts on', () => {
    const environment = { BROKER_ADMIN_PASSWORD_FILE: '/run/secrets/admin' }
    expect(loadConfig({ environment }).config.identity?.adminPasswordFile).toBe('/run/secrets/admin')
  })
})

describe('accounts', () => {
  it('are made by administrators, in the form of the prototype of the standard', async () => {
    const made = await setting.admin.post<Identity>('/admin/identities', {
      username: 'ada',
      password: passwordOf('ada'),
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ username: 'ada', roles: ['user'] })
    const again = await setting.admin.post('/admin/identities', { username: 'ADA', password: passwordOf('ada') })
    expect(again.status).toBe(409)
    expect(again.body).toMatchObject({ error: 'username already exists', uuid: made.body.uuid, username: 'ada' })
    const nameless = await setting.admin.post('/admin/identities', { password: passwordOf('ada') })
    expect(nameless).toMatchObject({ status: 400, body: { error: 'username is required' } })
    const open = await setting.admin.post('/admin/identities', { username: 'bob', password: ' ' })
    expect(open).toMatchObject({ status: 400, body: { error: 'password is required' } })
  })
  it('are refused where they cannot be used, with the fields at fault', async () => {
    const wish = { username: 'a b', password: 'short', roles: ['user'], groups: ['with space'] }
    const { status, body } = await setting.admin.post<Problem>('/admin/identities', wish)
    expect(status).toBe(400)
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer: '/groups/0' }))
    const second = await setting.admin.post<Problem>('/admin/identities', { ...wish, groups: [] })
    expect(second.status).toBe(422)
    expect(second.body.errors?.map((fault) => (fault as { pointer?: string }).pointer)).toEqual([
      '/username',
      '/password',
    ])
  })
  it('cannot be given what the contract does not have', async () => {
    const wish = { username: 'eve', password: passwordOf('eve'), passwordHash: 'x', issuer: 'me' }
    const { status, body } = await setting.admin.post<Problem>('/admin/identities', wish)
    expect(status).toBe(400)
    expect(body.errors).toHaveLength(2)
  })
  it('are not made by others', async () => {
    const bob = await setting.user('bob')
    const { status } = await bob.post('/admin/identities', { username: 'eve', password: passwordOf('eve') })
    expect(status).toBe(403)
  })
  it('are listed in pages', async () => {
    const { body } = await setting.admin.get<Schemas['IdentityList']>('/admin/identities?LAST=1')
    expect(body.identities?.map(({ username }) => username)).toEqual(['admin'])
  })
  it('that are disabled are refused, until they are enabled again', async () => {
    const cleo = await setting.user('cleo')
    expect((await cleo.get('/executions')).status).toBe(200)
    const { body } = await cleo.get<Account>('/account')
    await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: true })
    expect((await cleo.get('/executions')).status).toBe(401)
    await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: false })
    expect((await cleo.get('/executions')).status).toBe(200)
  })
  it('keep at least one administrator', async () => {
    const { body } = await setting.admin.get<Account>('/account')
    const { status } = await setting.admin.post(`/admin/identities/${body.uuid}`, { roles: ['user'] })
    expect(status).toBe(409)
  })
  it('get new passwords, which they have to change', async () => {
    const dora = await setting.user('dora')
    const { body } = await dora.get<Account>('/account')
    await setting.admin.post(`/admin/identities/${body.uuid}`, { password: 'a password for now' })
    expect((await dora.get('/account')).status).toBe(401)
    const again = setting.as(basic('dora', 'a password for now'))
    expect((await again.get('/executions')).status).toBe(403)
    expect((await again.post('/account/password', { password: 'a password of mine' })).status).toBe(204)
    expect((await setting.as(basic('dora', 'a password of mine')).get('/executions')).status).toBe(200)
  })
})

describe('access tokens', () => {
  it('work as their owner until they are revoked, and are shown once', async () => {
    const eli = await setting.user('eli')
    const made = await eli.post<Token>('/account/tokens', { name: 'pipeline', duration: 'P1D' })
    expect(made.status).toBe(201)
    expect(made.headers.get('Cache-Control')).toBe('no-store')
    const script = setting.as(bearer(made.body.token ?? ''))
    expect((await script.get<Account>('/account')).body).toMatchObject({ username: 'eli', means: 'access-token' })
    const listed = await eli.get<Schemas['AccessTokenList']>('/account/tokens')
    expect(listed.body.tokens).toMatchObject([{ uuid: made.body.uuid, name: 'pipeline' }])
    expect(JSON.stringify(listed.body)).not.toContain(made.body.token)
    expect((await eli.send('DELETE', `/account/tokens/${made.body.uuid}`, undefined, {})).status).toBe(204)
    expect((await script.get('/account')).status).toBe(401)
  })
  it('are what the command line and the client say who they are with', async () => {
    const lea = await setting.user('lea')
    const { body } = await lea.post<Token>('/account/tokens', { name: 'laptop' })
    const { url } = setting.broker
    expect(await new BrokerClient(url, { token: body.token }).executions()).toEqual([])
    await expect(new BrokerClient(url).executions()).rejects.toMatchObject({ problem: { status: 401 } })
  })
  it('make no other tokens and change no password', async () => {
    const finn = await setting.user('finn')
    const { body } = await finn.post<Token>('/account/tokens', { name: 'script' })
    const script = setting.as(bearer(body.token ?? ''))
    expect((await script.post('/account/tokens', { name: 'another' })).status).toBe(403)
    expect((await script.post('/account/password', { password: 'another password' })).status).toBe(403)
  })
  it('of others cannot be revoked', async () => {
    const gil = await setting.user('gil')
    const { body } = await gil.post<Token>('/account/tokens', { name: 'mine' })
    const hal = await setting.user('hal')
    expect((await hal.send('DELETE', `/account/tokens/${body.uuid}`, undefined, {})).status).toBe(404)
  })
})

describe('what belongs to somebody', () => {
  it('is not there for others, and is looked after by operators and administrators', async () => {
    const ida = await setting.user('ida')
    const jon = await setting.user('jon')
    const operator = await setting.user('kim', { roles: ['user', 'operator'] })
    const { offers: [offer] = [] } = await ida.offers(containerRequest())
    const path = `/executions/${offer?.meta.uuid}`
    expect((await jon.get(path)).status).toBe(404)
    expect((await jon.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(404)
    expect((await setting.anonymous.get(path)).status).toBe(401)
    expect((await operator.get(path)).status).toBe(200)
    expect((await operator.setPhase(offer?.meta.uuid ?? '', 'CANCELLED')).status).toBe(200)
    expect((await jon.get<Schemas['ExecutionList']>('/executions?PHASE=CANCELLED')).body.executions ?? []).toEqual([])
  })
})

describe('the audit log', () => {
  it('has what was done, by whom and from where, and never a secret', async () => {
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?LAST=500')
    const entries = body.entries ?? []
    expect(entries.find(({ action, target }) => action === 'create identity' && target !== undefined)).toMatchObject({
      actorName: 'admin',
      address: '127.0.0.1',
      outcome: 'done',
    })
    expect(new Set(entries.map(({ action }) => action))).toContain('reset password')
    expect(JSON.stringify(entries)).not.toMatch(/scrypt|a password|ebt_/)
    expect(JSON.stringify(entries)).not.toContain(ADMIN_PASSWORD)
  })
})

describe('reads that are public', () => {
  it('let everybody read, and nobody else change anything', async () => {
    const open = await brokerWithAccounts({ identity: { reads: 'public' } })
    try {
      const ada = await open.user('ada')
      const bob = await open.user('bob')
      const { offers: [offer] = [] } = await ada.offers(containerRequest())
      expect((await open.anonymous.get(`/executions/${offer?.meta.uuid}`)).status).toBe(200)
      await open.admin.post('/admin/identities', {
        username: 'new',
        password: passwordOf('new'),
        mustChangePassword: true,
      })
      const newcomer = open.as(basic('new', passwordOf('new')))
      expect((await newcomer.get(`/executions/${offer?.meta.uuid}`)).status, 'as anybody may').toBe(200)
      expect((await newcomer.get('/executions')).status).toBe(403)
      expect((await open.anonymous.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(401)
      expect((await bob.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(403)
      expect((await ada.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(200)
    } finally {
      await open.broker.close()
    }
  })
})
