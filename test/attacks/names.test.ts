/** Attacks by people whom one source of users calls as another calls somebody who may do more. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { bearer, brokerWithAccounts, passwordOf, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest, cores } from '../support/api.ts'
import { AUDIENCE, tokenIssuer, type TokenIssuer } from '../support/token-issuer.ts'

type Account = Schemas['Account']

const GRID = 'CN=Grid CA,O=Example,C=CA'
const FRONT_END = {
  frontEnds: ['127.0.0.1/32'],
  issuerHeader: 'X-SSL-Client-I-DN',
  issuers: [
    { subject: GRID, name: 'grid' },
    { subject: 'CN=Campus CA', name: 'campus' },
  ],
}

/** The users whom the rule of the site lets run anything. Nobody of any source but this broker is meant. */
const MAY_RUN = ['ada', 'admin', 'grace', 'joan', 'mary', 'edith', 'ruth', 'vera', 'olga']

const accountOf = async (caller: CallerApi) => (await caller.get<Account>('/account')).body
const mayRun = async (caller: CallerApi, wanted = 1) =>
  (await caller.offers(containerRequest({}, { compute: cores(wanted) }))).result === 'YES'
const named = async ({ admin }: BrokerWithAccounts, name: string) => {
  const { body } = await admin.get<Schemas['IdentityList']>(`/admin/identities?username=${encodeURIComponent(name)}`)
  return (body.identities ?? []).map(({ uuid }) => uuid)
}
const ownersListed = async ({ admin }: BrokerWithAccounts, name: string) => {
  const { status, body } = await admin.get<Schemas['OfferSetList']>(`/offersets?OWNER=${encodeURIComponent(name)}`)
  return { status, sets: body.offersets?.length ?? 0 }
}

let sso: TokenIssuer
let partner: TokenIssuer
let setting: BrokerWithAccounts
let directory: string
let ada: CallerApi
beforeAll(async () => {
  sso = await tokenIssuer()
  partner = await tokenIssuer()
  directory = mkdtempSync(join(tmpdir(), 'names-'))
  const file = join(directory, 'rule.mjs')
  writeFileSync(
    file,
    `export default ({ caller }) => ${JSON.stringify(MAY_RUN)}.includes(caller.username?.toLowerCase())`,
  )
  setting = await brokerWithAccounts({
    identity: {
      plainNames: 'sso',
      issuers: [
        { issuer: sso.issuer, audience: [AUDIENCE], name: 'sso' },
        { issuer: partner.issuer, audience: [AUDIENCE], name: 'partner' },
      ],
      certificates: FRONT_END,
    },
    policies: [
      { type: 'module', name: 'for-ada', file },
      { type: 'limits', name: 'little', cores: 1, users: ['Ada'] },
    ],
  })
  ada = await setting.user('ada')
})
afterAll(async () => {
  await setting.broker.close()
  await sso.close()
  await partner.close()
  rmSync(directory, { recursive: true })
})

const certified = (subject: string, issuer?: string) =>
  setting.as({
    'X-SSL-Client-S-DN': subject,
    'X-SSL-Client-Verify': 'SUCCESS',
    ...(issuer === undefined ? {} : { 'X-SSL-Client-I-DN': issuer }),
  })
const withToken = async (issuer: TokenIssuer, claims: JWTPayload) => setting.as(bearer(await issuer.token(claims)))

