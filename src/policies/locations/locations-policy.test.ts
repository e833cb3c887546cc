import { describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import type { LocationRuleConfig } from './location-rule.ts'
import { LocationsPolicy } from './locations-policy.ts'

const from = (...locations: string[]) =>
  smallRequest({ data: locations.map((location) => ({ type: 'simple-data-resource', location, storage: 0 })) })
const policy = (allow: LocationRuleConfig[] | undefined, deny: LocationRuleConfig[] = []) =>
  new LocationsPolicy({ name: 'site', allow, deny })
const allows = (one: LocationsPolicy, location: string) => one.evaluate(asked(from(location))).decision === 'allow'

policyConformance('a list of places of data', async () => ({
  policy: policy([{ scheme: 'https', host: 'data.example.org' }]),
  allowed: from('https://data.example.org/a', 'https://data.example.org/b?c'),
  denied: from('https://data.example.org/a', 'https://evil.example.org/b'),
}))

describe('places that only look like those of the list', () => {
  const site = policy([{ scheme: 'https', host: 'data.example.org', path: '/public/**' }])
  it.each([
    'http://data.example.org/public/a',
    'https://data.example.org.evil.example/public/a',
    'https://data.example.org@evil.example/public/a',
    'https://evil.example/data.example.org/public/a',
    'https://data.example.org:8443/public/a',
    'https://data.example.org/public-not/a',
    'https://data.example.org/public/../secret/a',
    'https://data.example.org/public/%2e%2e/secret',
    'https://data.example.org/public/..%2fsecret',
    'https://data.example.org/public/%2e%2e%5csecret',
    'https://data.example.org/public/%252e%252e%252fsecret',
    'https://data.example.org/public/..;/secret',
    'https://data.example.org/public/..;x=1/secret',
    'https://data.example.org/public/..%3b/secret',
    'https://data.example.org/public/a/.;/../..;/secret',
    'https://data.example.org/public;x/a',
    'https://data.example.org\\@evil.example/public/a',
    '//data.example.org/public/a',
    'data.example.org/public/a',
  ])('%s is refused', (location) => {
    expect(allows(site, location)).toBe(false)
  })
  it.each([
    'https://data.example.org/public/a',
    'HTTPS://DATA.EXAMPLE.ORG./public/a/b',
    'https://data.example.org:443/public/x/../a',
    'https://data.example.org/public/a;version=1',
    'https://data.example.org/public//a',
  ])('%s is what is meant', (location) => {
    expect(allows(site, location)).toBe(true)
  })
})

describe('rules', () => {
  it.each([
    [{ host: '*.example.org' }, 'https://a.b.example.org/x', true],
    [{ host: '*.example.org' }, 'https://example.org/x', false],
    [{ host: '*.example.org' }, 'https://badexample.org/x', false],
    [{ host: 'data.example.org:8443' }, 'https://data.example.org:8443/x', true],
    [{ bucket: 'survey-*' }, 's3://survey-1/key', true],
    [{ bucket: 'survey-*' }, 'https://survey-1/key', false],
    [{ bucket: 'survey-*' }, 's3://other/key', false],
    [{ authority: 'example.org' }, 'ivo://Example.org/data?x', true],
    [{ authority: 'example.org' }, 'ivo://example.org.evil/data', false],
    [{ authority: 'example.org' }, 'https://example.org/data', false],
  ])('%j and %s: %s', (rule, location, expected) => {
    expect(allows(policy([rule]), location)).toBe(expected)
  })
  it('that except hold also where nobody can tell', () => {
    const site = policy(undefined, [{ host: 'data.example.org', path: '/secret/**' }])
    expect(allows(site, 'https://data.example.org/public/a')).toBe(true)
    expect(allows(site, 'https://data.example.org/secret/a')).toBe(false)
    expect(allows(site, 'https://data.example.org/public/..%2fsecret/a')).toBe(false)
    expect(allows(site, 'https://other.example.org/secret/a')).toBe(true)
    for (const led of [
      '/public/..;/secret/a',
      '/secret;x/a',
      '//secret/a',
      '/;x/secret/a',
      '/.;/secret/a',
      '/secret%3bx/a',
    ])
      expect([led, allows(site, `https://data.example.org${led}`)]).toEqual([led, false])
    expect(allows(site, 'https://data.example.org/public/a;secret')).toBe(true)
  })
  it.each([
    [{ host: 'https://x' }, /site\.allow\.0\.host/],
    [{ scheme: '1' }, /site\.allow\.0\.scheme/],
  ] as const)('%j cannot be understood', (rule, said) => {
    expect(() => policy([rule])).toThrow(said)
  })
  it('that nobody can tell of say what to write instead', () => {
    const site = policy([{ host: 'data.example.org', path: '/public/**' }])
    const verdict = site.evaluate(asked(from('https://data.example.org/public/..;/secret')))
    expect(JSON.stringify(verdict)).toMatch(
      /could mean another one to the server; write it without semicolons.*such as/,
    )
  })
  it('never tell what may be a secret in a location', () => {
    const verdict = policy([]).evaluate(asked(from('https://u:secret@example.org/a?token=secret#secret')))
    expect(JSON.stringify(verdict)).not.toContain('secret')
  })
})
