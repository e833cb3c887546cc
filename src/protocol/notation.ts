/**
 * The notations of the wire. A body is read in the notation that its Content-Type names and written in the one that
 * Accept asks for (`negotiation.ts`). A notation is one entry of the table below; nothing else in the code names a media
 * type of a body.
 */
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import type { SchemaName } from './contract.ts'
import { isSoundJson, readJson } from './json-text.ts'
import { readXml } from './xml/read-xml.ts'
import { writeXml } from './xml/write-xml.ts'
import { readYaml } from './yaml-text.ts'
import { writeYaml } from './yaml-writer.ts'

export type NotationName = 'json' | 'yaml' | 'xml'

/** One notation: the media types it goes by (the first is written) and how it is read and written. */
export interface Notation {
  readonly name: NotationName
  readonly mediaTypes: readonly string[]
  readonly problemType: string
  /** The longest text that is read, in bytes: reading must not hold up the other requests. */
  readonly bytesMax: number
  /**
   * Reads a text that holds a thing of the named schema; without a name, of any. Throws BAD_SYNTAX with the place of
   * the fault.
   */
  read(text: string, schema: SchemaName | undefined): unknown
  /** Whether a look at a text that was read is enough to know that `checkBody` has nothing against what it holds. */
  isSound(text: string): boolean
  /** Writes a thing of the named schema; without a name, of any. */
  write(value: unknown, schema: SchemaName | undefined): string
}

const JSON_NOTATION: Notation = {
  name: 'json',
  mediaTypes: ['application/json', 'text/json'],
  problemType: 'application/problem+json',
  bytesMax: 1_048_576,
  read: readJson,
  isSound: isSoundJson,
  write: (value) => `${JSON.stringify(value)}\n`,
}

const YAML_NOTATION: Notation = {
  name: 'yaml',
  mediaTypes: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'application/yml', 'text/yml'],
  problemType: 'application/problem+yaml',
  // With the limit of its marks this bounds the time that one body holds the event loop.
  bytesMax: 65_536,
  read: readYaml,
  isSound: () => false,
  write: writeYaml,
}

const XML_NOTATION: Notation = {
  name: 'xml',
  mediaTypes: ['application/xml', 'text/xml'],
  problemType: 'application/problem+xml',
  bytesMax: 131_072,
  read: readXml,
  isSound: () => false,
  write: writeXml,
}

/** Every notation. The first is written when the client has no wish. */
export const NOTATIONS: readonly Notation[] = [JSON_NOTATION, YAML_NOTATION, XML_NOTATION]

/** The longest body that any notation reads, in bytes. */
export const BODY_BYTES_MAX = Math.max(...NOTATIONS.map(({ bytesMax }) => bytesMax))

/** The media types that are read and written, for a message or a header. */
export const MEDIA_TYPES = NOTATIONS.map(({ mediaTypes }) => mediaTypes[0] as string)

const BY_MEDIA_TYPE: ReadonlyMap<string, Notation> = new Map(
  NOTATIONS.flatMap((notation) => notation.mediaTypes.map((mediaType) => [mediaType, notation] as const)),
)

/** The notation of this name. */
export function notationNamed(name: NotationName): Notation {
  return NOTATIONS.find((notation) => notation.name === name) as Notation
}

/**
 * The notation of a Content-Type; undefined for one that is not known. The suffixes of structured types (`+json`) count.
 */
export function notationOf(contentType: string): Notation | undefined {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return BY_MEDIA_TYPE.get(mediaType) ?? NOTATIONS.find(({ name }) => mediaType.endsWith(`+${name}`))
}

/**
 * The notation of a body without a Content-Type. The draft says YAML, of which JSON is nearly a part; what is JSON is
 * read as such, so that it means the same with and without its type.
 */
export const UNDECLARED_BODY: Notation = {
  ...YAML_NOTATION,
  bytesMax: BODY_BYTES_MAX,
  read(text, schema) {
    try {
      if (/^\s*[{[]/.test(text)) return readJson(text)
    } catch (error) {
      if (!isBrokerError(error, 'BAD_SYNTAX')) throw error
    }
    if (Buffer.byteLength(text) > YAML_NOTATION.bytesMax) throw tooLarge(YAML_NOTATION)
    return YAML_NOTATION.read(text, schema)
  },
}

/** The error for a body that is longer than its notation allows. */
export function tooLarge({ name, bytesMax }: Notation): BrokerError {
  const hint = bytesMax < BODY_BYTES_MAX ? `; in JSON it may have ${BODY_BYTES_MAX}` : ''
  return new BrokerError('TOO_LARGE', `A body in ${name.toUpperCase()} has at most ${bytesMax} bytes${hint}.`)
}