describe('nobody is taken for a user of another source:', () => {
  it('the policies know who is meant', async () => {
    expect([await mayRun(ada), await mayRun(ada, 2), await mayRun(setting.admin, 2)]).toEqual([true, false, true])
  })
  it.each<[string, string, () => Promise<CallerApi> | CallerApi]>([
    ['by a certificate of an authority', 'ada@grid', () => certified('CN=ada', GRID)],
    ['by one of another authority, for the same subject', 'ada@campus', () => certified('CN=ada', 'CN=Campus CA')],
    ['by one in the other notation', 'admin@grid', () => certified('/C=CA/CN=admin', '/C=CA/O=Example/CN=Grid CA')],
    ['by one with a name inside of another part', 'eve@grid', () => certified('O=x\\,CN=ada,CN=eve', GRID)],
    ['by a space behind the name in one', 'ada-@grid', () => certified('O=y,CN=ada\\ ', GRID)],
    ['by a letter in one that looks like another', 'd-@campus', () => certified('CN=\u00e5d\u00e5', 'CN=Campus CA')],
    [
      'as an administrator of this broker, by the plain source',
      'admin@sso',
      () => withToken(sso, { sub: 's1', preferred_username: 'admin' }),
    ],
    ['in other letters', 'ADMIN@partner', () => withToken(partner, { sub: 'p1', preferred_username: 'ADMIN' })],
    [
      'in other letters, by the plain source',
      'aDa@sso',
      () => withToken(sso, { sub: 's2', preferred_username: 'aDa' }),
    ],
    [
      'with the source in the name',
      'ada@local@sso',
      () => withToken(sso, { sub: 's3', preferred_username: 'ada@local' }),
    ],
    [
      'with another source in the name',
      'ada@GRID@sso',
      () => withToken(sso, { sub: 's4', preferred_username: 'ada@GRID' }),
    ],
    [
      'with two sources in the name',
      'ada@sso@local@partner',
      () => withToken(partner, { sub: 'p2', preferred_username: 'ada@sso@local' }),
    ],
    ['with a space behind the name', 's5', () => withToken(sso, { sub: 's5', preferred_username: 'grace ' })],
    ['with a space before the name', 's6', () => withToken(sso, { sub: 's6', preferred_username: ' joan' })],
    ['with a space that is not seen', 's7', () => withToken(sso, { sub: 's7', preferred_username: 'ma\u200bry' })],
    ['with a zero', 's8', () => withToken(sso, { sub: 's8', preferred_username: 'edith\0' })],
    [
      'in wide letters, which NFKC makes narrow',
      's9',
      () => withToken(sso, { sub: 's9', preferred_username: '\uff52\uff55\uff54\uff48' }),
    ],
    ['in letters of another script', 's10', () => withToken(sso, { sub: 's10', preferred_username: 'ver\u0430' })],
    ['with a mark on a letter', 's11', () => withToken(sso, { sub: 's11', preferred_username: 'o\u0301lga' })],
    [
      'by a subject that is no name',
      'ada-@partner',
      () => withToken(partner, { sub: 'ada ', preferred_username: undefined }),
    ],
    [
      'by nothing that is a name',
      '',
      () => withToken(sso, { sub: '\u0430\u0434\u0430', preferred_username: '\u0430\u0434\u0430' }),
    ],
  ])('%s', async (_, expected, attack) => {
    const eve = await attack()
    const { uuid = '', username = '', roles } = await accountOf(eve)
    expect(username).toBe(expected === '' ? uuid : expected)
    expect(roles).toEqual(['user'])
    expect(await mayRun(eve)).toBe(false)
    expect(await named(setting, username)).toEqual([uuid])
    expect(await named(setting, 'ada')).toEqual([(await accountOf(ada)).uuid])
    expect(await named(setting, 'ADMIN')).toEqual([(await accountOf(setting.admin)).uuid])
    expect((await ownersListed(setting, username)).sets).toBe(1)
    expect((await eve.get('/executions?OWNER=ada')).status).toBe(403)
  })
  it('by the id of another account as a name', async () => {
    const { uuid = '' } = await accountOf(ada)
    const eve = await withToken(sso, { sub: 'by-id', preferred_username: uuid })
    await mayRun(eve)
    const { body } = await setting.admin.get<Schemas['OfferSetList']>(`/offersets?OWNER=${uuid}&LAST=100`)
    const { body: hers } = await ada.get<Schemas['OfferSetList']>('/offersets?LAST=100')
    expect(body.offersets?.map(({ meta }) => meta.uuid)).toEqual(hers.offersets?.map(({ meta }) => meta.uuid))
  })
  it('by the name of another of the same source', async () => {
    const first = await accountOf(await withToken(sso, { sub: 'first', preferred_username: 'cleo' }))
    const second = await accountOf(await withToken(sso, { sub: 'second', preferred_username: 'Cleo' }))
    const third = await accountOf(await withToken(sso, { sub: 'Second', preferred_username: 'cleo' }))
    expect([first.username, second.username, third.username]).toEqual(['cleo', 'second', third.uuid])
  })
  it('by one of many that come first at the same moment', async () => {
    const tokens = Array.from({ length: 8 }, (_, index) =>
      withToken(sso, { sub: `m${index}`, preferred_username: 'many' }),
    )
    const names = (await Promise.all(tokens.map(async (caller) => accountOf(await caller)))).map(
      ({ username }) => username,
    )
    expect(names.filter((name) => name === 'many').length).toBe(1)
    expect(new Set(names).size).toBe(8)
  })
  it('by an account of this broker that takes the name of somebody', async () => {
    await accountOf(await withToken(sso, { sub: 'dora', preferred_username: 'dora' }))
    const made = (username: string) =>
      setting.admin.post<Schemas['Problem'] & Account>('/admin/identities', {
        username,
        password: passwordOf(username),
      })
    const { status, body } = await made('Dora')
    expect([status, body.detail]).toEqual([
      409,
      `There is an account Dora of ${sso.issuer} already; choose another user name.`,
    ])
    expect((await made('dora@partner')).body.username).toBe('dora@partner@local')
  })
})

describe('a certificate is refused', () => {
  it.each<[string, string | undefined, RegExp]>([
    [
      'of an authority that is not listed',
      'CN=Evil CA',
      /of "CN=Evil CA" are not accepted here.*identity\.certificates\.issuers/,
    ],
    ['of one with a longer name', `CN=x,${GRID}`, /not accepted/],
    ['of one in other letters', GRID.toLowerCase(), /not accepted/],
    ['of two', `${GRID}, CN=Evil CA`, /not accepted/],
    ['with a comma in the other notation', '/CN=Grid CA,O=Example,C=CA', /not accepted/],
    ['whose backslash takes the comma with it', 'CN=Grid CA\\ ,O=Example\\\\,C=CA', /not accepted/],
    ['whose name can be read in two ways', 'CN=Grid CA\\x', /could be read in two ways.*Write it as/],
    ['whose authority is not told', undefined, /does not say which authority/],
    ['whose authority is empty', '', /does not say which authority/],
  ])('%s', async (_, issuer, said) => {
    const { status, body } = await certified('CN=ada', issuer).get<Schemas['Problem']>('/account')
    expect([status, body.detail]).toEqual([401, expect.stringMatching(said)])
  })
})
