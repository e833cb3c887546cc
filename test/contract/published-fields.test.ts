/** The fields of the published schema: every one is in the contract, and takes every value that is right there. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { resolveSchema, schemaNamed, type Schema } from '../../src/protocol/contract.ts'
import { fitRequest } from '../../src/protocol/fit.ts'

type Types = Readonly<Record<string, Readonly<Record<string, string>>>>

const types = load(readFileSync(new URL('../fixtures/published-fields.yaml', import.meta.url), 'utf8')) as Types
const fields = Object.entries(types).flatMap(([type, of]) =>
  Object.entries(of).map(([field, takes]) => [`${type}.${field}`, type, field, takes] as const),
)

/**
 * Places where the contract is stricter than the published schema, by the keyword that says so, and why. There are bounds
 * on lists, such as 100 starts; the reader bounds the limits on costs and metrics of all parts together, to 100 too.
 */
const STRICTER: Readonly<Record<string, string>> = {
  maxLength: 'a request has a size that the service can keep and show',
  maxItems: 'a request has a size that the service can keep and show',
  maxProperties: 'a request has a size that the service can keep and show',
}
/** Keywords that say no more than the type. */
const PLAIN = ['type', 'format', 'description', 'examples', 'default', 'xml', 'items', 'properties', 'required', 'readOnly', 'enum', 'const', 'oneOf', 'discriminator', 'additionalProperties', '$ref'] // prettier-ignore

describe.each(fields)('the published field %s', (_, type, field, takes) => {
  const found = schemaNamed(type).properties?.[field]
  it('is in the contract, and not as an addition', () => {
    expect(found).toBeDefined()
    expect(found?.['x-addition']).toBeUndefined()
  })
  it(`takes ${takes}`, () => {
    expect(differences(found as Schema, takes)).toEqual([])
  })
})

describe('a request with any values of the published types', () => {
  const seed = Number(process.env.BROKER_TEST_SEED ?? Date.now() % 2 ** 31)
  it(`is not refused for its form (seed ${seed})`, () => {
    fc.assert(
      fc.property(valueOf('ExecutionRequest', 0), (body) => {
        expect(fitRequest(body).faults).toEqual([])
      }),
      { seed, numRuns: 500 },
    )
  })
})

/** In what a schema of the contract takes less than what is said of the published one. */
function differences(schema: Schema, takes: string): string[] {
  const resolved = resolveSchema(schema)
  const listed = /^\[(.*)\]$/.exec(takes)?.[1]
  if (listed) return resolved.items ? differences(resolved.items, listed) : ['it is no list']
  const mapped = /^\{(.*)\}$/.exec(takes)?.[1]
  if (mapped) return typeof resolved.additionalProperties === 'object' ? differences(resolved.additionalProperties, mapped) : ['it is no map'] // prettier-ignore
  const stricter = Object.keys(resolved).filter((key) => !PLAIN.includes(key) && !(key in STRICTER))
  if (/^[A-Z][a-z]/.test(takes)) return schemaNamed(takes) === resolved ? stricter : [`it is no ${takes}`]
  if (takes.includes('|')) return takes.split('|').filter((word) => !resolved.enum?.includes(word))
  const possible = resolved.oneOf?.map(resolveSchema) ?? [resolved]
  const fitting = possible.filter(({ type, enum: words }) => type === takes && !words)
  return fitting.length > 0 ? stricter : [`it is no ${takes}`]
}

/** Any value of a published type. What is written there by the service alone is made as well. */
function valueOf(takes: string, depth: number): fc.Arbitrary<unknown> {
  const listed = /^\[(.*)\]$/.exec(takes)?.[1]
  if (listed) return fc.array(valueOf(listed, depth + 1), { maxLength: 2 })
  const mapped = /^\{(.*)\}$/.exec(takes)?.[1]
  if (mapped) return fc.dictionary(fc.string({ maxLength: 10 }), valueOf(mapped, depth + 1), { maxKeys: 3 })
  if (takes.includes('|')) return fc.constantFrom(...takes.split('|'))
  if (takes === 'string') return fc.oneof(fc.string({ maxLength: 90 }), fc.constantFrom('', '-1', 'tcp', 'null', 'FTP'))
  if (takes === 'integer') return fc.maxSafeInteger()
  if (takes === 'number') return fc.float({ noNaN: true, noDefaultInfinity: true })
  if (takes === 'boolean') return fc.boolean()
  const mapping = resolveSchema({ $ref: `#/components/schemas/${takes}` }).discriminator?.mapping
  if (mapping)
    return fc.oneof(
      ...Object.entries(mapping)
        .map(([kind, target]) => [kind, target.split('/').at(-1) as string] as const)
        .filter(([, name]) => types[name])
        .map(([kind, name]) => objectOf(name, depth).map((made) => ({ ...made, kind }))),
    )
  return objectOf(takes, depth)
}

function objectOf(name: string, depth: number): fc.Arbitrary<object> {
  const of = Object.entries(types[name] ?? {}).filter(([field]) => field !== 'kind')
  const deep = depth > 8 ? [] : of
  return fc.record(Object.fromEntries(deep.map(([field, takes]) => [field, valueOf(takes, depth + 1)])), {
    requiredKeys: [],
  })
}
