import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'
import { isBrokerError } from './domain/errors.ts'
import { userNamesOf } from './name-sources.ts'

const sso = (rest: object = {}) => ({ issuer: 'https://sso.example.org/realms/a', audience: ['broker'], ...rest })
const other = (rest: object = {}) => sso({ issuer: 'https://login.example.com', ...rest })
const certificates = (...issuers: object[]) => ({
  frontEnds: ['10.0.0.4/32'],
  ...(issuers.length > 0 ? { issuerHeader: 'X-SSL-Client-I-DN', issuers } : {}),
})
const grid = (rest: object = {}) => ({ subject: 'CN=Grid CA,C=CA', name: 'grid', ...rest })
const forAda = [{ type: 'limits', name: 'few', cores: 2, users: ['ada'] }]

const load = (identity: object, policies: object[] = []) =>
  loadConfig({ environment: {}, options: { identity, policies } }).config
const fault = (identity: object, policies?: object[]): string => {
  try {
    load(identity, policies)
  } catch (error) {
    if (isBrokerError(error, 'UNPROCESSABLE')) return error.detail
    throw error
  }
  return 'none'
}
const knownAs = (identity: object, issuer: string) =>
  userNamesOf(load(identity).identity).namesOf({ id: 'x', issuer, nameInSource: 'ada' })[0]

describe('the names of users', () => {
  it.each<[string, object, string, string]>([
    ['are as they are, of the only source', { issuers: [sso()] }, sso().issuer, 'ada'],
    ['are as they are, of certificates alone', { certificates: certificates() }, 'certificate', 'ada'],
    ['have the host of two issuers', { issuers: [sso(), other()] }, other().issuer, 'ada@login.example.com'],
    ['have the name that is configured', { issuers: [sso({ name: 'sso' }), other()] }, sso().issuer, 'ada@sso'],
    [
      'have the source beside certificates',
      { issuers: [sso()], certificates: certificates() },
      'certificate',
      'ada@certificate',
    ],
    [
      'are as they are, of the source that is chosen',
      { plainNames: 'grid', issuers: [sso()], certificates: certificates(grid()) },
      'certificate:CN=Grid CA,C=CA',
      'ada',
    ],
    [
      'have the source, where local is chosen',
      { plainNames: 'local', issuers: [sso({ name: 'a' })] },
      sso().issuer,
      'ada@a',
    ],
    [
      'are those of accounts from before, where it is said of which authority these are',
      { certificates: certificates(grid({ earlier: true }), grid({ subject: 'CN=Other CA', name: 'other' })) },
      'certificate',
      'ada@grid',
    ],
  ])('%s', (_, identity, issuer, expected) => {
    expect(knownAs(identity, issuer)).toBe(expected)
  })
})

describe('a configuration is refused', () => {
  it.each<[string, object, object[], RegExp]>([
    [
      'whose policies name users that could be of several sources',
      { issuers: [sso({ name: 'sso' })], certificates: certificates(grid()) },
      forAda,
      /plainNames is needed: the policy few is for ada, .* 'plainNames: sso' or 'plainNames: local', .* ada@grid/,
    ],
    [
      'that has two sources of one name',
      { issuers: [sso(), sso({ issuer: 'https://sso.example.org/b' })] },
      [],
      /two sources of users .* sso\.example\.org: give the name of one/,
    ],
    ['that calls a source local', { issuers: [sso({ name: 'local' })] }, [], /two sources of users .* local/],
    [
      'that calls an authority as others were',
      { certificates: certificates(grid({ name: 'certificate' })) },
      [],
      /two sources .* certificate/,
    ],
    [
      'that lists one authority twice',
      { certificates: certificates(grid(), grid({ subject: '/C=CA/CN=Grid CA', name: 'b' })) },
      [],
      /lists the issuer certificate:CN=Grid CA,C=CA twice/,
    ],
    [
      'that has the earlier accounts twice',
      { certificates: certificates(grid({ earlier: true }), grid({ subject: 'CN=b', name: 'b', earlier: true })) },
      [],
      /earlier: true more than once/,
    ],
    [
      'whose plain names are of nobody',
      { plainNames: 'ssso', issuers: [sso({ name: 'sso' })] },
      [],
      /plainNames is no source of users: write one of local, sso/,
    ],
    [
      'that lists authorities without the header',
      { certificates: { ...certificates(grid()), issuerHeader: undefined } },
      [],
      /must have property issuerHeader when property issuers is present/,
    ],
    ['whose source has an @', { issuers: [sso({ name: 'a@b' })] }, [], /identity\.issuers\.0\.name must match pattern/],
  ])('%s', (_, identity, policies, expected) => {
    expect(fault(JSON.parse(JSON.stringify(identity)) as object, policies)).toMatch(expected)
  })
  it.each<[string, object, object[]]>([
    ['one source', { issuers: [sso()] }, forAda],
    ['a choice', { plainNames: 'local', issuers: [sso(), other()] }, forAda],
    ['qualified users', { issuers: [sso({ name: 'sso' }), other()] }, [{ ...forAda[0], users: ['Ada@SSO'] }]],
    ['policies for groups', { issuers: [sso(), other()] }, [{ ...forAda[0], users: undefined, groups: ['radio'] }]],
  ])('but not with %s', (_, identity, policies) => {
    expect(fault(identity, JSON.parse(JSON.stringify(policies)) as object[])).toBe('none')
  })
})
