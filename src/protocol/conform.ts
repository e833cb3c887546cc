/**
 * Fits what a client sent to the contract: keeps what the contract knows, and says what it does not know.
 *
 * Unknown fields are left out and reported, so that they are never dropped in silence. What only the broker writes is
 * left out too: a client may send back what it was given. A part whose kind is not known
 * is left out and reported too: that is a reason for the answer NO, not a fault of syntax. What is left is for the
 * validator.
 */
import { escapePointer } from './body-limits.ts'
import { resolveSchema, schemaNamed, type Schema, type SchemaName } from './contract.ts'

/** What was left out of a value. Places are JSON Pointers. */
export interface Conformed {
  readonly value: unknown
  readonly unknownFields: readonly string[]
  readonly unknownKinds: readonly {
    readonly pointer: string
    readonly kind: string
    readonly known: readonly string[]
  }[]
}

/** Fits a value to a schema of the contract. */
export function conform(name: SchemaName, value: unknown): Conformed {
  const unknownFields: string[] = []
  const unknownKinds: { pointer: string; kind: string; known: string[] }[] = []

  function fit(schema: Schema, part: unknown, pointer: string): unknown {
    const resolved = resolveSchema(schema)
    if (Array.isArray(part)) return fitList(resolved, part, pointer)
    if (typeof part !== 'object' || part === null) return part
    const branch = branchFor(resolved, part as Record<string, unknown>, pointer)
    if (branch === 'unknown') return undefined
    return fitObject(branch, part as Record<string, unknown>, pointer)
  }

  function fitList(schema: Schema, list: readonly unknown[], pointer: string): unknown[] {
    const items = schema.items ?? schema.oneOf?.map(resolveSchema).find((branch) => branch.items)?.items
    if (!items) return [...list]
    return list.map((item, index) => fit(items, item, `${pointer}/${index}`)).filter((item) => item !== undefined)
  }

  function fitObject(schema: Schema, object: Record<string, unknown>, pointer: string): Record<string, unknown> {
    // Only own properties that the contract names get through, so a key such as __proto__ is data or nothing.
    const fitted: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const [key, part] of Object.entries(object)) {
      const place = `${pointer}/${escapePointer(key)}`
      const known =
        schema.properties && Object.hasOwn(schema.properties, key)
          ? schema.properties[key]
          : schema.additionalProperties
      if (part === null || part === undefined) continue
      if (typeof known === 'object' && known.readOnly) continue
      if (known === undefined || known === false) unknownFields.push(place)
      else fitted[key] = known === true ? part : fit(known, part, place)
    }
    return fitted
  }

  /** The schema that the kind of an object selects; the schema itself where there is nothing to select. */
  function branchFor(schema: Schema, object: Record<string, unknown>, pointer: string): Schema | 'unknown' {
    if (!schema.discriminator) return schema
    const { propertyName, mapping } = schema.discriminator
    const kind = object[propertyName]
    // Without a kind there is nothing to fit to; the validator says that it is missing.
    if (typeof kind !== 'string') return { additionalProperties: true }
    const target = Object.hasOwn(mapping, kind) ? mapping[kind] : undefined
    if (target) return resolveSchema({ $ref: target })
    unknownKinds.push({ pointer: `${pointer}/${propertyName}`, kind, known: Object.keys(mapping) })
    return 'unknown'
  }

  return { value: fit(schemaNamed(name), value, ''), unknownFields, unknownKinds }
}
