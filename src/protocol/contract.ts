/** The contract of `openapi/` at run time: its schemas, resolved. What is held against them is in `contract-faults.ts`. */
import { readFileSync } from 'node:fs'
import type { components } from './contract.gen.ts'

/** The types of the contract by name. */
export type Schemas = components['schemas']
export type SchemaName = keyof Schemas

/** A schema of the contract, as far as the broker looks into it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly examples?: readonly unknown[]
  readonly xml?: XmlHints
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly maxItems?: number
  /** Only the broker writes it: what a client sends there means nothing. */
  readonly readOnly?: boolean
  /** Why it is here although the published schema does not have it. */
  readonly 'x-addition'?: string
  readonly oneOf?: readonly Schema[]
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> }
}

/** How the contract wants something written in XML (the XML object of OpenAPI). */
export interface XmlHints {
  readonly name?: string
  readonly namespace?: string
  readonly attribute?: boolean
  readonly wrapped?: boolean
}

interface Contract {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** The contract as one object. */
export const CONTRACT = JSON.parse(readFileSync(new URL('contract.gen.json', import.meta.url), 'utf8')) as Contract

/** How references to schemas begin. */
export const SCHEMA_PREFIX = '#/components/schemas/'

const resolved = new Map<string, Schema>()

/** The schema behind a reference, or the schema itself. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const known = resolved.get(schema.$ref)
  if (known) return known
  const found = resolveSchema(schemaNamed(schema.$ref.slice(SCHEMA_PREFIX.length)))
  resolved.set(schema.$ref, found)
  return found
}

/** A schema of the contract by name. */
export function schemaNamed(name: string): Schema {
  const schema = CONTRACT.components.schemas[name]
  if (!schema) throw new Error(`the contract has no schema ${name}`)
  return schema
}
