/** Makes random documents that follow a schema of the contract, whatever the contract has. */
import fc from 'fast-check'
import { schemaNamed, type Schema, type SchemaName } from '../../src/protocol/contract.ts'
import { schemaAt } from '../../src/protocol/shape.ts'

/** What a schema of the contract says beyond what the broker itself looks into. */
interface FullSchema extends Schema {
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}

/** Texts that notations trip over: their own marks, words that look like something else, and odd characters. */
const TRAPS = [
  ...[
    'YES',
    'no',
    'null',
    '~',
    'true',
    '1',
    '01',
    '1e3',
    '0x10',
    '.inf',
    '2026-11-23',
    '12:30:45',
    '',
    ' ',
    ' a ',
    '\t',
  ],
  ...[
    '<a>&amp;]]>',
    '<!-- -->',
    '"quoted"',
    "it's",
    'a: b',
    '- a',
    '# a',
    '{a}',
    '[a]',
    '*a',
    '&a',
    '!a',
    '%a',
    '|',
    '>',
  ],
  ...[
    'line\nline',
    'line\r\nline',
    '\u2028',
    '\u0085',
    '\u001b[1m',
    '\u0007',
    '\u007f',
    '\ufffe',
    '\\u001b',
    '\\',
    'ä€😀',
  ],
  ...['__proto__', 'constructor', '${name}', '/a~b', 'entry', 'value', 'name', 'xml', 'x'.repeat(300)],
]

/** A random text that every notation can hold. */
export const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRAPS) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((one) => one.replaceAll('\0', '')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
)

/** A random document of this schema. */
export function documents(name: SchemaName): fc.Arbitrary<unknown> {
  return from(schemaNamed(name), 0)
}

function from(schema: FullSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref) return from(schemaAt(schema.$ref), depth)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => from(one, depth)))
  if (schema.items) return fc.array(from(schema.items, depth + 1), { maxLength: depth > 4 ? 1 : 2 })
  if (schema.properties) return object(schema, schema.properties, depth)
  if (schema.additionalProperties) return map(schema.additionalProperties, depth)
  return scalar(schema)
}

function object(schema: FullSchema, properties: Readonly<Record<string, Schema>>, depth: number) {
  const all = Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, from(part, depth + 1)]))
  const required = [...(schema.required ?? [])]
  return fc.record(all, { requiredKeys: required })
}

function map(values: Schema | true, depth: number) {
  const value = values === true ? text : from(values, depth + 1)
  return fc.dictionary(text, value, { maxKeys: 3 })
}

function scalar({ type, format, pattern, minimum, maximum, minLength, maxLength }: FullSchema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'integer':
      return fc.integer({ min: minimum ?? -1000, max: Math.min(maximum ?? 10 ** 12, Number.MAX_SAFE_INTEGER) })
    case 'number':
      return fc
        .double({ noNaN: true, noDefaultInfinity: true, min: minimum ?? -1e30, max: maximum ?? 1e30 })
        .map((one) => (Object.is(one, -0) ? 0 : one))
    case 'boolean':
      return fc.boolean()
    default:
      if (format === 'uri') return fc.webUrl()
      if (format === 'uuid') return fc.uuid()
      if (pattern) return fc.stringMatching(new RegExp(pattern))
      return text.map((one) => one.slice(0, maxLength)).filter((one) => one.length >= (minLength ?? 0))
  }
}
