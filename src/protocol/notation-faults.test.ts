/** Refusals of JSON and YAML that cannot be read: the line, and what to write instead. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from './json-text.ts'
import { readYaml } from './yaml-text.ts'

const said = (read: () => unknown): string => {
  try {
    return JSON.stringify(read())
  } catch (error) {
    return (error as Error).message
  }
}

describe('JSON', () => {
  it.each([
    ['{"a": {\n  "b": 1,\n}}', 'a comma before the end of a list or map; take it out (line 3, column 1).'],
    ['[1, 2, ]', 'a comma before the end of a list or map; take it out (line 1, column 8).'],
    ["{'a': 1}", 'a text in single quotes; write it in double quotes, such as "text" (line 1, column 2).'],
    ['{"a": \'b\'}', 'a text in single quotes; write it in double quotes, such as "text" (line 1, column 7).'],
    ['{a: 1}', 'a name without quotes; write it in double quotes, such as "name" (line 1, column 2).'],
    ['{"a": 1\n "b": 2}', 'there is no comma before this; write one (line 2, column 2).'],
    ['["a" "b"]', 'there is no comma before this; write one (line 1, column 6).'],
    ['// note\n{}', 'JSON has no comments; take it out, or send the request as YAML (line 1, column 1).'],
    ['{\n  # note\n}', 'JSON has no comments; take it out, or send the request as YAML (line 2, column 3).'],
  ])('such as %j', (text, words) => {
    expect(said(() => readJson(text))).toBe(`The body is not JSON: ${words}`)
  })
  it('that ends too early', () => {
    expect(said(() => readJson('{"a": [1'))).toBe(
      'The body is not JSON: it ends too early; write ]} at its end (line 1, column 9).',
    )
    expect(said(() => readJson(''))).toMatch(/^The body is not JSON: /)
  })
  it.each([
    ['{"a": 1', 'write } at its end (line 1, column 8)'],
    ['{"a": 1,\n "b": {"c": [[1', 'write ]]}} at its end (line 2, column 16)'],
    ['{"a":', 'a value such as "text", 1, true, [ or { should come next (line 1, column 6)'],
    ['{"a"', 'a colon should come next (line 1, column 5)'],
  ])('that ends too early says how to end it: %j', (text, words) => {
    expect(said(() => readJson(text))).toBe(`The body is not JSON: it ends too early; ${words}.`)
  })
  it.each([
    '{"a"}',
    '[1 2]',
    '{"a": 1,, "b": 2}',
    '[01]',
    '{"a": NaN}',
    '[1]]',
    '"a',
    '{"a": "\t"}',
    '[1}',
    '{"a": 1.}',
  ])('has a line also where nothing is known of what was meant: %s', (text) =>
    expect(said(() => readJson(text))).toMatch(/ \(line 1, column \d+\)\.$/),
  )
  it('is found at fault where the reader of the language finds it so, and nowhere else', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, place) => {
        const broken = text.slice(0, place % (text.length + 1))
        const sentence = said(() => readJson(broken))
        expect(sentence).not.toContain('nothing more')
      }),
    )
  })
  it('of which nothing is shown that could be a secret', () => {
    expect(said(() => readJson('{"a": tru "token-of-somebody"}'))).not.toContain('token-of-somebody')
  })
})

describe('YAML', () => {
  it.each([
    [
      'a: &x 1\nb: *x',
      'it has an alias (*name), which a request needs none of; write out what it stands for (line 2, column 5).',
    ],
    ['a:\n\tb: 1', 'a line begins with a tab; begin it with spaces (line 2, column 1).'],
    [
      '{~: a, null: b}',
      /a name is there twice in the same map; leave one of them out \(~ and null are the same name\)/,
    ],
    ['a: 1\na: 2', /a name is there twice in the same map/],
    ['executable: "a\nmeta: b', 'a text in quotes is not closed; write " at its end (line 1, column 13).'],
    ["a:\n  - 'b\n  - c", "a text in quotes is not closed; write ' at its end (line 2, column 5)."],
    ['a: [b, "c]\nd: e', 'a text in quotes is not closed; write " at its end (line 1, column 8).'],
    ['a: "it\'s" # \'\nb: "c', 'a text in quotes is not closed; write " at its end (line 2, column 4).'],
    ['{"a": 1', 'a list or map in [ ] or { } is not closed; write ] or } at its end (line 1, column 8).'],
    ['a:\n  b: 1\n c: 2', /^.*: this line is indented otherwise .* \(line 3, column 2\)/],
    ['a: 1\n  b: 2', /this line is indented otherwise/],
    ['a: b: c', /is written in quotes as a whole \(line 1, column 5\)/],
    ['a: @b', /is written in quotes as a whole/],
    ['a: "b" c', /is written in quotes as a whole/],
    ['a:1\nb: 2', /write a colon and a space behind the name, such as name: value/],
    ['\ta: 1', /a line begins with a tab/],
    ['--- 1\n--- 2', /send one, without ---/],
    ['a: "\\q"', /a backslash in double quotes/],
    ['a: !b c', /it has a tag/],
    ['a: [1, 2\nb: 3', /a list or map in \[ \] or \{ \} is not closed; write \] or \} at its end/],
  ])('such as %j', (text, words) => {
    const sentence = said(() => readYaml(text))
    if (typeof words === 'string') expect(sentence).toBe(`The body is not YAML as it is read here: ${words}`)
    else expect(sentence).toMatch(words)
  })
})
