/**
 * Says in the contract how the root of each body is called in XML: a schema that has no name of its own gets one made of
 * the words of its schema's name. The items of lists keep the name of their list where they had it.
 */
interface Schema {
  $ref?: string
  xml?: { name?: string }
  items?: Schema
  properties?: Record<string, Schema>
}

interface Contract {
  components: { schemas: Record<string, Schema> }
}

const PREFIX = '#/components/schemas/'

/** The same contract with a name for every root. */
export function nameRoots<Document extends object>(contract: Document): Document {
  const named = structuredClone(contract)
  const { schemas } = (named as unknown as Contract).components
  const roots = [...rootsIn(named)].filter((name) => schemas[name]?.xml?.name === undefined)
  for (const schema of Object.values(schemas))
    for (const [key, { items }] of Object.entries(schema.properties ?? {}))
      if (items?.$ref && items.xml?.name === undefined && roots.includes(items.$ref.slice(PREFIX.length)))
        items.xml = { name: key }
  for (const name of roots) {
    const schema = schemas[name] as Schema
    schema.xml = { name: inKebab(name), ...schema.xml }
  }
  return named
}

/** The schemas of all bodies. */
function rootsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, part] of Object.entries(value)) {
    if (key === 'content' && typeof part === 'object')
      for (const { schema } of Object.values(part as Record<string, { schema?: Schema }>))
        if (schema?.$ref) found.add(schema.$ref.slice(PREFIX.length))
    rootsIn(part, found)
  }
  return found
}

const inKebab = (name: string) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
