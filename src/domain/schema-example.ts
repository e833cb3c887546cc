/**
 * An example in the place of a value that a schema refuses: the refused value in another form where its meaning is
 * plain, else any that the schema takes. Whoever asks tells what is taken, so that no example is given that is refused
 * again. Pure.
 */
import { convertAmount, type CountedIn } from './amounts.ts'

/** A JSON Schema, as far as examples are made by it. */
export interface ExampleSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly required?: readonly string[]
  readonly readOnly?: boolean
  readonly additionalProperties?: ExampleSchema | boolean
  readonly properties?: Readonly<Record<string, ExampleSchema>>
  readonly items?: ExampleSchema
  readonly oneOf?: readonly ExampleSchema[]
  readonly anyOf?: readonly ExampleSchema[]
}

export interface ExampleWish {
  readonly schema: ExampleSchema
  /** The value that is refused; undefined for one that is missing. */
  readonly written: unknown
  /** A check that the schema takes a value in the place of the one that was written. */
  readonly isTaken: (candidate: unknown) => boolean
  /** The unit that the field counts in, where it counts something. */
  readonly countedIn?: CountedIn | undefined
  /** The schema behind a reference. */
  readonly resolve?: (schema: ExampleSchema) => ExampleSchema
}

/** The depth of an example; what is deeper needs the documentation rather than a line. */
const DEPTH_MAX = 5
/** Examples that show nothing of how something is written. */
const EMPTY: ReadonlySet<string> = new Set(['{}', '[]', '""'])
/** A longer example is no help in a line. */
const LENGTH_MAX = 300

/** The example as the end of a sentence: JSON, which is YAML too. Empty when there is nothing short that is taken. */
export function adviceOn({ schema, written, isTaken, countedIn, resolve = (one) => one }: ExampleWish): string {
  const found = (made: Iterable<unknown>): string | undefined => {
    for (const candidate of made) {
      if (candidate === undefined) continue
      const text = asLine(candidate)
      if (!EMPTY.has(text) && text.length <= LENGTH_MAX && isTaken(candidate)) return text
    }
    return undefined
  }
  const amount = countedIn && typeof written === 'string' ? convertAmount(written, countedIn) : undefined
  const meant = written === undefined ? undefined : found(meantBy(schema, amount?.whole ?? written, resolve, 0))
  if (meant !== undefined) return `${amount ? ` (counted in ${countedIn}, and ${amount.words})` : ''}; write ${meant}`
  const any = found(anyOf(schema, resolve, 0))
  return any === undefined ? '' : `, such as ${any}`
}

/** The example of an advice, as it is to be written; undefined for a sentence without one. */
export function exampleIn(sentence: string): string | undefined {
  return /(?:; write|, such as) (.*)$/s.exec(sentence)?.[1]
}

/** Types as they are called in sentences. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a map of fields',
  string: 'a text',
}

/** JSON in one line, with spaces as people write them. */
function asLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}: ${asLine(part)}`)
    .join(', ')}}`
}

type Resolve = (schema: ExampleSchema) => ExampleSchema

const branchesOf = ({ oneOf = [], anyOf: any = [] }: ExampleSchema) => [...oneOf, ...any]
const typesOf = ({ type = [] }: ExampleSchema) => [type].flat()

function* meantBy(given: ExampleSchema, written: unknown, resolve: Resolve, depth: number): Generator<unknown> {
  if (depth > DEPTH_MAX) return
  const schema = resolve(given)
  if (schema.enum) yield nearest(schema.enum, written)
  for (const type of typesOf(schema)) yield* MEANT[type]?.(schema, written, resolve, depth) ?? []
  for (const branch of branchesOf(schema)) yield* meantBy(branch, written, resolve, depth + 1)
}

function* anyOf(given: ExampleSchema, resolve: Resolve, depth: number): Generator<unknown> {
  if (depth > DEPTH_MAX) return
  const schema = resolve(given)
  yield* [schema.const, ...(schema.enum ?? []), ...(schema.examples ?? []), schema.default]
  for (const type of typesOf(schema)) yield* ANY[type]?.(schema, resolve, depth) ?? []
  for (const branch of branchesOf(schema)) yield* anyOf(branch, resolve, depth + 1)
}

/** The word of a list that was written in other capitals. */
function nearest(words: readonly unknown[], written: unknown): unknown {
  const text = asText(written)?.toLowerCase()
  return words.find((word) => String(word).toLowerCase() === text)
}

const asText = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined

