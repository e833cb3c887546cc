/**
 * What no body may exceed or contain, in whatever notation it came: the bounds of the work that one request causes, and
 * text that cannot be kept. They are far above what any real request needs.
 */
import { BrokerError, type FieldFault } from '../domain/errors.ts'

/** How deep lists and maps may lie in each other. */
export const DEPTH_MAX = 50
/** How many values a body may have in all, lists and maps included. */
export const VALUES_MAX = 20_000
/**
 * How many elements and attributes a body in XML may have, and how many marks that part values a body in YAML. Their
 * readers take some ten times as long for a value as that of JSON does; with these, no body holds up the other requests
 * for more than a tenth of a second, also in a process that has just started.
 */
export const XML_PARTS_MAX = 6_000
export const YAML_MARKS_MAX = 6_000
/** How many faults one answer names. */
const FAULTS_MAX = 20

const LONE_SURROGATES = /\p{Surrogate}/gu
/** What may be half of a pair, or the end of a text: without one of these there is nothing to look at more closely. */
const SUSPECT = /[\0\uD800-\uDFFF]/

/** The error for a body that is nested too deeply. */
export function tooDeep(): BrokerError {
  return new BrokerError('BAD_SYNTAX', `Lists and maps of the body lie in each other more than ${DEPTH_MAX} deep.`)
}

/** The error for a body with too many values. */
export function tooMany(): BrokerError {
  return new BrokerError('TOO_LARGE', `The body has more than ${VALUES_MAX} values.`)
}

/** The error for a body with too many parts for its notation; `parts` says what they are. */
export function tooManyParts(max: number, parts: string): BrokerError {
  return new BrokerError(
    'TOO_LARGE',
    `The body has more than ${max} ${parts}; in JSON it may have ${VALUES_MAX} values.`,
  )
}

/**
 * Holds a body that was read against the limits. Throws TOO_LARGE, BAD_SYNTAX, or BAD_REQUEST with the fields whose
 * text cannot be kept (NUL and halves of a surrogate pair are no text) or whose number has no value.
 */
export function checkBody(body: unknown): void {
  const faults: FieldFault[] = []
  // The keys that lead to the value that is looked at. Nearly every value is sound and needs no pointer.
  const path: string[] = []
  let values = 0

  function check(value: unknown): void {
    if (++values > VALUES_MAX) throw tooMany()
    if (typeof value === 'string') return checkText(value, 'the text')
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) fault('is not a number that can be kept')
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (path.length === DEPTH_MAX) throw tooDeep()
    const isMap = !Array.isArray(value)
    for (const key of Object.keys(value)) {
      if (isMap) checkText(key, 'a name in it')
      path.push(key)
      check((value as Record<string, unknown>)[key])
      path.pop()
    }
  }

  function checkText(text: string, what: string): void {
    if (!SUSPECT.test(text)) return
    if (text.includes('\0')) fault(`${what} has the character NUL, which cannot be kept`)
    else if (text.search(LONE_SURROGATES) !== -1)
      fault(`${what} has one half of a surrogate pair, which is no character`)
  }

  function fault(detail: string): void {
    if (faults.length === FAULTS_MAX) return
    const pointer = path.map((key) => `/${escapePointer(key)}`).join('')
    // The pointer of a name that cannot be kept holds that name: it is shown without the harm.
    const shown = pointer.replaceAll('\0', '\uFFFD').replace(LONE_SURROGATES, '\uFFFD')
    faults.push({ pointer: shown, detail })
  }

  check(body)
  if (faults.length > 0) {
    throw new BrokerError('BAD_REQUEST', 'The body has text or numbers that cannot be kept; the fields are listed.', {
      faults,
    })
  }
}

/** A key as a token of a JSON Pointer (RFC 6901, section 3). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
