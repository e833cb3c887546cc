/**
 * What the contract has today for the places of earlier generations. A reader that has to know what is meant at a place
 * asks here before `earlier-generations.ts` has brought everything to where it is today.
 */
import type { Schema } from './contract.ts'
import { shapeOf, type Shape } from './shape.ts'

/** Fields that were once beside the others and are in `meta` today, with their name there. */
export const META_FIELDS: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  _id: 'uuid',
  name: 'name',
  description: 'description',
  href: 'url',
  url: 'url',
  created: 'created',
  modified: 'modified',
  messages: 'messages',
}

/** Fields around what is at the top today. */
const WRAPPERS: readonly string[] = ['request', 'resources', 'components', 'update']

const TEXT: Schema = { type: 'string' }

/** The schema of a field that the schema of a map does not have; undefined when no generation had it. */
export function earlierField(name: string, schema: Schema, { properties }: Shape): Schema | undefined {
  if (WRAPPERS.includes(name)) return schema
  if (name === 'volumes') return inside(properties.get('compute'), 'volumes')
  return Object.hasOwn(META_FIELDS, name) ? inside(properties.get('meta'), META_FIELDS[name] as string) : undefined
}

/** The schema of what is in a list where the contract has none: a map was a list of names and values, one thing a list of one. */
export function earlierItem(schema: Schema, { additional }: Shape): Schema {
  if (typeof additional !== 'object') return schema
  return { type: 'object', properties: { name: TEXT, key: TEXT, value: additional } }
}

const inside = (schema: Schema | undefined, name: string) => schema && shapeOf(schema).properties.get(name)
