/**
 * Reads JSON, strictly. The language's own reader keeps the last of two equal names in silence; a request that says two
 * things at once is refused here instead. It also takes long over deep nesting, which is therefore found first.
 */
import { BrokerError } from '../domain/errors.ts'
import { DEPTH_MAX, escapePointer, tooDeep, tooMany, VALUES_MAX } from './body-limits.ts'
import { jsonFault } from './json-fault.ts'

/** Reads a JSON text. Throws BAD_SYNTAX with what is wrong, and TOO_LARGE for too many values. */
export function readJson(text: string): unknown {
  scan(text)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new BrokerError('BAD_SYNTAX', `The body is not JSON: ${jsonFault(text)}.`, { cause })
  }
}

/** What a text may have that holds something to be looked at: odd characters, their escapes, and numbers too great to be kept. */
const SUSPECT = /[\0\uD800-\uDFFF]|\\u|\d[eE]|(?<!\d)\d{300}/

/** Whether nothing that a JSON text holds can be beyond the limits of a body: most are short and plain. */
export function isSoundJson(text: string): boolean {
  return text.length <= VALUES_MAX && !SUSPECT.test(text)
}

/** No text with fewer values has more brackets and commas than this; the values themselves are counted later. */
const MARKS_MAX = 2 * VALUES_MAX

/** The marks that the scan looks at, as numbers: it looks at every character. */
const CODE = { quote: 0x22, comma: 0x2c, bracket: 0x5b, bracketEnd: 0x5d, brace: 0x7b, braceEnd: 0x7d } as const

/** A list or map that is open at the place of the scan. */
interface Open {
  /** The names so far; undefined in a list. */
  readonly names: Set<string> | undefined
  /** The name that a value is awaited for. */
  name: string
  awaitsName: boolean
  index: number
}

/**
 * Goes through a text that may be JSON, once, and looks at nothing but brackets, commas and names. A text that is not
 * JSON at all goes through, or is refused for a reason that is true of it as well.
 */
function scan(text: string): void {
  const open: Open[] = []
  let inner: Open | undefined
  let marks = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    switch (code) {
      case CODE.brace:
      case CODE.bracket: {
        if (open.length === DEPTH_MAX) throw tooDeep()
        const isMap = code === CODE.brace
        inner = { names: isMap ? new Set() : undefined, name: '', awaitsName: isMap, index: 0 }
        open.push(inner)
        if (++marks > MARKS_MAX) throw tooMany()
        break
      }
      case CODE.braceEnd:
      case CODE.bracketEnd:
        open.pop()
        inner = open.at(-1)
        break
      case CODE.comma:
        if (++marks > MARKS_MAX) throw tooMany()
        if (inner) {
          inner.index++
          inner.awaitsName = inner.names !== undefined
        }
        break
      case CODE.quote: {
        const end = endOfText(text, at)
        if (inner?.names && inner.awaitsName) takeName(inner, inner.names, text.slice(at, end + 1), open)
        at = end
        break
      }
      default:
    }
  }
}

/** The place of the quote that ends the text that begins at `start`, or the end of everything. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text[at - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return at
  }
  return text.length
}

function takeName(inner: Open, names: Set<string>, quoted: string, open: readonly Open[]): void {
  const name = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1)
  inner.name = name
  inner.awaitsName = false
  if (names.has(name)) {
    const pointer = open.map((one) => `/${one.names ? escapePointer(one.name) : one.index}`).join('')
    throw new BrokerError('BAD_SYNTAX', `The body has the name '${name}' twice in the same map, at ${pointer}.`, {
      faults: [{ pointer, detail: 'is there twice; which one is meant cannot be known' }],
    })
  }
  names.add(name)
}

/** A quoted name without its escapes; as it is written when the escapes are wrong, which the reader will say. */
function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch (error) {
    if (error instanceof SyntaxError) return quoted
    throw error
  }
}
