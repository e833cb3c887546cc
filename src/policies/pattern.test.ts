import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pattern } from './pattern.ts'

/** The meaning of a pattern, slowly. */
function fits(wanted: string, text: string): boolean {
  const stars = /^\*+/.exec(wanted)?.[0]
  if (stars === undefined)
    return wanted === '' ? text === '' : text.startsWith(wanted.charAt(0)) && fits(wanted.slice(1), text.slice(1))
  const rest = wanted.slice(stars.length)
  for (let length = 0; length <= text.length; length++) {
    if (stars.length === 1 && text.slice(0, length).includes('/')) return false
    if (fits(rest, text.slice(length))) return true
  }
  return false
}

describe('a pattern', () => {
  it.each([
    ['LD_*', 'LD_PRELOAD', true],
    ['LD_*', 'LD_', true],
    ['LD_*', 'XLD_A', false],
    ['*', '', true],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a/**/c', 'a/b/b/c', true],
    ['a/**/c', 'a/c', false],
    ['aa*aa', 'aaa', false],
    ['*aba*aba', 'ababa', false],
    ['a.b', 'axb', false],
    ['a*b', 'a\nb', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j of %j: %s', (wanted, text, expected) => {
    expect(pattern(wanted)(text)).toBe(expected)
  })
  it('means what its stars say, whatever is beside them', () => {
    const letters = (extra: string[]) => fc.string({ unit: fc.constantFrom('a', 'b', '/', ...extra), maxLength: 9 })
    fc.assert(
      fc.property(letters(['*', '**']), letters([]), (wanted, text) => {
        expect(pattern(wanted)(text)).toBe(fits(wanted, text))
      }),
      { numRuns: 3_000 },
    )
  })
  // So long that a time which grows as the square of the length is beyond that of the test.
  it.each<[string, string[]]>([
    ['*TOKEN*KEY*', []],
    ['*a*a*a*a*', ['a', 'ab']],
    ['**/a/**/a/**', ['a/', '/a/']],
    ['a*'.repeat(40), ['a', 'ab']],
    ['**a*b**a*b**', ['ab']],
  ])('takes as long as its text, however many stars there are: %s', (wanted, repeated) => {
    const matches = pattern(wanted)
    const long = ['a', 'TOKEN', 'a/', '/a/', 'ab'].filter((piece) =>
      matches(`${piece.repeat(300_000 / piece.length)}!`),
    )
    expect(long).toEqual(repeated)
  })
})
