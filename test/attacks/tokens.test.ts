/** Attacks with bearer tokens: forged, confused, out of time, of and for somebody else. */
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { basic, bearer, brokerWithAccounts, passwordOf, type BrokerWithAccounts } from '../support/accounts.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

type Account = Schemas['Account']

let ours: TokenIssuer
let other: TokenIssuer
let unknown: TokenIssuer
let setting: BrokerWithAccounts
let directory: string
beforeAll(async () => {
  ours = await tokenIssuer()
  other = await tokenIssuer()
  unknown = await tokenIssuer()
  directory = mkdtempSync(join(tmpdir(), 'attacks-'))
  const clientSecretFile = join(directory, 'secret')
  writeFileSync(clientSecretFile, 'a secret of the client\n')
  setting = await brokerWithAccounts({
    identity: {
      issuers: [
        {
          issuer: ours.issuer,
          name: 'ours',
          audience: [AUDIENCE],
          adminGroups: ['/compute/admins'],
          introspection: { clientId: 'broker', clientSecretFile },
        },
        { issuer: other.issuer, audience: ['the-other-service'] },
      ],
    },
  })
})
afterAll(async () => {
  await setting.broker.close()
  for (const issuer of [ours, other, unknown]) await issuer.close()
  rmSync(directory, { recursive: true })
})

const account = (token: string) => setting.as(bearer(token)).get<Account>('/account')
const encoded = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const nowSeconds = () => Math.floor(Date.now() / 1000)
const rootClaims = (): JWTPayload => ({ iss: ours.issuer, aud: AUDIENCE, sub: 'root', exp: nowSeconds() + 60 })
const parts = async () => (await ours.token()).split('.') as [string, string, string]
const keysOf = async (issuer: TokenIssuer) =>
  ((await (await fetch(`${issuer.issuer}/keys`)).json()) as { keys: (JsonWebKey & { kid: string })[] }).keys

/** A token that somebody else signed, with whatever header is wanted. */
async function forged(header: Record<string, unknown>, claims: JWTPayload = rootClaims(), alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(publicKey)), alg }
  const own = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, value === 'OWN' ? jwk : value]))
  return new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', ...own }).sign(privateKey)
}

/** A token under HMAC, whose secret is something that everybody can read. */
const hmac = (secret: string | Buffer, header: object = {}, algorithm = 'HS256') => {
  const signed = `${encoded({ alg: algorithm, typ: 'at+jwt', ...header })}.${encoded(rootClaims())}`
  return `${signed}.${createHmac(algorithm.replace('HS', 'sha'), secret).update(signed).digest('base64url')}`
}

const none = async (alg: string, signature = '') => {
  const [, payload] = await parts()
  return `${encoded({ alg, typ: 'at+jwt' })}.${payload}.${signature}`
}

type Case = [string, () => Promise<string>]

