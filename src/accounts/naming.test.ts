import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../test/support/database.ts'
import { idSource } from '../domain/ids.ts'
import { UserNames } from '../identity/user-names.ts'
import * as audit from '../store/audit.ts'
import * as identities from '../store/identities.ts'
import { migrate, migrations } from '../store/migrate.ts'
import { nameAccounts, provision } from './naming.ts'

const SSO = { issuer: 'https://sso.example.org', name: 'sso' }
const PARTNER = { issuer: 'https://login.example.com', name: 'partner' }
const ssoAlone = new UserNames([SSO], SSO.issuer)
const both = new UserNames([SSO, PARTNER], undefined)
const partnerPlain = new UserNames([SSO, PARTNER], PARTNER.issuer)

describe('a database from before names had sources', () => {
  const schema = migrations().filter(({ name }) => name !== 'user-names')
  const number = migrations().find(({ name }) => name === 'user-names')?.number ?? 0
  let test: TestDatabase
  const ids = new Map<string, string>()
  /** As a broker of that version makes an account. */
  const insertOld = async (key: string, issuer: string, subject: string, username: string, id = randomUUID()) => {
    ids.set(key, id)
    const text = `insert into identity (id, issuer, subject, username, created_at)
      values ($1, $2, $3, $4, now() + make_interval(secs => $5))`
    const parameters = ['id', 'issuer', 'subject', 'username', 'seconds']
    await test.database.query(
      { name: 'test.insertOld', text, parameters },
      { id, issuer, subject, username, seconds: ids.size },
    )
  }
  const namesNow = async (): Promise<Record<string, string>> => {
    const known = new Map((await identities.named(test.database)).map(({ id, username }) => [id, username]))
    return Object.fromEntries([...ids].map(([key, id]) => [key, known.get(id) ?? '']))
  }
  beforeAll(async () => {
    test = await testDatabase(schema.filter((one) => one.number < number))
    await insertOld('first ada', SSO.issuer, 's1', 'ada')
    await insertOld('second ada', SSO.issuer, 's2', 'Ada')
    await insertOld('ada of the partner', PARTNER.issuer, 's1', 'ada')
    await insertOld('ada here', '', 'ada', 'ada')
    await insertOld('bob of a certificate', 'certificate', 'CN=bob', 'bob')
    await insertOld('bob of the partner', PARTNER.issuer, 's2', 'bob')
    await insertOld('who has no name', SSO.issuer, 's3', '')
    await insertOld('who has the id of another', SSO.issuer, 's4', ids.get('second ada') ?? '')
    await migrate(test.database, Date.now())
  })
  afterAll(() => test.drop())

  it('goes on with every account, each under a name of its own', async () => {
    expect(await nameAccounts(test.database, ssoAlone, Date.now())).toBeGreaterThan(0)
    expect(await namesNow()).toEqual({
      'ada here': 'ada',
      'first ada': 'ada@sso',
      'second ada': ids.get('second ada'),
      'ada of the partner': 'ada@https://login.example.com',
      'bob of a certificate': 'bob@certificate',
      'bob of the partner': 'bob@https://login.example.com',
      'who has no name': ids.get('who has no name'),
      'who has the id of another': ids.get('who has the id of another'),
    })
    expect(await nameAccounts(test.database, ssoAlone, Date.now())).toBe(0)
  })
  it('gives names from one to the other when the sources change', async () => {
    await nameAccounts(test.database, new UserNames([SSO, PARTNER], PARTNER.issuer), Date.now())
    expect(await namesNow()).toMatchObject({ 'bob of the partner': 'bob', 'ada of the partner': 'ada@partner' })
    const certificates = new UserNames([{ issuer: 'certificate', name: 'certificate' }], 'certificate')
    await nameAccounts(test.database, certificates, Date.now())
    expect(await namesNow()).toMatchObject({
      'bob of a certificate': 'bob',
      'bob of the partner': 'bob@https://login.example.com',
    })
  })
  it('takes what a broker of the version before makes meanwhile', async () => {
    await insertOld('carl', SSO.issuer, 's5', 'carl')
    await nameAccounts(test.database, both, Date.now())
    expect(await namesNow()).toMatchObject({ carl: 'carl@sso' })
    expect(await identities.findSubject(test.database, SSO.issuer, 's5')).toMatchObject({ id: ids.get('carl') })
  })
})

describe('accounts', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
  })
  afterAll(() => test.drop())
  const known = (subject: string, username = 'ada') => ({ subject, username })

  it('change their names with the sources, in one step that is recorded, and stay the same accounts', async () => {
    const { database } = test
    const context = { database, ids: idSource(Date.now) }
    const here = await provision({ ...context, names: both }, SSO.issuer, known('s1'), 0)
    const there = await provision({ ...context, names: both }, PARTNER.issuer, known('s1'), 0)
    expect([here.username, there.username]).toEqual(['ada@sso', 'ada@partner'])
    // A name goes from one account to the other.
    await nameAccounts(database, new UserNames([SSO, PARTNER], SSO.issuer), 1)
    expect(await nameAccounts(database, partnerPlain, 2)).toBe(2)
    const again = await provision({ ...context, names: partnerPlain }, SSO.issuer, known('s1', 'another'), 3)
    expect(again).toMatchObject({ id: here.id, username: 'ada@sso' })
    expect(await identities.idNamed(database, 'ADA')).toBe(there.id)
    const entries = await audit.list(database, { limit: 2, bytes: 1_000_000, action: 'rename identity' })
    expect(new Set(entries.map(({ target, detail }) => `${target} ${String(detail.username)}`))).toEqual(
      new Set([`${here.id} ada@sso`, `${there.id} ada`]),
    )
  })
})
