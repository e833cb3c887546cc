import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { writeYaml } from './yaml-writer.ts'

const byTheLibrary = (value: unknown) => dump(value, { lineWidth: -1, noRefs: true })

/** Texts that something in YAML could be wrong with, beside any others. */
const WORDS = [
  ...[
    '',
    ' ',
    'y',
    'N',
    'yes',
    'Off',
    'true',
    'FALSE',
    'null',
    '~',
    'YES',
    'NaN',
    '.inf',
    '-.INF',
    '=',
    '<<',
    '-',
    '?',
    ':',
  ],
  ...['0x1F', '0o17', '017', '1_000', '1e5', '12:30:45', '2026-11-30', '2026-11-30T23:31:34.141Z', '5.', '+7', 'e5'],
  ...[
    'a: b',
    'a:b',
    'a #b',
    'a#b',
    'a:',
    ':a',
    '# a',
    '- a',
    '-a',
    '? a',
    '[a',
    '{a}',
    '&a',
    '*a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
  ],
  ...[
    '`a',
    '"a"',
    "it's",
    "'a'",
    'a  b',
    ' a',
    'a ',
    'tab\there',
    'two\nlines',
    'end\n',
    '\nstart',
    'a\r\nb',
    '\\n',
    '---',
    '...',
  ],
  ...[
    '--- a',
    'é',
    '画像',
    '😀',
    '\u0007',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\ud800',
    'https://example.org/a?b=c#d',
    'PT10M',
  ],
  ...['01a22ecc-a881-7128-b1a9-c2bf53d8d258', '12345678-1234-1234-1234-123456789012', 'uri:enum-value', '^.{1,200}$'],
  ...['x'.repeat(1_100), 'word '.repeat(60), '__proto__', 'constructor'],
]
const text = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS)).map(([one, other]) => one + other),
  fc.stringMatching(/^[A-Za-z][\w ./+@()%=;,:'#-]{0,12}$/),
  fc.string({ unit: 'binary' }),
  fc.string(),
)
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, -0, 1e21, 0.1, 2 ** 53))
const { value: tree } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(text, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 4 }),
}))

describe('YAML', () => {
  it('is written as the library writes it, to the byte', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(writeYaml(value)).toBe(byTheLibrary(value))
      }),
      { numRuns: 3_000 },
    )
  })
  it.each(WORDS.map((word) => [word]))('has %j as the library has it, as a value, as an item and as a name', (word) => {
    for (const value of [word, [word], { name: word }, { [word]: 1 }, { [word]: [[word], { [word]: word }] }])
      expect(writeYaml(value)).toBe(byTheLibrary(value))
  })
  it.each([
    [{}],
    [[]],
    [[[]]],
    [[{}]],
    [[[1, 2], [{ a: 1, b: [2] }]]],
    [{ a: {}, b: [], c: { d: { e: [] } } }],
    [{ a: undefined }],
    [{ a: [{ b: undefined }] }],
    [{ a: 'two\nlines', b: { c: 'plain text' } }],
    [{ at: new Date(0) }],
  ])('of %j is the library’s', (value) => {
    expect(writeYaml(value)).toBe(byTheLibrary(value))
  })
})
