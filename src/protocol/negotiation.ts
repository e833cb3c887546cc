/** Chooses what to answer in from what the client accepts (RFC 9110, section 12.5.1). */
import Negotiator from 'negotiator'
import { BrokerError } from '../domain/errors.ts'
import { remembering } from '../domain/remembering.ts'
import { MEDIA_TYPES, notationNamed, NOTATIONS, notationOf, type Notation, type NotationName } from './notation.ts'

/** What to answer in: the notation, and the media type to name it with. */
export interface Negotiated {
  readonly notation: Notation
  readonly mediaType: string
}

const PLAIN = 'text/plain'
const firstOf = ({ mediaTypes }: Notation) => mediaTypes[0] as string
const aliasesOf = ({ mediaTypes }: Notation) => mediaTypes.slice(1)

/**
 * The notation to answer in; `preferred` where the client leaves the choice, and `yaml` also wherever it accepts both
 * alike, as the draft has it. Throws NOT_ACCEPTABLE.
 */
export function negotiate(accept: string | undefined, preferred: NotationName): Negotiated {
  return CHOICES[preferred](accept ?? '')
}

/** Programs send the same few headers again and again. */
const choices = (preferred: NotationName) => remembering(100, (accept: string) => choose(accept, preferred))
const CHOICES = { json: choices('json'), yaml: choices('yaml'), xml: choices('xml') }

function choose(accept: string, preferred: NotationName): Negotiated {
  const mediaType = best(accept, preferred, [])
  const notation = mediaType === undefined ? undefined : notationOf(mediaType)
  if (!mediaType || !notation) {
    throw new BrokerError(
      'NOT_ACCEPTABLE',
      `Nothing in 'Accept: ${accept}' can be produced; possible are ${MEDIA_TYPES.join(', ')}.`,
    )
  }
  return { notation, mediaType }
}

/**
 * What to answer a failure in: a notation, or undefined for plain text. What cannot be had is no reason not to answer:
 * then it is the preferred notation.
 */
export function negotiateProblem(accept: string | undefined, preferred: NotationName): Notation | undefined {
  const mediaType = best(accept, preferred, [PLAIN])
  if (mediaType === PLAIN) return undefined
  return (mediaType === undefined ? undefined : notationOf(mediaType)) ?? notationNamed(preferred)
}

/** The media type that fits best; undefined when none does. */
function best(accept: string | undefined, preferred: NotationName, others: readonly string[]): string | undefined {
  const inOrder = [notationNamed(preferred), ...NOTATIONS.filter(({ name }) => name !== preferred)]
  // Other names of a notation are written for those who ask for them by name.
  const [names, aliases] = [inOrder.map(firstOf), inOrder.flatMap(aliasesOf)]
  const available = [...names, ...aliases, ...others]
  const header = accept?.trim() ? rangesOf(accept, preferred).join(',') : undefined
  return new Negotiator({ headers: { accept: header } }).mediaType(available)
}

/**
 * The media ranges of an Accept header with their quality. Parameters such as a charset are left out: there is only
 * one. A structured type (`application/problem+json`) is answered in its notation.
 */
function rangesOf(accept: string, preferred: NotationName): string[] {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))
    const suffix = NOTATIONS.find(({ name, problemType }) =>
      // Browsers accept XHTML and SVG, which are XML but not what is written here.
      name === 'xml' ? type === problemType : type.endsWith(`+${name}`),
    )
    return { type: suffix ? firstOf(suffix) : type, quality }
  })
  const isYaml = ({ type }: { type: string }) => notationNamed('yaml').mediaTypes.includes(type)
  if (preferred === 'yaml') ranges.sort((one, other) => Number(isYaml(other)) - Number(isYaml(one)))
  return ranges.map(({ type, quality }) => (quality ? `${type};${quality}` : type))
}