/** The number that a text is; none with a unit, which would be of something else than the field counts. */
function asNumber(value: unknown): number | undefined {
  const text = asText(value)?.trim() ?? ''
  return /^[+-]?\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

const YES = /^(yes|y|on|true|1)$/i
const NO = /^(no|n|off|false|0)$/i

type Made = (schema: ExampleSchema, written: unknown, resolve: Resolve, depth: number) => Iterable<unknown>

/** The value that was probably meant, by the type that is wanted. */
const MEANT: Readonly<Record<string, Made>> = {
  *boolean(_, written) {
    const text = asText(written) ?? ''
    if (YES.test(text)) yield true
    if (NO.test(text)) yield false
  },
  *integer(_, written) {
    const number = asNumber(written)
    if (number !== undefined) yield* [Math.trunc(number), Math.ceil(number)]
  },
  *number(_, written) {
    yield asNumber(written)
  },
  *string({ examples }, written) {
    // A text with a form of its own, such as a duration, is not what a number was meant to be.
    if (examples !== undefined) return
    yield asText(Array.isArray(written) ? written[0] : written)
  },
  *array({ items = {} }, written, resolve, depth) {
    if (Array.isArray(written)) return
    if (typeof written === 'string')
      yield* [/\s+/, /[\s,]+/].map((mark) => written.split(mark).filter((word) => word !== ''))
    yield [written]
    for (const item of meantBy(items, written, resolve, depth + 1)) yield [item]
  },
  *object({ properties = {}, additionalProperties }, written, resolve) {
    const number = asNumber(written)
    if (number !== undefined && properties.min && properties.max)
      yield { min: Math.trunc(number), max: Math.ceil(number) }
    if (typeof additionalProperties === 'object' && Array.isArray(written)) yield asVariables(written)
    // The only list of texts that a thing has is what it is called by, such as the locations of an image.
    const lists = Object.entries(properties).filter(([, field]) => isListOfTexts(resolve(field), resolve))
    if (typeof written === 'string' && lists.length === 1) yield { [lists[0]?.[0] as string]: [written] }
  },
}

const isListOfTexts = ({ type, items = {} }: ExampleSchema, resolve: Resolve) =>
  type === 'array' && resolve(items).type === 'string'

/** A map out of a list such as `[A=1, B=2]`; undefined for any other list. */
function asVariables(list: readonly unknown[]): Record<string, string> | undefined {
  const pairs = list.map((one) => /^([^=]+)=(.*)$/s.exec(asText(one) ?? ''))
  if (list.length === 0 || pairs.includes(null)) return undefined
  return Object.fromEntries(pairs.map((found) => [found?.[1] ?? '', found?.[2] ?? '']))
}

/** Any value of the type. */
const ANY: Readonly<Record<string, (schema: ExampleSchema, resolve: Resolve, depth: number) => Iterable<unknown>>> = {
  boolean: () => [true, false],
  integer: ({ minimum, maximum }) => [1, minimum, maximum].filter((one) => one !== undefined),
  number: ({ minimum, maximum }) => [1, minimum, maximum].filter((one) => one !== undefined),
  string: ({ format }) => [...(FORMATS[format ?? ''] ?? []), 'text'],
  *array({ items = {} }, resolve, depth) {
    for (const item of anyOf(items, resolve, depth + 1)) yield [item]
  },
  *object({ properties = {}, required = [], additionalProperties }, resolve, depth) {
    const made = (names: readonly string[]) => {
      const fields = names.map((name) => [name, first(anyOf(properties[name] ?? {}, resolve, depth + 1))])
      return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Record<string, unknown>
    }
    if (required.length > 0) yield made(required)
    if (properties.min && properties.max) yield { min: 1, max: 2 }
    for (const [name, field] of Object.entries(properties)) {
      const one = field.readOnly ? {} : made([...required, name])
      if (name in one) yield one
    }
    if (typeof additionalProperties === 'object') yield { NAME: first(anyOf(additionalProperties, resolve, depth + 1)) }
  },
}

const first = (made: Iterable<unknown>): unknown => {
  for (const value of made) if (value !== undefined) return value
  return undefined
}

/** A value in each format that schemas of ours name. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2026-12-01T09:00:00Z'],
  uri: ['https://example.org/'],
  uuid: ['01a1b2c3-0000-7000-8000-000000000000'],
  'broker-duration': ['PT5M'],
  'broker-network': ['10.0.0.0/8'],
  'broker-cidr': ['10.0.0.0/8'],
  'broker-address': ['127.0.0.1'],
  'broker-ipv4-network': ['10.213.0.0/16'],
  'broker-database': ['postgres://broker@127.0.0.1:5432/broker'],
}
