/**
 * Reads XML by the contract: what is a list, a map, a number or a text is in the schema and not in the document. What
 * the contract does not know is read as texts and maps of them under its own name, so that it is reported as in the
 * other notations. Whether the result follows the contract is for the validator.
 */
import { BrokerError } from '../../domain/errors.ts'
import { schemaNamed, type Schema, type SchemaName } from '../contract.ts'
import { currentKind } from '../earlier-kinds.ts'
import { shapeOf, type Shape } from '../shape.ts'
import { ESCAPED, itemName, MAP, propertyName, rootOf } from './xml-names.ts'
import { readXmlTree, type XmlElement } from './xml-tree.ts'

type XmlMap = Record<string, unknown>

/** Reads a document that holds a thing of this schema; of any, when the contract does not say which. */
export function readXml(text: string, name: SchemaName | undefined): unknown {
  const root = readXmlTree(text)
  if (name === undefined) return readUnknown(root)
  const expected = rootOf(name).name
  if (root.name !== expected) {
    throw new BrokerError('BAD_SYNTAX', `The root element is <${root.name}>; <${expected}> is expected.`)
  }
  return readElement(root, schemaNamed(name))
}

function readElement(element: XmlElement, schema: Schema): unknown {
  const kind = kindIn(element, schema)
  const shape = shapeOf(schema, kind)
  const isLeaf = element.children.length === 0 && (element.attributes.size === 0 || element.attributes.has(ESCAPED))
  if (isLeaf && (!shape.isObject || element.text.trim() !== '')) return readText(element, shape)
  if (!shape.isObject) return readUnknown(element)
  if (shape.properties.size === 0 && typeof shape.additional === 'object') return readMap(element, shape.additional)
  return readObject(element, shape)
}

function kindIn(element: XmlElement, schema: Schema): string | undefined {
  const { discriminator } = shapeOf(schema)
  if (!discriminator) return undefined
  const name = discriminator.propertyName
  const kind = element.attributes.get(name) ?? element.children.find((child) => child.name === name)?.text
  return kind === undefined ? undefined : currentKind(kind, discriminator.mapping)
}

function readObject(element: XmlElement, shape: Shape): XmlMap {
  const read: XmlMap = emptyMap()
  for (const [name, text] of element.attributes) {
    const [key, schema] = propertyCalled(name, shape) ?? [name, undefined]
    read[key] = schema ? readScalar(text, shapeOf(schema)) : text
  }
  const parts = new Map<string, { schema: Schema | undefined; elements: XmlElement[] }>()
  for (const child of element.children) {
    const [key, schema] = propertyCalled(child.name, shape) ?? [child.name, undefined]
    const part = parts.get(key) ?? { schema, elements: [] }
    part.elements.push(child)
    parts.set(key, part)
  }
  for (const [key, { schema, elements }] of parts) {
    const known = schema ?? (typeof shape.additional === 'object' ? shape.additional : undefined)
    read[key] = known ? readProperty(key, known, elements) : readUnknownProperty(elements)
  }
  // Text between elements is no field; it gets a name that no element can have, and is reported as unknown.
  if (element.text.trim() !== '') read['#text'] = element.text.trim()
  return read
}

/** The property that an element or attribute of this name belongs to: by its own name, or by that of its items. */
function propertyCalled(name: string, shape: Shape): [key: string, schema: Schema] | undefined {
  const properties = [...shape.properties]
  return (
    properties.find(([key, schema]) => propertyName(key, schema) === name) ??
    properties.find(([key, schema]) => {
      const { items } = shapeOf(schema)
      return items !== undefined && itemName(key, items) === name
    })
  )
}

function readProperty(key: string, schema: Schema, elements: readonly XmlElement[]): unknown {
  const shape = shapeOf(schema)
  const { items } = shape
  if (items) {
    const list = listIn(key, schema, items, elements, shape)
    if (list) return list.map((item) => readElement(item, items))
  }
  const [only] = elements
  return only && elements.length === 1 ? readElement(only, schema) : elements.map((one) => readElement(one, schema))
}

/** The elements that are the items of a list, with or without an element around them; undefined for what is no list. */
function listIn(
  key: string,
  schema: Schema,
  items: Schema,
  elements: readonly XmlElement[],
  shape: Shape,
): readonly XmlElement[] | undefined {
  const item = itemName(key, items)
  const isWrapper = (element: XmlElement) =>
    element.name === propertyName(key, schema) &&
    element.attributes.size === 0 &&
    element.text.trim() === '' &&
    (element.children.length > 0 ? element.children.every((child) => child.name === item) : shape.listXml.wrapped)
  const [only] = elements
  if (only && elements.length === 1 && shape.scalars.size > 0 && only.children.length === 0) return undefined
  return elements.flatMap((element) => (isWrapper(element) ? element.children : [element]))
}

/** A map: entries with a name and a value, or an element called by the name. */
function readMap(element: XmlElement, values: Schema): XmlMap {
  const read: XmlMap = emptyMap()
  for (const child of element.children) {
    const part = (name: string) => child.children.find((one) => one.name === name)
    const name = part(MAP.name)
    const value = part(MAP.value)
    const isEntry = child.name === MAP.entry && name !== undefined
    const key = isEntry ? leafText(name) : child.name
    if (Object.hasOwn(read, key)) {
      const what = isEntry
        ? `the name '${key}' twice`
        : `the element <${child.name}> twice; each value is an <${MAP.entry}> with a <${MAP.name}> and a <${MAP.value}>`
      throw new BrokerError('BAD_SYNTAX', `<${element.name}> has ${what}.`)
    }
    if (!isEntry) read[key] = readElement(child, values)
    else read[key] = value ? readElement(value, values) : ''
  }
  return read
}

function readUnknown(element: XmlElement): unknown {
  if (element.children.length === 0 && element.attributes.size === 0) return leafText(element)
  return readObject(element, shapeOf({}))
}

function readUnknownProperty(elements: readonly XmlElement[]): unknown {
  const values = elements.map(readUnknown)
  return values.length === 1 ? values[0] : values
}

function readText(element: XmlElement, shape: Shape): unknown {
  return readScalar(leafText(element), shape)
}

/** A text as what the schema has there; as it is when it is none of that, which the validator will say. */
function readScalar(text: string, { scalars, isChoice }: Shape): unknown {
  const word = text.trim()
  if (scalars.has('boolean') && ['true', '1'].includes(word)) return true
  if (scalars.has('boolean') && ['false', '0'].includes(word)) return false
  const isNumber = scalars.has('integer') || scalars.has('number')
  if (isNumber && /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(word) && Number.isFinite(Number(word))) {
    return Number(word)
  }
  return isChoice ? word : text
}

function leafText(element: XmlElement): string {
  if (!['true', '1'].includes(element.attributes.get(ESCAPED) ?? '')) return element.text
  return element.text.replace(/\\(?:u([0-9a-fA-F]{4})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** A map in which no name means anything to the language. */
function emptyMap(): XmlMap {
  return Object.create(null) as XmlMap
}
