/**
 * The fault of a text that is no YAML, with what to write instead. The reader tells where it stumbled, which is often
 * behind the mistake: a quote that is not closed is found at the end of the text. Pure.
 */

/** A fault as the reader tells it: its reason, a fixed text of the library, and where, counted from 0. */
interface ToldFault {
  readonly reason: string
  readonly mark?: { readonly line: number; readonly column: number } | null | undefined
}

/** The fault in plain words with its place. Nothing of the text is repeated, for it may hold secrets. */
export function yamlFault(text: string, { reason, mark }: ToldFault): string {
  const lines = text.split('\n')
  const at = mark ?? { line: lines.length - 1, column: (lines.at(-1) ?? '').length }
  const quote = MAY_BE_OPEN_QUOTE.test(reason) ? openQuote(lines, at.line) : undefined
  if (quote) return `a text in quotes is not closed; write ${quote.mark} at its end (${placeOf(quote)})`
  const before = (lines[at.line] ?? '').slice(0, at.column)
  const words = PLAIN_WORDS.find((one) => one.said.test(reason) && (one.before?.test(before) ?? true))?.words ?? reason
  return `${words} (${placeOf(at)})`
}

const placeOf = ({ line, column }: { line: number; column: number }) => `line ${line + 1}, column ${column + 1}`

const MAY_BE_OPEN_QUOTE = /^deficient indentation|^unexpected end of the (stream|document) within a \w+ quoted/

/** The last quote before or in a line that nothing closes in its own line. */
function openQuote(lines: readonly string[], last: number): { mark: string; line: number; column: number } | undefined {
  for (let line = Math.min(last, lines.length - 1); line >= 0; line--) {
    const found = QUOTE_LEFT_OPEN.exec(withoutQuoted(lines[line] ?? ''))
    if (found) return { mark: found[1] ?? '', line, column: found.index + found[0].indexOf(found[1] ?? '') }
  }
  return undefined
}

/** A line with blanks in the place of its texts in quotes, and of its comment. */
const withoutQuoted = (line: string) =>
  line
    .replace(/(?<=^|[\s:[{,-])("(?:[^"\\]|\\.)*"|'[^']*')(?=[\s:\]},]|$)/g, (quoted) => ' '.repeat(quoted.length))
    .replace(/(?:^|\s)#.*/s, '')

const QUOTE_LEFT_OPEN = /(?:^|[\s:[{,-])(["'])[^"']*$/

const NOT_CLOSED = 'a list or map in [ ] or { } is not closed; write ] or } at its end'
const TAB = 'a line begins with a tab; begin it with spaces'
const NAME_AND_VALUE = 'this is no name with its value; write a colon and a space behind the name, such as name: value'
const IN_QUOTES = 'a text with ": ", quotes or a sign such as @ or ` at its beginning is written in quotes as a whole'

/** The reasons of the reader that do not say what to write instead, by what stands before the place where one needs telling apart. */
const PLAIN_WORDS: readonly { readonly said: RegExp; readonly before?: RegExp; readonly words: string }[] = [
  {
    said: /^aliases exceeded/,
    words: 'it has an alias (*name), which a request needs none of; write out what it stands for',
  },
  { said: /^tab characters must not be used in indentation/, words: TAB },
  { said: /^end of the stream|^bad indentation/, before: /^\t/, words: TAB },
  {
    said: /^duplicated mapping key/,
    words: 'a name is there twice in the same map; leave one of them out (~ and null are the same name)',
  },
  { said: /^deficient indentation|within a flow collection/, words: NOT_CLOSED },
  { said: /^missed comma/, words: `a comma is missing, or ${NOT_CLOSED}` },
  { said: /^bad indentation of a mapping entry/, before: /:\s|["'`@%]/, words: IN_QUOTES },
  {
    said: /^bad indentation/,
    words: 'this line is indented otherwise than those that it belongs to; begin it with as many spaces as they have',
  },
  { said: /^end of the stream or a document separator|^expected ':' after/, words: NAME_AND_VALUE },
  { said: /^expected a single document/, words: 'it has several documents; send one, without --- between them' },
  {
    said: /^unknown escape sequence/,
    words: 'a backslash in double quotes begins an escape; write it twice, or take single quotes',
  },
  { said: /^unknown \w+ tag/, words: 'it has a tag (!name), which a request needs none of; leave it out' },
]
