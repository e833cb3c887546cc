/**
 * Names of the contract's things in XML: by the XML objects of the contract, which has one for every root. A list has an element around it where the contract says `wrapped`.
 */
import { schemaNamed, type Schema, type SchemaName } from '../contract.ts'
import { shapeOf } from '../shape.ts'

/** The attribute of an element whose text has characters that XML 1.0 cannot express; they are written as `\u` and four digits. */
export const ESCAPED = 'escaped'
/** The elements of a map: one for each entry, with its name and its value. */
export const MAP = { entry: 'entry', name: 'name', value: 'value' } as const

/** The name and namespace of the root of a document that holds a thing of this schema. */
export function rootOf(name: SchemaName): { readonly name: string; readonly namespace: string | undefined } {
  const { xml } = shapeOf(schemaNamed(name))
  if (xml.name === undefined) throw new Error(`the contract does not say how a ${name} is called in XML`)
  return { name: xml.name, namespace: xml.namespace }
}

/** The name of the element, or attribute, of a property. */
export function propertyName(key: string, schema: Schema): string {
  // A schema that is referred to names its things where they are roots or items; a property is called as it is.
  return schema.xml?.name ?? key
}

/** The name of the items of a list that is the property `key`. */
export function itemName(key: string, items: Schema, kind?: string): string {
  return items.xml?.name ?? shapeOf(items, kind).xml.name ?? key
}
