/**
 * Writes YAML as the library does, to the byte, in a quarter of the time (decision 13): what answers are mostly made of is
 * put together here, and everything else is left to the library, text by text or as a whole.
 */
import { dump } from 'js-yaml'
import { remembering } from '../domain/remembering.ts'

const OPTIONS = { lineWidth: -1, noRefs: true } as const

/** Values that the library has to write as a whole. */
class NotPlain extends Error {}

/** Writes a value. Words such as YES, which readers of YAML 1.1 take for booleans, are quoted. */
export function writeYaml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return dump(value, OPTIONS)
  try {
    const text = node(value, '\n')
    return `${text.startsWith('\n') ? text.slice(1) : text}\n`
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error
    return dump(value, OPTIONS)
  }
}

/** A value behind a name or a dash: on the same line, or from the next one on. `line` is a line break with the indent. */
function node(value: unknown, line: string): string {
  switch (typeof value) {
    case 'string':
      return scalarText(value)
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : scalarOf(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? sequence(value, line) : mapping(value, line)
    default:
      throw new NotPlain()
  }
}

function mapping(map: object, line: string): string {
  const prototype: unknown = Object.getPrototypeOf(map)
  if (prototype !== Object.prototype && prototype !== null) throw new NotPlain()
  const inner = `${line}  `
  let text = ''
  for (const [key, value] of Object.entries(map)) if (value !== undefined) text += line + pair(key, node(value, inner))
  return text || '{}'
}

const pair = (key: string, text: string) =>
  text.startsWith('\n') ? `${nameText(key)}:${text}` : `${nameText(key)}: ${text}`

function sequence(list: readonly unknown[], line: string): string {
  const inner = `${line}  `
  let text = ''
  for (const item of list) {
    const written = node(item, inner)
    // The first line of what has several is on the line of the dash.
    text += `${line}- ${written.startsWith('\n') ? written.slice(inner.length) : written}`
  }
  return text || '[]'
}

/** A text that every reader takes for itself when it is plain; short ones may be words that mean something else. */
const PLAIN = /^[A-Za-z](?:[\w./+@()%=;,'-]|[ :](?=[\w./(]))+$/
const WORD_LENGTH_MAX = 5
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const isPlain = (text: string) => (text.length > WORD_LENGTH_MAX && PLAIN.test(text)) || UUID.test(text)

function scalarText(text: string): string {
  if (isPlain(text)) return text
  return INSTANT.test(text) ? `'${text}'` : scalarOf(text)
}

/** Longer names are written in a form of their own. */
const NAME_LENGTH_MAX = 1_000
const nameText = (key: string) => (key.length <= NAME_LENGTH_MAX && isPlain(key) ? key : nameOf(key))

/** So many short texts are remembered as the library writes them; programs say the same few again and again. */
const REMEMBERED = 1_000

const scalarOf = remembering(REMEMBERED, (value: string | number) => onOneLine(dump([value], OPTIONS).slice(2, -1)))
const nameOf = remembering(REMEMBERED, (key: string) => onOneLine(dump({ [key]: 0 }, OPTIONS).slice(0, -4)))

function onOneLine(text: string): string {
  if (text.includes('\n') || text.startsWith('? ')) throw new NotPlain()
  return text
}
