/** Distinguished names as front ends write them: `/C=CA/CN=ada`, or `CN=ada,C=CA` (RFC 2253 and RFC 4514). Pure. */
import { BrokerError } from '../domain/errors.ts'

/** One character of a distinguished name, as the text that stands for it, and whether it was escaped. */
interface Written {
  readonly text: string
  readonly escaped: boolean
}

/** The characters that are escaped wherever they stand in a value. The equals sign may be, and needs not. */
const SPECIAL = /[\\,+"<>;]/

/**
 * The parts of a distinguished name, most specific first, each in its one spelling. A character of a value, whichever way
 * it is escaped, never becomes the end of a part. Throws UNPROCESSABLE for a name that could be read in two ways.
 */
export function partsOf(written: string): string[] {
  if (!written.startsWith('/')) return splitParts(charactersOf(written)).map(spelled)
  return written
    .split('/')
    .filter((part) => part !== '')
    .map((part) => spelled(Array.from(part, (text) => ({ text, escaped: true }))))
    .reverse()
}

/** One spelling for every way in which a distinguished name is written. Throws UNPROCESSABLE as `partsOf`. */
export const canonical = (written: string): string => partsOf(written).join(',')

/** The most specific common name, in its one spelling; undefined when there is none. */
export function commonName(written: string): string | undefined {
  return partsOf(written)
    .map((part) => /^CN=(.+)$/i.exec(part)?.[1])
    .find((value) => value !== undefined)
}

/** The characters of a name with the escapes of RFC 4514 and the quotes of RFC 2253 undone. */
function charactersOf(written: string): Written[] {
  const found: Written[] = []
  let quoted = false
  for (const [token] of written.matchAll(/\\[0-9a-f]{2}|\\.|[^]/giu)) {
    if (token === '"') quoted = !quoted
    else if (token.length > 1 && token.startsWith('\\')) found.push({ text: unescaped(token, written), escaped: true })
    // HTTP takes the space at the end of a header away, and leaves the backslash before it.
    else if (token === '\\') found.push({ text: ' ', escaped: true })
    else if (!quoted && /[;<>]/.test(token)) throw unclear(written, `${token} is not escaped`)
    else found.push({ text: token, escaped: quoted })
  }
  if (quoted) throw unclear(written, 'its quotes are not closed')
  return found
}

/** The character that an escape stands for. A byte that is no character of ASCII stays what it is: part of one. */
function unescaped(escape: string, written: string): string {
  if (escape.length === 3) {
    const code = Number.parseInt(escape.slice(1), 16)
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : escape.toUpperCase()
  }
  const character = escape.slice(1)
  if (!/[\\,+"<>;=# ]/.test(character)) throw unclear(written, `${escape} is no escape`)
  return character
}

function splitParts(characters: readonly Written[]): Written[][] {
  const parts: Written[][] = [[]]
  for (const one of characters) {
    if (one.text === ',' && !one.escaped) parts.push([])
    else parts.at(-1)?.push(one)
  }
  return parts.map(trimmed)
}

/** A part without the spaces around it that are not its own. */
function trimmed(part: readonly Written[]): Written[] {
  const isOwn = ({ text, escaped }: Written) => escaped || text.trim() !== ''
  return part.slice(Math.max(0, part.findIndex(isOwn)), part.findLastIndex(isOwn) + 1)
}

/** A part as text: what has a meaning of its own is escaped with a backslash, as are spaces at the ends of its value. */
function spelled(part: readonly Written[]): string {
  const valueAt = part.findIndex(({ text }) => text === '=') + 1
  return part
    .map(({ text, escaped }, index) => {
      const isAtEnd = index === valueAt || index === part.length - 1
      const isSpecial = SPECIAL.test(text) || (text === ' ' && isAtEnd) || (text === '#' && index === valueAt)
      return escaped && text.length === 1 && isSpecial ? `\\${text}` : text
    })
    .join('')
}

function unclear(written: string, reason: string): BrokerError {
  const shown = JSON.stringify(written.slice(0, 1_000))
  const detail = `The distinguished name ${shown} could be read in two ways: ${reason}. Write it as CN=ada,O=Example or /O=Example/CN=ada, with a backslash before each of \\ , + " < > ; in a value.`
  return new BrokerError('UNPROCESSABLE', detail)
}
