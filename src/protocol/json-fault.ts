/**
 * The place of the first fault in a text that is no JSON, and what to write there instead. The reader of the language tells
 * the places of some faults only. Pure.
 */

/** One token of JSON, with the space before it. */
const TOKEN =
  /\s*(?:([{}[\],:])|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w))/uy

/** The tokens that may come next. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing'

/** Sentences about what people write by habit, by what stands before the fault and there. */
const HABITS = [
  { before: /,\s*$/, there: /^[}\]]/, advice: 'a comma before the end of a list or map; take it out' },
  { before: /[{,[:]\s*$/, there: /^'/, advice: 'a text in single quotes; write it in double quotes, such as "text"' },
  {
    before: /(^|\s|[{}[\],])$/,
    there: /^(\/\/|\/\*|#)/,
    advice: 'JSON has no comments; take it out, or send the request as YAML',
  },
  {
    before: /[{,]\s*$/,
    there: /^[A-Za-z_]/,
    advice: 'a name without quotes; write it in double quotes, such as "name"',
  },
  { before: /["}\]\w]\s*$/, there: /^["{[]/, advice: 'there is no comma before this; write one' },
  {
    before: /^\s*$/,
    there: /^[A-Za-z]/,
    advice: 'it begins like YAML; send it as application/yaml, or name the file with .yaml',
  },
] as const

/** The characters before a fault in which its cause is looked for. */
const HABIT_LENGTH = 200

/** The fault of a text that is not JSON, with its line. Nothing of the text is repeated, for it may hold secrets. */
export function jsonFault(text: string): string {
  const { at, expected, closing } = firstFault(text)
  const [before, there] = [text.slice(Math.max(0, at - HABIT_LENGTH), at), text.slice(at, at + 2)]
  const habit = HABITS.find((one) => one.before.test(before) && one.there.test(there))
  const lines = text.slice(0, at).split('\n')
  const place = `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`
  if (at >= text.length) {
    const next = expected === ', or end' ? `write ${closing} at its end` : `${WORDS[expected]} should come next`
    return `it ends too early; ${next} (${place})`
  }
  return `${habit?.advice ?? `${WORDS[expected]} should be here`} (${place})`
}

const WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value such as "text", 1, true, [ or {',
  'value or ]': 'a value such as "text" or 1, or ]',
  name: 'a name such as "meta"',
  'name or }': 'a name such as "meta", or }',
  ':': 'a colon',
  ', or end': 'a comma, or the end of the list or map',
  nothing: 'nothing more',
}

/**
 * The place of the first token that may not be there; the length of the text where it ends too early. `closing` are the
 * brackets that would close what is open there.
 */
function firstFault(text: string): { at: number; expected: Expected; closing: string } {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  const token = new RegExp(TOKEN)
  for (;;) {
    const from = token.lastIndex
    const found = token.exec(text)
    const next: Expected | undefined = found
      ? after(found[1] ?? (found[0].trimStart().startsWith('"') ? 'text' : 'scalar'), expected, open)
      : undefined
    if (!next) {
      const closing = [...open].reverse().map((bracket) => (bracket === '[' ? ']' : '}'))
      return { at: from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0), expected, closing: closing.join('') }
    }
    expected = next
  }
}

/** The expectation after a token; undefined where the token itself may not come. Opens and closes lists and maps. */
function after(token: string, expected: Expected, open: ('[' | '{')[]): Expected | undefined {
  const closed = (): Expected => (open.length > 0 ? ', or end' : 'nothing')
  const takesValue = expected === 'value' || expected === 'value or ]'
  if (token === '[' || token === '{') {
    if (!takesValue) return undefined
    open.push(token)
    return token === '[' ? 'value or ]' : 'name or }'
  }
  if (token === ']' || token === '}') {
    const may = expected === ', or end' || expected === (token === ']' ? 'value or ]' : 'name or }')
    if (!may || open.pop() !== (token === ']' ? '[' : '{')) return undefined
    return closed()
  }
  if (token === ',') return expected !== ', or end' ? undefined : open.at(-1) === '[' ? 'value' : 'name'
  if (token === ':') return expected === ':' ? 'value' : undefined
  if (token === 'text' && (expected === 'name' || expected === 'name or }')) return ':'
  return takesValue ? closed() : undefined
}
