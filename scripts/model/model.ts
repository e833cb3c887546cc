/**
 * The data model of the contract in the terms of VO-DML 1.0: types with attributes and compositions. Read from the
 * bundled contract; `vo-dml.ts` and `page.ts` write it down.
 *
 * - A text with a list of values is an enumeration, a named text without one a primitive type.
 * - An object of plain values that is never one of a list is a data type; every other object is an object type, and what
 *   is in it is composed. VO-DML has no attributes of object types.
 * - A choice by `kind` is an abstract object type that its kinds extend.
 * - What the contract leaves nameless is named after the type and the property that it stands in; a map is a list of
 *   entries with a name and a value.
 */

/** A schema of the contract, as far as the model looks into it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly discriminator?: unknown
  readonly additionalProperties?: Schema | boolean
}

/** One property of a type. `many` is a list; `composed` says that what it holds is an object type. */
export interface Member {
  readonly name: string
  readonly description: string | undefined
  /** The name of a type of this model, or of the IVOA base model as `ivoa:string`. */
  readonly type: string
  readonly optional: boolean
  readonly many: boolean
  readonly composed: boolean
}

export interface ModelType {
  readonly name: string
  readonly description: string | undefined
  readonly sort: 'primitive' | 'enumeration' | 'data' | 'object'
  readonly abstract: boolean
  /** What it extends: a type of this model or of the base model. */
  readonly extends: string | undefined
  /** The values of an enumeration, as they are on the wire. */
  readonly literals: readonly string[]
  readonly members: readonly Member[]
}

type Schemas = Readonly<Record<string, Schema>>

/** The model of the schemas of a contract, its types in the order of their names. */
export function modelOf(schemas: Schemas): ModelType[] {
  const named = nameAll(schemas)
  const inUnion = unionsOf(named)
  const isObject = objectTypes(named, inUnion)
  const types = Object.entries(named).map(([name, schema]) => typeOf(name, schema, named, inUnion.get(name), isObject))
  return types.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** All schemas with a name, those that the contract leaves nameless as well. */
function nameAll(schemas: Schemas): Record<string, Schema> {
  const named: Record<string, Schema> = {}
  const add = (name: string, schema: Schema) => {
    const properties = Object.entries(schema.properties ?? {}).map(([property, one]) => [
      property,
      pulledOut(name + capital(property), one),
    ])
    named[name] = schema.properties ? { ...schema, properties: Object.fromEntries(properties) as Schemas } : schema
  }
  /** The schema with a reference in the place of what needs a type of its own. */
  const pulledOut = (name: string, schema: Schema): Schema => {
    if (schema.items) return { ...schema, items: pulledOut(name, schema.items) }
    const value = schema.additionalProperties
    if (!schema.properties && value && value !== true) {
      const entry = { type: 'object', required: ['name', 'value'], properties: { name: { type: 'string' }, value } }
      add(`${name}Entry`, { ...entry, description: 'An entry of a map.' })
      return { ...describedAs(schema), type: 'array', items: { $ref: reference(`${name}Entry`) } }
    }
    const plain = !schema.enum && !schema.properties
    if (plain) return schema
    add(name, schema)
    return { ...describedAs(schema), $ref: reference(name) }
  }
  for (const [name, schema] of Object.entries(schemas)) add(name, schema)
  return named
}

const describedAs = ({ description }: Schema): Schema => (description === undefined ? {} : { description })
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const PREFIX = '#/components/schemas/'
const reference = (name: string) => PREFIX + name
const nameIn = ({ $ref }: Schema) => $ref?.slice(PREFIX.length)

/** The choice that a type belongs to: of several the one with the fewest kinds. A choice can be a part of another. */
function unionsOf(named: Schemas): Map<string, string> {
  const kindsOf = (schema: Schema) =>
    schema.discriminator ? (schema.oneOf ?? []).flatMap((one) => nameIn(one) ?? []) : []
  const unions = Object.entries(named)
    .map(([name, schema]) => ({ name, kinds: kindsOf(schema) }))
    .filter(({ kinds }) => kinds.length > 0)
    .sort((a, b) => a.kinds.length - b.kinds.length)
  const belongs = new Map<string, string>()
  for (const { name, kinds } of unions) {
    for (const kind of kinds) if (!belongs.has(kind)) belongs.set(kind, name)
    const wider = unions.find(
      (other) => other.kinds.length > kinds.length && kinds.every((kind) => other.kinds.includes(kind)),
    )
    if (wider) belongs.set(name, wider.name)
  }
  return belongs
}

/** Which objects have to be object types: choices and their kinds, what stands in a list, and what has one of these in it. */
function objectTypes(named: Schemas, inUnion: ReadonlyMap<string, string>): (name: string) => boolean {
  const found = new Set<string>([...inUnion.keys(), ...inUnion.values()])
  const isStructured = (name: string | undefined): name is string =>
    name !== undefined && (named[name]?.properties !== undefined || named[name]?.oneOf !== undefined)
  for (const { properties = {} } of Object.values(named))
    for (const property of Object.values(properties)) {
      const inList = nameIn(property.items ?? {})
      if (isStructured(inList)) found.add(inList)
    }
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const [name, { properties = {} }] of Object.entries(named))
      if (Object.values(properties).some((one) => found.has(nameIn(one) ?? nameIn(one.items ?? {}) ?? '')))
        found.add(name)
  }
  return (name) => found.has(name)
}

function typeOf(
  name: string,
  schema: Schema,
  named: Schemas,
  union: string | undefined,
  isObject: (name: string) => boolean,
): ModelType {
  const { description, properties = {}, required = [], enum: literals = [] } = schema
  const members = Object.entries(properties).map(([property, one]) =>
    memberOf(property, one, !required.includes(property), isObject),
  )
  const usual = { name, description, abstract: false, extends: union, literals, members }
  if (literals.length > 0) return { ...usual, sort: 'enumeration' }
  if (schema.oneOf) return { ...usual, sort: 'object', abstract: true }
  if (schema.type === 'object') return { ...usual, sort: isObject(name) ? 'object' : 'data' }
  return { ...usual, sort: 'primitive', extends: baseType(schema) }
}

function memberOf(name: string, schema: Schema, optional: boolean, isObject: (name: string) => boolean): Member {
  // One value or a list of them, as a start can be, is a list that may have one.
  const list = schema.items ? schema : schema.oneOf?.find(({ items }) => items)
  const single = list?.items ?? schema
  const type = nameIn(single)
  return {
    name,
    description: schema.description ?? (schema.const === undefined ? undefined : `Always ${schema.const}.`),
    type: type ?? baseType(single),
    optional,
    many: list !== undefined,
    composed: type !== undefined && isObject(type),
  }
}

/** The type of the IVOA base model that a plain value has. */
function baseType({ type, format, minimum }: Schema): string {
  if (type === 'integer') return minimum !== undefined && minimum >= 0 ? 'ivoa:nonnegativeInteger' : 'ivoa:integer'
  if (type === 'number') return 'ivoa:real'
  if (type === 'boolean') return 'ivoa:boolean'
  if (format === 'date-time') return 'ivoa:datetime'
  return format === 'uri' || format === 'url' || format === 'uri-reference' ? 'ivoa:anyURI' : 'ivoa:string'
}
