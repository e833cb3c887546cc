/** What is made of what was found; all of it is pure. */
import { describe, expect, it } from 'vitest'
import { compareClocks } from './clocks.ts'
import { roomOf } from './data-directory.ts'
import { about, lineOf, summaryOf } from './finding.ts'
import { failing, issuerFault, registryFault } from './places.ts'

const answer = (status: number, body: unknown = undefined, challenge = '') => ({ status, body, challenge })

describe('a clock', () => {
  const asked = { askedAt: 10_000, answeredAt: 10_400 }

  it.each([
    [10_000, 'ok', 'is that of this machine'],
    [10_200, 'ok', 'is that of this machine'],
    [11_399, 'ok', 'is that of this machine'],
    [11_400, 'warning', 'is 1.0 s ahead of that of this machine'],
    [8_000, 'warning', 'is 2.0 s behind that of this machine'],
    [80_000, 'problem', 'is 69.6 s ahead of'],
    [-60_000, 'problem', 'is 70.0 s behind'],
  ])('that says %i is %s', (theirsAt, state, words) => {
    const finding = compareClocks('the database', { ...asked, theirsAt })
    expect(finding).toMatchObject({ area: 'clock', state, found: expect.stringContaining(words) as string })
  })
})

describe('a file system', () => {
  const states = (freeBytes: number, freeFiles: number | undefined) =>
    roomOf({ freeBytes, freeFiles }).map(({ state }) => state)

  it('has room for bytes and for files', () => {
    expect(states(2 ** 31, 1_000_000)).toEqual(['ok', 'ok'])
    expect(states(2 ** 29, 5_000)).toEqual(['warning', 'warning'])
    expect(states(2 ** 20, 5)).toEqual(['problem', 'problem'])
  })
  it('may count no files', () => {
    expect(states(2 ** 31, undefined)).toEqual(['ok'])
  })
})

describe('somebody who answers', () => {
  it('is a registry when it knows the caller, or gives tokens', () => {
    expect(registryFault(answer(200))).toBeUndefined()
    expect(registryFault(answer(401, '', 'Bearer realm="https://example.org"'))).toBeUndefined()
    expect(registryFault(answer(401, '', 'Basic realm="x"'))?.[0]).toContain('refuses the name and the password')
    expect(registryFault(answer(404))?.[0]).toContain('is no image registry: HTTP status 404')
    expect(registryFault(answer(503))?.[0]).toContain('HTTP status 503')
  })
  it('is the issuer when it calls itself so, to the letter', () => {
    const issuer = 'https://id.example.org'
    expect(issuerFault(issuer, answer(200, { issuer }))).toBeUndefined()
    expect(issuerFault(issuer, answer(200, { issuer: `${issuer}/` }))?.[0]).toBe(`calls itself '${issuer}/'.`)
    expect(issuerFault(issuer, answer(200, null))?.[0]).toContain('no discovery document')
    expect(issuerFault(issuer, answer(404))?.[0]).toContain('no discovery document (HTTP status 404)')
  })
  it('fails by its own fault only', () => {
    expect(failing(answer(404))).toBeUndefined()
    expect(failing(answer(500))?.[0]).toContain('HTTP status 500')
  })
})

describe('findings', () => {
  const { ok, warning, problem } = about('database')

  it('are lines that say how it is and what to do', () => {
    expect(lineOf(ok('It answers.'))).toBe('ok       database: It answers.')
    expect(lineOf(problem('It is away.', 'Start it.'))).toBe('problem  database: It is away. Start it.')
  })
  it('are counted', () => {
    expect(summaryOf([ok('')])).toBe('Everything is well.')
    expect(summaryOf([problem('', ''), warning('', ''), warning('', '')])).toBe('1 problem and 2 warnings were found.')
  })
})
