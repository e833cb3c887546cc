/**
 * The notations of the wire. A body is read in the notation that its Content-Type names and written in the one that
 * Accept asks for. A notation is one entry of the table below; nothing else in the code names a media type of a body.
 */
import { CORE_SCHEMA, dump, load, YAMLException } from 'js-yaml'
import Negotiator from 'negotiator'
import { BrokerError } from '../domain/errors.ts'

/** One notation: the media types it goes by (the first is written) and how it is read and written. */
export interface Notation {
  readonly name: 'json' | 'yaml'
  readonly mediaTypes: readonly string[]
  readonly problemType: string
  /** The longest text that is read, in bytes: reading must not hold up the other requests. */
  readonly bytesMax: number
  /** Throws BAD_SYNTAX with the place of the fault. */
  parse(text: string): unknown
  format(value: unknown): string
}

const JSON_NOTATION: Notation = {
  name: 'json',
  mediaTypes: ['application/json', 'text/json'],
  problemType: 'application/problem+json',
  bytesMax: 1_048_576,
  parse(text) {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new BrokerError('BAD_SYNTAX', `The body is not JSON: ${(cause as Error).message}`, { cause })
    }
  },
  format: (value) => `${JSON.stringify(value)}\n`,
}

const YAML_NOTATION: Notation = {
  name: 'yaml',
  mediaTypes: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'application/yml', 'text/yml'],
  problemType: 'application/problem+yaml',
  // js-yaml reads about 2 MB per second; this bounds the time that one body holds the event loop.
  bytesMax: 262_144,
  parse(text) {
    try {
      return load(text, { schema: CORE_SCHEMA, maxAliases: 0 })
    } catch (cause) {
      if (!(cause instanceof YAMLException)) throw cause
      const line = cause.mark ? ` (line ${cause.mark.line + 1}, column ${cause.mark.column + 1})` : ''
      throw new BrokerError('BAD_SYNTAX', `The body is not YAML: ${cause.reason}${line}`, { cause })
    }
  },
  // The default dump schema quotes words such as YES, which readers of YAML 1.1 take for booleans.
  format: (value) => dump(value, { lineWidth: -1, noRefs: true }),
}

const NOTATIONS: readonly Notation[] = [JSON_NOTATION, YAML_NOTATION]

/** The media types that are read and written, for a message or a header. */
export const MEDIA_TYPES = NOTATIONS.map((notation) => notation.mediaTypes[0] as string)

/** The notation that a body without a Content-Type is read in. A YAML reader reads JSON too. */
export const UNDECLARED_BODY: Notation = YAML_NOTATION

/** The notation of a Content-Type; undefined for one that is not known. `+json` and `+yaml` suffixes count. */
export function notationOf(contentType: string): Notation | undefined {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return NOTATIONS.find(
    (notation) => notation.mediaTypes.includes(mediaType) || mediaType.endsWith(`+${notation.name}`),
  )
}

/** The notation to answer in, and the media type to name it with. Throws NOT_ACCEPTABLE. */
export function negotiate(accept: string | undefined): { notation: Notation; mediaType: string } {
  const available = NOTATIONS.flatMap((notation) => [...notation.mediaTypes, notation.problemType])
  const mediaType = new Negotiator({ headers: { accept } }).mediaType(available)
  const notation = mediaType && NOTATIONS.find((one) => [...one.mediaTypes, one.problemType].includes(mediaType))
  if (!mediaType || !notation) {
    throw new BrokerError(
      'NOT_ACCEPTABLE',
      `Nothing in 'Accept: ${accept}' can be produced; possible are ${MEDIA_TYPES.join(' and ')}.`,
    )
  }
  return { notation, mediaType: mediaType === notation.problemType ? (notation.mediaTypes[0] as string) : mediaType }
}

/** The notation for an error: what the client accepts if it can be had, otherwise JSON. */
export function negotiateProblem(accept: string | undefined): Notation {
  try {
    return negotiate(accept).notation
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'NOT_ACCEPTABLE') return JSON_NOTATION
    throw error
  }
}
