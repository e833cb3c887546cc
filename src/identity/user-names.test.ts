import { describe, expect, it } from 'vitest'
import { nameFrom, namesInSource, UserNames } from './user-names.ts'

const SSO = { issuer: 'https://sso.example.org', name: 'sso' }
const GRID = { issuer: 'certificate:CN=Grid CA', name: 'grid' }
const onlyLocal = new UserNames([SSO, GRID], undefined)
const ssoPlain = new UserNames([SSO, GRID], SSO.issuer)

let number = 0
const account = (issuer: string, nameInSource: string) => ({ id: `id-${(number += 1)}`, issuer, nameInSource })
const knownAs = (names: UserNames, ...accounts: ReturnType<typeof account>[]) => [...names.assign(accounts).values()]

describe('a user is known', () => {
  it.each([
    ['by its name, of this broker', onlyLocal, '', 'ada', 'ada'],
    ['by its name, of the source that is plain', ssoPlain, SSO.issuer, 'ada', 'ada'],
    ['with its source, of another one', ssoPlain, GRID.issuer, 'ada', 'ada@grid'],
    ['with its source, where none is plain', onlyLocal, SSO.issuer, 'ada', 'ada@sso'],
    ['with its issuer, of a source that is not configured any more', ssoPlain, 'https://old', 'ada', 'ada@https://old'],
    ['by an address, which is no source', ssoPlain, SSO.issuer, 'ada@example.org', 'ada@example.org'],
    ['with its source twice, of this broker', onlyLocal, '', 'ada@sso', 'ada@sso@local'],
    ['with its source twice, of the plain one', ssoPlain, SSO.issuer, 'ada@grid', 'ada@grid@sso'],
    ['with its source twice, in other letters', ssoPlain, SSO.issuer, 'ada@LOCAL', 'ada@LOCAL@sso'],
    ['with its source twice, of certificates', ssoPlain, SSO.issuer, 'ada@certificate', 'ada@certificate@sso'],
  ])('%s', (_, names, issuer, nameInSource, expected) => {
    expect(names.namesOf({ id: 'x', issuer, nameInSource })[0]).toBe(expected)
  })
})

describe('the names of all accounts', () => {
  it('are those of this broker before all others, also of older ones', () => {
    expect(knownAs(ssoPlain, account(SSO.issuer, 'Admin'), account('', 'admin'))).toEqual(['admin', 'Admin@sso'])
  })
  it('are as many as there are accounts, in whichever case they are written', () => {
    const every = ['ada', 'ada@sso', 'ada@SSO@local', 'ada@grid', 'ada@local', 'ada@sso@sso']
    const accounts = ['', SSO.issuer, GRID.issuer, 'https://Old', 'https://old', 'certificate'].flatMap((issuer) =>
      every.map((name) => account(issuer, name)),
    )
    for (const names of [onlyLocal, ssoPlain]) {
      const known = knownAs(names, ...accounts).map((name) => name.toLowerCase())
      expect(new Set(known).size).toBe(accounts.length)
    }
  })
})

describe('a name within a source', () => {
  it('is the wanted one, then one of the subject, then the id', () => {
    expect(namesInSource('ada', '/C=CA/CN=ada', 'id-1')).toEqual(['ada', 'C-CA-CN-ada', 'id-1'])
  })
  it.each([
    ['\u0430d\u0430', 'd-'],
    ['\uff41\uff44\uff41', undefined],
    ['ada ', 'ada-'],
    [' ada', 'ada'],
    ['\u0430\u0434\u0430', undefined],
    ['a\u0301da', 'a-da'],
    ['x'.repeat(200), 'x'.repeat(100)],
  ])('made of %j has no letter that was not there', (text, expected) => {
    expect(nameFrom(text)).toBe(expected)
  })
})
