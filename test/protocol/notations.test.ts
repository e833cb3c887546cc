import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../src/protocol/contract-faults.ts'
import { CONTRACT, type SchemaName } from '../../src/protocol/contract.ts'
import { NOTATIONS } from '../../src/protocol/notation.ts'
import { compact } from '../../src/protocol/compact.ts'
import { documents } from '../support/documents.ts'

/** So many documents are written and read in all. */
const DOCUMENTS = 2_400

/** The schemas of what is sent and answered, whatever the contract has. */
const SCHEMAS = bodySchemas()
const PAIRS = NOTATIONS.flatMap((one) => NOTATIONS.map((other) => [one, other] as const))
const seed = Number(process.env.BROKER_TEST_SEED ?? Date.now() % 2 ** 31)

describe(`a document is the same in every notation (seed ${seed})`, () => {
  it.each(SCHEMAS)('%s', (schema) => {
    const numRuns = Math.ceil(DOCUMENTS / SCHEMAS.length)
    fc.assert(
      fc.property(documents(schema), fc.constantFrom(...PAIRS), (document, [one, other]) => {
        expect(faultsOf(schema, document)).toEqual([])
        const read = one.read(one.write(document, schema), schema)
        const readAgain = other.read(other.write(read, schema), schema)
        expect(plain(readAgain)).toEqual(plain(document))
      }),
      { seed, numRuns },
    )
  })
})

/** What is left of a document without what is null or empty, which notations leave out; in the language's own maps. */
function plain(value: unknown): unknown {
  return compact(JSON.parse(JSON.stringify(value)))
}

function bodySchemas(): SchemaName[] {
  const { paths, components } = CONTRACT as unknown as { paths: unknown; components: Record<string, unknown> }
  const { schemas: _, ...reusable } = components
  const text = JSON.stringify({ paths, reusable })
  const names = [...text.matchAll(/"schema":\{"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  return [...new Set(names.map(([, name]) => name as SchemaName))]
}
