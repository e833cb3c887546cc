/**
 * What a schema of the contract allows at one place, with references followed and
 * alternatives (`oneOf`) chosen by kind or laid over each other. The notations and the conforming work from this.
 */
import { schemaNamed, SCHEMA_PREFIX, type Schema, type XmlHints } from './contract.ts'

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean'

/** What is possible at one place. More than one of scalars, items and properties may be. */
export interface Shape {
  readonly scalars: ReadonlySet<ScalarType>
  /** True when only certain words are possible. */
  readonly isChoice: boolean
  readonly items: Schema | undefined
  /** What a list here looks like in XML. */
  readonly listXml: XmlHints
  readonly properties: ReadonlyMap<string, Schema>
  /** What other properties are; undefined when the contract knows of none. */
  readonly additional: Schema | true | undefined
  readonly isObject: boolean
  /** The name and namespace that the things themselves have in XML. */
  readonly xml: XmlHints
  readonly discriminator: Schema['discriminator']
}

interface GrowingShape extends Shape {
  readonly scalars: Set<ScalarType>
  isChoice: boolean
  items: Schema | undefined
  listXml: XmlHints
  readonly properties: Map<string, Schema>
  additional: Schema | true | undefined
  isObject: boolean
  xml: XmlHints
  discriminator: Schema['discriminator']
}

const cache = new WeakMap<Schema, Map<string, Shape>>()

/**
 * The shape of a schema; of its alternative for `kind` when it has alternatives by kind, or of all of them laid over
 * each other when the kind is not given or not known.
 */
export function shapeOf(schema: Schema, kind?: string): Shape {
  const byKind = cache.get(schema) ?? new Map<string, Shape>()
  cache.set(schema, byKind)
  // Every object has a constructor; only what the contract names is a kind.
  const key = kind !== undefined && Object.hasOwn(discriminatorOf(schema)?.mapping ?? {}, kind) ? kind : ''
  const known = byKind.get(key)
  if (known) return known
  const shape: GrowingShape = {
    scalars: new Set(),
    isChoice: false,
    items: undefined,
    listXml: {},
    properties: new Map(),
    additional: undefined,
    isObject: false,
    xml: {},
    discriminator: undefined,
  }
  lay(schema, shape, key === '' ? undefined : key)
  byKind.set(key, shape)
  return shape
}

/** The schemas that the kinds of a schema select, through references; undefined where there is nothing to select. */
export function discriminatorOf(schema: Schema): Schema['discriminator'] {
  if (schema.discriminator) return schema.discriminator
  return schema.$ref ? discriminatorOf(schemaAt(schema.$ref)) : undefined
}

/** The schema that a reference of the contract leads to. */
export function schemaAt(reference: string): Schema {
  return schemaNamed(reference.slice(SCHEMA_PREFIX.length))
}

function lay(schema: Schema, shape: GrowingShape, kind: string | undefined): void {
  if (schema.$ref) lay(schemaAt(schema.$ref), shape, kind)
  const chosen = kind !== undefined ? schema.discriminator?.mapping[kind] : undefined
  if (chosen) lay(schemaAt(chosen), shape, undefined)
  else for (const part of schema.oneOf ?? []) lay(part, shape, kind)
  if (isScalar(schema.type)) shape.scalars.add(schema.type)
  else if (schema.type === 'object') shape.isObject = true
  if (schema.const !== undefined) shape.scalars.add('string')
  if (schema.enum || schema.const !== undefined) shape.isChoice = true
  if (schema.items) {
    shape.items = schema.items
    shape.listXml = { ...schema.xml }
  } else if (schema.xml) shape.xml = { ...shape.xml, ...schema.xml }
  for (const [name, property] of Object.entries(schema.properties ?? {})) shape.properties.set(name, property)
  if (schema.additionalProperties) shape.additional = schema.additionalProperties
  if (schema.properties || schema.additionalProperties) shape.isObject = true
  if (schema.discriminator) {
    shape.discriminator = schema.discriminator
    shape.isObject = true
  }
}

function isScalar(type: string | undefined): type is ScalarType {
  return type === 'string' || type === 'integer' || type === 'number' || type === 'boolean'
}
