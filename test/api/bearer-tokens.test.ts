import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bearer, brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'
import type { Schemas } from '../../src/protocol/contract.ts'

type Account = Schemas['Account']

let issuer: TokenIssuer
let setting: BrokerWithAccounts
let directory: string
beforeAll(async () => {
  issuer = await tokenIssuer()
  directory = mkdtempSync(join(tmpdir(), 'issuer-'))
  const clientSecretFile = join(directory, 'secret')
  writeFileSync(clientSecretFile, 'a secret of the client\n')
  setting = await brokerWithAccounts({
    identity: {
      plainNames: 'sso',
      issuers: [
        {
          issuer: issuer.issuer,
          name: 'sso',
          audience: [AUDIENCE],
          adminGroups: ['/compute/admins'],
          introspection: { clientId: 'broker', clientSecretFile },
        },
      ],
      certificates: { frontEnds: ['127.0.0.1/32'] },
    },
  })
})
afterAll(async () => {
  await setting.broker.close()
  await issuer.close()
  rmSync(directory, { recursive: true })
})
beforeEach(() => {
  issuer.fails = 0
  issuer.lies = {}
})

const account = (token: string) => setting.as(bearer(token)).get<Account>('/account')
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const nowSeconds = () => Math.floor(Date.now() / 1000)

describe('a token of an issuer', () => {
  it('makes its subject known, the same account each time', async () => {
    const first = await account(await issuer.token({ name: 'Ada Lovelace', groups: ['radio', 7, 'with space'] }))
    expect(first.status).toBe(200)
    expect(first.headers.get('X-VO-Authenticated')).toBe('ada')
    expect(first.body).toMatchObject({
      username: 'ada',
      displayName: 'Ada Lovelace',
      issuer: issuer.issuer,
      groups: ['radio'],
      means: 'oidc',
    })
    const second = await account(await issuer.token())
    expect(second.body.uuid).toBe(first.body.uuid)
    const other = await account(await issuer.token({ sub: 'somebody else' }))
    expect(other.body.uuid).not.toBe(first.body.uuid)
  })
  it('makes one account when several come first at the same time', async () => {
    const token = await issuer.token({ sub: 'many at once' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => account(token)))
    expect(new Set(answers.map(({ body }) => body.uuid)).size).toBe(1)
  })
  it('brings the roles of its groups', async () => {
    const { body } = await account(await issuer.token({ groups: '/compute/admins /other' }))
    expect(body.roles).toEqual(['user', 'admin'])
  })
  it('for several audiences is good when one is ours', async () => {
    expect((await account(await issuer.token({ aud: ['another', AUDIENCE] }))).status).toBe(200)
  })
})

