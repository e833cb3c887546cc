import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import { checkBody } from './body-limits.ts'
import { isSoundJson, readJson } from './json-text.ts'

function failure(text: string): BrokerError {
  try {
    readJson(text)
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
  throw new Error(`${text.slice(0, 50)} was read`)
}

describe('JSON', () => {
  it('is read as the language reads it', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false, stringUnit: 'binary' }), (text) => {
        expect(readJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })
  it('is sound where a closer look finds nothing either', () => {
    const odd = fc.constantFrom('\0', '\ud800', '\udc00', '😀', 'u0000', 1e300, 2 ** 53)
    const values = fc.oneof(fc.jsonValue({ noUnicodeString: false, stringUnit: 'binary' }), fc.array(odd))
    const texts = fc.oneof(
      values.map((value) => JSON.stringify(value)),
      fc.constantFrom('1e999', '[-1E+400]', `{"a":${'9'.repeat(400)}}`, '"\\u0000"', '"\\uD800"', '{"\\u0000":1}'),
    )
    fc.assert(
      fc.property(texts, (text) => {
        if (isSoundJson(text)) expect(() => checkBody(readJson(text))).not.toThrow()
      }),
    )
    expect(isSoundJson('{"cores": {"min": 1, "max": 4.5}}')).toBe(true)
    expect(isSoundJson(`[${'1,'.repeat(20_000)}1]`)).toBe(false)
  })
  it.each([
    ['{"a": 1, "b": 2, "a": 3}', '/a'],
    ['{"a": {"b": [0, {"c~/": 1, "c~/": 1}]}}', '/a/b/1/c~0~1'],
    ['{"a": 1, "\\u0061": 2}', '/a'],
    ['[{}, {"": 1, "": 2}]', '/1/'],
    ['{"a\\"b": 1, "a\\"b": 2}', '/a"b'],
    ['{"__proto__": 1, "__proto__": 2}', '/__proto__'],
  ])('with a name twice is refused at its place: %s', (text, pointer) => {
    const { code, faults } = failure(text)
    expect(code).toBe('BAD_SYNTAX')
    expect(faults).toEqual([expect.objectContaining({ pointer })])
  })
  it.each([
    '{"a": {"x": 1}, "b": {"x": 1}}',
    '[{"x": 1}, {"x": 1}]',
    '{"a": "a", "b": "a"}',
    '{"a": "\\\\", "b": "\\"a\\":"}',
    '{"x": ["x", {"x": "x"}]}',
  ])('with the same name in different maps is read: %s', (text) => {
    expect(readJson(text)).toEqual(JSON.parse(text))
  })
  it.each([
    '',
    '{',
    '{"a"',
    '{"a":1,}',
    '"',
    '"\\',
    ']',
    '{"a\\u00zz": 1}',
    '[1,]',
    'NaN',
    "{'a': 1}",
    '\ufeff\ufeff1',
  ])('that is none is refused: %s', (text) => {
    expect(failure(text).code).toBe('BAD_SYNTAX')
  })
  it('that is nested deeply is refused before it is read', () => {
    expect(failure('['.repeat(500_000)).detail).toContain('50 deep')
    expect(failure('{"a":'.repeat(100_000)).detail).toContain('50 deep')
    expect(readJson(`${'['.repeat(50)}${']'.repeat(50)}`)).toBeDefined()
  })
  it('with too many values is refused before it is read', () => {
    expect(failure(`[${'1,'.repeat(300_000)}1]`).code).toBe('TOO_LARGE')
    expect(failure('[]'.repeat(50_000)).code).toBe('TOO_LARGE')
  })
})
