/** Writes XML by the contract: `kind` as an attribute, lists with an element around them, maps as names and values. */
import { schemaNamed, type Schema, type SchemaName } from '../contract.ts'
import { shapeOf, type Shape } from '../shape.ts'
import { ESCAPED, itemName, MAP, propertyName, rootOf } from './xml-names.ts'

/** What XML 1.0 has no way to write: control characters, halves of surrogate pairs, and two that are no characters. */
const INEXPRESSIBLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const NAME = /^(?!xml)[\p{L}_][\p{L}\p{N}_.-]*$/iu

/** Writes a thing of this schema as a document; of any schema, when the contract does not say which. */
export function writeXml(value: unknown, name: SchemaName | undefined): string {
  const root = name ? rootOf(name) : { name: 'response', namespace: undefined }
  const lines: string[] = ['<?xml version="1.0" encoding="UTF-8"?>']
  const namespace = root.namespace ? ` xmlns="${escapeAttribute(root.namespace)}"` : ''
  new XmlWriter(lines).element(root.name, value, name ? schemaNamed(name) : {}, '', namespace)
  return `${lines.join('\n')}\n`
}

class XmlWriter {
  readonly #lines: string[]

  constructor(lines: string[]) {
    this.#lines = lines
  }

  element(name: string, value: unknown, schema: Schema, indent: string, extra = ''): void {
    if (Array.isArray(value)) return this.#bareList(name, value, schema, indent)
    if (typeof value !== 'object' || value === null) return this.#leaf(name, String(value), indent, extra)
    const map = value as Readonly<Record<string, unknown>>
    const shape = shapeOf(schema, kindOf(map, schema))
    const isMap = shape.properties.size === 0 && typeof shape.additional === 'object'
    const attributes = isMap ? [] : attributesOf(map, shape)
    let opening = name + extra
    for (const [key, text] of attributes) opening += ` ${key}="${escapeAttribute(text)}"`
    const begin = this.#lines.push(`${indent}<${opening}>`)
    if (isMap) this.#entries(map, shape.additional, `${indent}  `)
    else this.#properties(map, shape, attributes, `${indent}  `)
    if (this.#lines.length === begin) this.#lines[begin - 1] = `${indent}<${opening}/>`
    else this.#lines.push(`${indent}</${name}>`)
  }

  #properties(map: Readonly<Record<string, unknown>>, shape: Shape, done: readonly Attribute[], indent: string): void {
    for (const [key, value] of Object.entries(map)) {
      if (value === undefined || value === null || done.some(([, , written]) => written === key)) continue
      const schema = shape.properties.get(key) ?? (typeof shape.additional === 'object' ? shape.additional : {})
      const { items, listXml } = shapeOf(schema)
      const name = propertyName(key, schema)
      if (!NAME.test(name)) this.#entry(key, value, schema, indent)
      else if (!Array.isArray(value) || !items) this.element(name, value, schema, indent)
      else if (listXml.wrapped) this.#wrappedList(key, name, value, items, indent)
      else for (const item of value) this.element(itemName(key, items, kindOf(item, items)), item, items, indent)
    }
  }

  #wrappedList(key: string, name: string, list: readonly unknown[], items: Schema, indent: string): void {
    if (list.length === 0) return
    this.#lines.push(`${indent}<${name}>`)
    for (const item of list) this.element(itemName(key, items, kindOf(item, items)), item, items, `${indent}  `)
    this.#lines.push(`${indent}</${name}>`)
  }

  /** A list of which the contract knows nothing: the element again and again. */
  #bareList(name: string, list: readonly unknown[], schema: Schema, indent: string): void {
    for (const item of list) this.element(name, item, shapeOf(schema).items ?? {}, indent)
  }

  #entries(map: Readonly<Record<string, unknown>>, schema: Schema, indent: string): void {
    for (const [key, value] of Object.entries(map)) {
      if (value !== undefined && value !== null) this.#entry(key, value, schema, indent)
    }
  }

  #entry(key: string, value: unknown, schema: Schema, indent: string): void {
    this.#lines.push(`${indent}<${MAP.entry}>`)
    this.#leaf(MAP.name, key, `${indent}  `, '')
    this.element(MAP.value, value, schema, `${indent}  `)
    this.#lines.push(`${indent}</${MAP.entry}>`)
  }

  #leaf(name: string, text: string, indent: string, extra: string): void {
    if (text === '') this.#lines.push(`${indent}<${name}${extra}/>`)
    else if (isInexpressible(text)) {
      this.#lines.push(`${indent}<${name}${extra} ${ESCAPED}="true">${escapeText(escapeControls(text))}</${name}>`)
    } else this.#lines.push(`${indent}<${name}${extra}>${escapeText(text)}</${name}>`)
  }
}

function kindOf(value: unknown, schema: Schema): string | undefined {
  const name = shapeOf(schema).discriminator?.propertyName
  if (name === undefined || typeof value !== 'object' || value === null) return undefined
  const kind = (value as Readonly<Record<string, unknown>>)[name]
  return typeof kind === 'string' ? kind : undefined
}

/** An attribute: its name, its text, and the key of the property. */
type Attribute = readonly [name: string, text: string, key: string]

const NO_ATTRIBUTES: readonly Attribute[] = []

/** The properties that are attributes; those whose text no attribute can hold are none. */
function attributesOf(map: Readonly<Record<string, unknown>>, shape: Shape): readonly Attribute[] {
  if (!hasAttributes(shape)) return NO_ATTRIBUTES
  return Object.entries(map).flatMap(([key, value]): Attribute[] => {
    const schema = shape.properties.get(key)
    const isAttribute = schema?.xml?.attribute && typeof value === 'string' && !isInexpressible(value)
    return isAttribute ? [[propertyName(key, schema), value, key]] : []
  })
}

/** Shapes are few and stay, and most of them have no attribute. */
const known = new WeakMap<Shape, boolean>()
function hasAttributes(shape: Shape): boolean {
  let found = known.get(shape)
  if (found === undefined) {
    found = [...shape.properties.values()].some(({ xml }) => xml?.attribute)
    known.set(shape, found)
  }
  return found
}

/** A text of nothing but what every text has; most are. */
const COMMON = /^[ -~]*$/

/** True if a text has such a character. A search begins at the beginning, whatever was found before. */
const isInexpressible = (text: string) => !COMMON.test(text) && text.search(INEXPRESSIBLE) !== -1

function escapeControls(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(INEXPRESSIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text
  // A carriage return would be read as a line feed.
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}
