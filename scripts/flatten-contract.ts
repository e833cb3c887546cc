/**
 * Writes what a schema of the contract inherits into the schema itself.
 *
 * In openapi/ a schema extends others with `allOf`, so that each field is described once. In the bundled file every
 * schema stands for itself: code generators make plain types of it rather than intersections, and nobody who reads it
 * has to follow a chain.
 */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Schema = { [key: string]: Json }

interface Document {
  components: { schemas: Record<string, Schema> }
}

const PREFIX = '#/components/schemas/'

/** The same contract without `allOf`, and without the schemas that only others extend. */
export function flattenContract<Contract extends Document>(contract: Contract): Contract {
  const { schemas } = contract.components
  const bases = new Set<string>()
  const flat: Record<string, Schema> = {}
  for (const [name, schema] of Object.entries(schemas)) flat[name] = flatten(schema, schemas, bases)
  const used = referencesIn({ ...contract, components: { ...contract.components, schemas: flat } })
  for (const base of bases) if (!used.has(base)) delete flat[base]
  return { ...contract, components: { ...contract.components, schemas: flat } }
}

function flatten(schema: Schema, schemas: Record<string, Schema>, bases: Set<string>): Schema {
  const { allOf, ...own } = schema
  if (!Array.isArray(allOf)) return schema
  const parts = (allOf as Schema[]).map((part) => {
    if (typeof part.$ref !== 'string') return flatten(part, schemas, bases)
    const name = part.$ref.slice(PREFIX.length)
    bases.add(name)
    return flatten(schemas[name] as Schema, schemas, bases)
  })
  return {
    ...own,
    type: 'object',
    required: [...new Set(parts.flatMap(({ required }) => (required ?? []) as string[]))],
    // A field that is described again keeps its place, so the fields of a base come first.
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Schema,
  }
}

function referencesIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref' && typeof part === 'string') found.add(part.slice(PREFIX.length))
    referencesIn(part, found)
  }
  return found
}