describe('refused is a token', () => {
  const cases: [string, () => Promise<string>][] = [
    ['that has expired', () => issuer.token({ exp: nowSeconds() - 61 })],
    ['that is not good yet', () => issuer.token({ nbf: nowSeconds() + 120 })],
    ['for another audience', () => issuer.token({ aud: 'another' })],
    ['of another issuer', () => issuer.token({ iss: `${issuer.issuer}/` })],
    ['without a subject', () => issuer.token({ sub: '' })],
    ['that is an ID token', () => issuer.token({ nonce: 'n' })],
    ['of another type', () => issuer.token({}, { typ: 'dpop+jwt' })],
    [
      'without a signature',
      async () => {
        const [, payload] = (await issuer.token()).split('.')
        return `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.`
      },
    ],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await issuer.token()).split('.')
        const claims = { iss: issuer.issuer, aud: AUDIENCE, sub: 'root', exp: nowSeconds() + 60 }
        return `${header}.${encoded(claims)}.${signature}`
      },
    ],
    [
      'signed with the public key as if it were a secret',
      async () => {
        const keys = await (await fetch(`${issuer.issuer}/keys`)).text()
        const claims = { iss: issuer.issuer, aud: AUDIENCE, sub: 'root', exp: nowSeconds() + 60 }
        const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.${encoded(claims)}`
        return `${signed}.${createHmac('sha256', keys).update(signed).digest('base64url')}`
      },
    ],
    ['that is none', async () => 'a.b.c'],
    ['that nobody knows', async () => 'opaque'],
  ]
  it.each(cases)('%s', async (_, make) => {
    const { status, body, headers } = await account(await make())
    expect(status).toBe(401)
    expect(headers.get('WWW-Authenticate')).toContain('Bearer')
    expect((body as unknown as Schemas['Problem']).detail).not.toMatch(/signature|audience|JWS|JWT/)
  })
  it('of somebody whose account is disabled', async () => {
    const token = await issuer.token({ sub: 'to be disabled' })
    const { body } = await account(token)
    await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: true })
    expect((await account(token)).status).toBe(401)
  })
})

describe('an opaque token', () => {
  it('is what its issuer says of it, and the answer is kept for a while', async () => {
    issuer.opaque.set('good', { active: true, sub: 'cleo', username: 'cleo', aud: AUDIENCE, exp: nowSeconds() + 60 })
    const before = issuer.asked.get('/introspect') ?? 0
    expect((await account('good')).body).toMatchObject({ username: 'cleo', means: 'introspection' })
    await account('good')
    expect(issuer.asked.get('/introspect')).toBe(before + 1)
  })
  it.each([
    ['is not active', { active: false }],
    ['is for another audience', { active: true, sub: 'x', aud: 'another' }],
    ['has expired', { active: true, sub: 'x', exp: 1 }],
    ['speaks of nobody', { active: true }],
  ])('that %s is refused', async (title, said) => {
    issuer.opaque.set(`token that ${title}`.replaceAll(' ', '-'), said)
    expect((await account(`token that ${title}`.replaceAll(' ', '-'))).status).toBe(401)
  })
})

describe('an issuer that does not answer', () => {
  it('makes its tokens wait, and nobody else', async () => {
    const away = await tokenIssuer()
    const token = await away.token()
    const other = await brokerWithAccounts({ identity: { issuers: [{ issuer: away.issuer, audience: [AUDIENCE] }] } })
    try {
      away.fails = 500
      const { status, headers } = await other.as(bearer(token)).get('/account')
      expect(status).toBe(503)
      expect(headers.get('Retry-After')).not.toBeNull()
      expect((await other.admin.get('/account')).status).toBe(200)
    } finally {
      await other.broker.close()
      await away.close()
    }
  })
  it('or that calls itself by another name, is not believed', async () => {
    const liar = await tokenIssuer()
    liar.lies = { issuer: 'https://example.org' }
    const other = await brokerWithAccounts({ identity: { issuers: [{ issuer: liar.issuer, audience: [AUDIENCE] }] } })
    try {
      expect((await other.as(bearer(await liar.token())).get('/account')).status).toBe(503)
    } finally {
      await other.broker.close()
      await liar.close()
    }
  })
})

describe('a client certificate', () => {
  const certified = (subject: string, verify = 'SUCCESS') =>
    setting.as({ 'X-SSL-Client-S-DN': subject, 'X-SSL-Client-Verify': verify }).get<Account>('/account')

  it('that a front end has verified makes its subject known, in whichever way it is written', async () => {
    const one = await certified('CN=ada,O=Example,C=CA')
    expect(one.body).toMatchObject({ username: 'ada@certificate', means: 'certificate' })
    expect((await certified('/C=CA/O=Example/CN=ada')).body.uuid).toBe(one.body.uuid)
  })
  it('that it has not verified is refused', async () => {
    expect((await certified('CN=ada', 'FAILED:expired')).status).toBe(401)
  })
  it('means nothing where no front end is configured', async () => {
    const other = await brokerWithAccounts()
    try {
      const headers = { 'X-SSL-Client-S-DN': 'CN=admin', 'X-SSL-Client-Verify': 'SUCCESS' }
      expect((await other.as(headers).get('/account')).status).toBe(401)
    } finally {
      await other.broker.close()
    }
  })
})