async function isRefused(token: string): Promise<void> {
  const { status, headers, body } = await account(token)
  expect(status).toBe(401)
  expect(headers.get('WWW-Authenticate')).toContain('Bearer')
  expect(headers.get('X-VO-Authenticated')).toBeNull()
  // Whoever forges learns nothing of what was wrong.
  expect((body as unknown as Schemas['Problem']).detail).toMatch(
    /^(The token is not one that is accepted here, or not any more\.|Nobody here knows this token: [^']*'broker token NAME' makes\.)$/,
  )
}

describe('the algorithm of a token is the site’s to choose:', () => {
  it.each<Case>([
    ['none', () => none('none')],
    ['none in other letters', () => none('nOnE')],
    ['none with the signature of another token', async () => none('none', (await parts())[2])],
    ['an empty algorithm', () => none('', 'AAAA')],
    ['HMAC with the key set as its secret', async () => hmac(await (await fetch(`${ours.issuer}/keys`)).text())],
    [
      'HMAC with the public key in PEM as its secret',
      async () => {
        const [key] = await keysOf(ours)
        const pem = createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
        return hmac(pem, { kid: key?.kid })
      },
    ],
    ['HMAC with an empty secret', async () => hmac('', { kid: (await keysOf(ours))[0]?.kid })],
    ['HMAC with SHA-512', async () => hmac('secret', {}, 'HS512')],
    [
      'a good one that the issuer’s key is not for',
      async () => forged({ kid: (await keysOf(ours))[0]?.kid }, rootClaims(), 'RS256'),
    ],
    ['one that is not in the list of the site', () => forged({}, rootClaims(), 'ES384')],
    [
      'encryption in the place of a signature',
      async () => {
        const { publicKey } = await generateKeyPair('ECDH-ES')
        return new CompactEncrypt(Buffer.from(JSON.stringify(rootClaims())))
          .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM' })
          .encrypt(publicKey)
      },
    ],
  ])('%s', async (_, make) => isRefused(await make()))
})

describe('the key of a token is the issuer’s to tell:', () => {
  it.each<Case>([
    ['a key that is in the token itself', () => forged({ jwk: 'OWN' })],
    ['a key set that the token points to', () => forged({ jku: `${unknown.issuer}/keys` })],
    ['a certificate that the token points to', () => forged({ x5u: `${unknown.issuer}/keys` })],
    ['a certificate that is in the token', () => forged({ x5c: ['MIIB'] })],
    ['the name of a right key, and another key', async () => forged({ kid: (await keysOf(ours))[0]?.kid })],
    ['a name of a key that is a path', () => forged({ kid: '../../../../dev/null' })],
    ['a name of a key that is a statement', () => forged({ kid: "' union select 'secret" })],
    ['a name of a key that is longer than any', () => forged({ kid: 'k'.repeat(3_000) })],
    ['no name of a key', () => forged({})],
  ])('%s', async (_, make) => {
    const before = unknown.asked.get('/keys') ?? 0
    await isRefused(await make())
    expect(unknown.asked.get('/keys') ?? 0, 'nobody was asked whom the token named').toBe(before)
  })
  it('a key that was rotated out is not believed once the new ones were read', async () => {
    const leaving = await tokenIssuer()
    const site = await brokerWithAccounts({
      identity: { issuers: [{ issuer: leaving.issuer, audience: [AUDIENCE] }] },
    })
    try {
      const old = await leaving.token()
      await leaving.rotate()
      // The broker reads the keys for the first time now, and finds the new one alone.
      expect((await site.as(bearer(await leaving.token())).get('/account')).status).toBe(200)
      expect((await site.as(bearer(old)).get('/account')).status).toBe(401)
    } finally {
      await site.broker.close()
      await leaving.close()
    }
  })
})

describe('the signature of a token is checked over the very bytes that are read:', () => {
  it.each<Case>([
    ['claims that were changed', async () => [(await parts())[0], encoded(rootClaims()), (await parts())[2]].join('.')],
    [
      'a header that was changed',
      async () => {
        const [, payload, signature] = await parts()
        return [encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1', x: 1 }), payload, signature].join('.')
      },
    ],
    ['a signature that was cut off', async () => (await ours.token()).slice(0, -8)],
    ['no signature', async () => `${(await ours.token()).split('.').slice(0, 2).join('.')}.`],
    [
      'a signature of zeros',
      async () => {
        const [header, payload] = await parts()
        return `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`
      },
    ],
    ['two tokens in one', async () => `${await ours.token()}${await ours.token()}`],
    ['a payload that is no object', async () => `${(await parts())[0]}.${encoded('"root"')}.${(await parts())[2]}`],
    ['a header that is not JSON', async () => `${encoded('{')}.${encoded(rootClaims())}.AAAA`],
    ['an extension that has to be understood', () => ours.token({}, { crit: ['exp'] } as object)],
    ['a payload that is not encoded', () => ours.token({}, { b64: false, crit: ['b64'] } as object)],
  ])('%s', async (_, make) => {
    const token = await make().catch(() => hmac('what jose does not make'))
    await isRefused(token)
  })
})

describe('a token has its time:', () => {
  it.each<Case>([
    ['one that has expired', () => ours.token({ exp: nowSeconds() - 61 })],
    ['one that expired long ago', () => ours.token({ exp: 1 })],
    ['one without an end', () => ours.token({ exp: undefined })],
    ['an end that is a text', () => ours.token({ exp: '9999999999' as unknown as number })],
    ['an end that is no number', () => ours.token({ exp: null as unknown as number })],
    ['one that is not good yet', () => ours.token({ nbf: nowSeconds() + 120 })],
    ['a beginning that is a text', () => ours.token({ nbf: 'now' as unknown as number })],
    ['one that will be issued tomorrow', () => ours.token({ iat: nowSeconds() + 86_400 })],
  ])('%s', async (_, make) => isRefused(await make()))
})

describe('a token is of one issuer, for one audience, and of one kind:', () => {
  it.each<Case>([
    ['an issuer that nobody configured', () => unknown.token()],
    ['the name of an issuer under the key of another', () => other.token({ iss: ours.issuer })],
    [
      'the name of an issuer under the key of another, with the same name of the key',
      () => other.token({ iss: ours.issuer, aud: AUDIENCE }, { kid: 'key-1' }),
    ],
    ['an issuer with a slash more', () => ours.token({ iss: `${ours.issuer}/` })],
    ['an issuer in capitals', () => ours.token({ iss: ours.issuer.toUpperCase() })],
    ['a list of issuers', () => ours.token({ iss: [ours.issuer] as unknown as string })],
    ['no issuer', () => ours.token({ iss: undefined })],
    ['the audience that only the other issuer may name', () => ours.token({ aud: 'the-other-service' })],
    ['the audience of the first from the second issuer', () => other.token({ aud: AUDIENCE })],
    ['no audience', () => ours.token({ aud: undefined })],
    ['an empty list of audiences', () => ours.token({ aud: [] })],
    ['an audience that ours begins with', () => ours.token({ aud: AUDIENCE.slice(0, -1) })],
    ['an audience that begins with ours', () => ours.token({ aud: `${AUDIENCE}-test` })],
    ['an audience in other letters', () => ours.token({ aud: AUDIENCE.toUpperCase() })],
    ['no subject', () => ours.token({ sub: undefined })],
    ['a subject that is a number', () => ours.token({ sub: 7 as unknown as string })],
    ['a subject with NUL in it', () => ours.token({ sub: 'ada\0root' })],
    ['a subject that is longer than any', () => ours.token({ sub: 's'.repeat(256) })],
    ['an ID token with its nonce', () => ours.token({ nonce: 'n' })],
    ['an ID token with the hash of another', () => ours.token({ at_hash: 'h' })],
    ['an ID token with the hash of a code', () => ours.token({ c_hash: 'h' })],
    ['an ID token that says so', () => ours.token({ typ: 'ID' })],
    ['an ID token that says so in another way', () => ours.token({ token_use: 'id' })],
    ['a refresh token', () => ours.token({ typ: 'Refresh' }, { typ: 'JWT' })],
    [
      'a logout token',
      () => ours.token({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, { typ: 'JWT' }),
    ],
    ['a logout token by its type', () => ours.token({}, { typ: 'logout+jwt' })],
    ['a proof of possession', () => ours.token({ htm: 'GET', htu: 'x' }, { typ: 'dpop+jwt' })],
    ['a security event', () => ours.token({}, { typ: 'secevent+jwt' })],
    ['a token that is bound to a key which nobody has shown', () => ours.token({ cnf: { jkt: 'thumbprint' } })],
    ['a token that is bound to a certificate', () => ours.token({ cnf: { 'x5t#S256': 'thumbprint' } })],
  ])('%s', async (_, make) => isRefused(await make()))
})

describe('an opaque token is what its issuer says, exactly:', () => {
  it.each<[string, Record<string, unknown>]>([
    ['active as a text', { active: 'true', sub: 'x', aud: AUDIENCE }],
    ['active as a number', { active: 1, sub: 'x', aud: AUDIENCE }],
    ['active for nobody', { active: true, aud: AUDIENCE }],
    ['active for another audience', { active: true, sub: 'x', aud: ['another'] }],
    ['active for an audience that is no text', { active: true, sub: 'x', aud: { [AUDIENCE]: true } }],
    ['active by another issuer', { active: true, sub: 'x', aud: AUDIENCE, iss: 'https://elsewhere.example' }],
    ['active although expired', { active: true, sub: 'x', aud: AUDIENCE, exp: 1 }],
    ['active but not yet', { active: true, sub: 'x', aud: AUDIENCE, nbf: 99_999_999_999 }],
    ['active as a refresh token', { active: true, sub: 'x', aud: AUDIENCE, token_type: 'refresh_token' }],
    ['active for who proves a key', { active: true, sub: 'x', aud: AUDIENCE, cnf: { jkt: 'thumbprint' } }],
  ])('%s', async (title, said) => {
    const token = title.replaceAll(' ', '-')
    ours.opaque.set(token, said)
    await isRefused(token)
  })
})

describe('a token gives no more than it says:', () => {
  it('the roles that it claims for itself are nothing', async () => {
    const { body } = await account(
      await ours.token({
        sub: 'climber',
        roles: ['admin'],
        role: 'admin',
        scope: 'admin',
        realm_access: { roles: ['admin'] },
      }),
    )
    expect(body.roles).toEqual(['user'])
  })
  it('groups that only look like those of administrators are others', async () => {
    const groups = ['compute/admins', '/compute/admins/', '/compute/admins2', '/COMPUTE/ADMINS', 'x /compute/admins']
    const { body } = await account(await ours.token({ sub: 'near', groups }))
    expect(body.roles).toEqual(['user'])
  })
  it('the groups of administrators of one issuer are nothing from another', async () => {
    const token = await other.token({ aud: 'the-other-service', groups: ['/compute/admins'] })
    expect((await account(token)).body.roles).toEqual(['user'])
  })
  it('the name of an administrator makes nobody one', async () => {
    const { body } = await account(await ours.token({ sub: 'named', preferred_username: 'admin' }))
    expect(body).toMatchObject({ username: 'admin@ours', roles: ['user'], means: 'oidc' })
    const { body: admin } = await setting.admin.get<Account>('/account')
    expect(body.uuid).not.toBe(admin.uuid)
  })
  it('a name with control characters is not shown to anybody', async () => {
    const { status, body } = await account(await ours.token({ sub: 'painter', name: '\u001b[2J\0' }))
    expect([status, body.displayName]).toEqual([200, undefined])
  })
  it('the same subject of two issuers is two people', async () => {
    const one = await account(await ours.token({ sub: 'same' }))
    const two = await account(await other.token({ sub: 'same', aud: 'the-other-service' }))
    expect([one.status, two.status]).toEqual([200, 200])
    expect(one.body.uuid).not.toBe(two.body.uuid)
  })
  it('rights that its issuer takes back are gone with the next token', async () => {
    const high = await account(await ours.token({ sub: 'demoted', groups: ['/compute/admins'] }))
    expect(high.body.roles).toContain('admin')
    const low = await account(await ours.token({ sub: 'demoted', groups: [] }))
    expect(low.body.roles).toEqual(['user'])
  })
  it('somebody of an issuer has no password here', async () => {
    const { body } = await account(await ours.token({ sub: 'passwordless', preferred_username: 'pat' }))
    for (const password of ['', 'null', 'undefined', body.uuid ?? ''])
      expect((await setting.as(basic('pat', password)).get('/account')).status).toBe(401)
    const made = await setting.admin.post(`/admin/identities/${body.uuid}`, { password: passwordOf('pat') })
    expect(made.status).toBe(422)
  })
})

describe('a token has one way in:', () => {
  const statusOf = async (path: string, headers: Record<string, string>) =>
    (await fetch(setting.broker.url + path, { headers })).status

  it('not the query, which is written into logs', async () => {
    expect(await statusOf(`/account?access_token=${await ours.token()}`, {})).toBe(401)
  })
  it('not a cookie, which browsers send by themselves', async () => {
    const token = await ours.token()
    expect(await statusOf('/account', { Cookie: `access_token=${token}; Authorization=Bearer ${token}` })).toBe(401)
  })
  it('not the headers of others', async () => {
    const token = await ours.token()
    for (const name of ['X-Authorization', 'X-Access-Token', 'Proxy-Authorization', 'X-Forwarded-Authorization'])
      expect(await statusOf('/account', { [name]: `Bearer ${token}` }), name).toBe(401)
  })
  it('not the password of Basic', async () => {
    expect(await statusOf('/account', basic('ada', await ours.token()))).toBe(401)
    expect(await statusOf('/account', basic('x-oauth', await ours.token()))).toBe(401)
  })
  it('not under the name of another scheme', async () => {
    const token = await ours.token()
    for (const scheme of ['DPoP', 'Token', 'JWT', 'BearerX'])
      expect(await statusOf('/account', { Authorization: `${scheme} ${token}` }), scheme).toBe(401)
  })
  it('not with another beside it', async () => {
    expect(await statusOf('/account', { Authorization: `Bearer ${await ours.token()}, Bearer x` })).toBe(401)
    expect(await statusOf('/account', { Authorization: `Bearer x ${await ours.token()}` })).toBe(401)
  })
})

describe('a personal token', () => {
  it.each([
    ['that nobody made', 'ebt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['that is only the beginning of one', 'ebt_'],
    ['that is a pattern', 'ebt_%'],
    ['that is a statement', "ebt_' or '1'='1"],
    ['in capitals', 'EBT_x'],
  ])('%s lets nobody in', async (_, token) => {
    expect((await setting.as(bearer(token)).get('/account')).status).toBe(401)
  })
  it('of somebody who was disabled lets nobody in', async () => {
    const uma = await setting.user('uma')
    const { body } = await uma.post<Schemas['AccessToken']>('/account/tokens', { name: 'script' })
    const { body: who } = await uma.get<Account>('/account')
    await setting.admin.post(`/admin/identities/${who.uuid}`, { disabled: true })
    expect((await setting.as(bearer(body.token ?? '')).get('/account')).status).toBe(401)
  })
  it('is not the digest that is kept of it, nor its id', async () => {
    const vic = await setting.user('vic')
    const { body } = await vic.post<Schemas['AccessToken']>('/account/tokens', { name: 'script' })
    for (const token of [`ebt_${body.uuid}`, body.uuid, (body.token ?? '').slice(0, -1)])
      expect((await setting.as(bearer(token)).get('/account')).status).toBe(401)
  })
  it('of somebody who lost a role has lost it too', async () => {
    const wes = await setting.user('wes', { roles: ['user', 'operator'] })
    const { body } = await wes.post<Schemas['AccessToken']>('/account/tokens', { name: 'script' })
    const script = setting.as(bearer(body.token ?? ''))
    expect((await script.get('/admin/pools')).status).toBe(200)
    const { body: who } = await wes.get<Account>('/account')
    await setting.admin.post(`/admin/identities/${who.uuid}`, { roles: ['user'] })
    expect((await script.get('/admin/pools')).status).toBe(403)
  })
})
