/**
 * Fits what a client sent to the contract: keeps what the contract knows, and says what it does not know.
 *
 * Unknown fields are left out and reported, so that they are never dropped in silence. What only the broker writes is
 * left out too: a client may send back what it was given. A part whose kind is not known
 * is left out and reported too: that is a reason for the answer NO, not a fault of syntax. What is left is for the
 * validator.
 */
import type { FieldFault } from '../domain/errors.ts'
import { escapePointer } from './body-limits.ts'
import { faultsOf } from './contract-faults.ts'
import { resolveSchema, schemaNamed, type Schema, type SchemaName } from './contract.ts'

/** So many unknown fields, and so many unknown kinds, are named one by one; nobody reads more. */
const NAMED_MAX = 20

/** What was left out of a value. Places are JSON Pointers into what the client sent. */
export interface Conformed {
  readonly value: unknown
  /** The first unknown fields. */
  readonly unknownFields: readonly string[]
  /** How many there are beside those that are named. */
  readonly moreUnknownFields: number
  /** The first unknown kinds. */
  readonly unknownKinds: readonly UnknownKind[]
  /** The first entries of maps that have no value. */
  readonly nullEntries: readonly NullEntry[]
  /** Values that were written as another type, with what they were read as. */
  readonly readAs: readonly ReadAs[]
  /** Where in what the client sent a place of `value` is: what was left out of a list moved those behind it. */
  readonly placeInOriginal: (pointer: string) => string
}

interface UnknownKind {
  readonly pointer: string
  readonly kind: string
  readonly known: readonly string[]
}

/** An entry of a map whose names are the client's. A field of the contract that is null is one that is not given. */
interface NullEntry {
  readonly pointer: string
  readonly name: string
}

interface ReadAs {
  readonly pointer: string
  readonly text: string
  readonly readAs: string
}

/**
 * Fits a value to a schema of the contract. With `isLenient`, a value of which the meaning is plain is read although it has
 * another type than the contract says: a number in quotes, a word in other capitals.
 */
export function conform(name: SchemaName, value: unknown, { isLenient = false } = {}): Conformed {
  const fitting = new Fitting(isLenient)
  const fitted = fitting.fit(schemaNamed(name), value)
  return {
    value: fitted,
    unknownFields: fitting.unknownFields,
    moreUnknownFields: fitting.moreUnknownFields,
    unknownKinds: fitting.unknownKinds,
    nullEntries: fitting.nullEntries,
    readAs: fitting.readAs,
    placeInOriginal: (pointer) => fitting.placeInOriginal(pointer),
  }
}

/** The faults of what was fitted, at their places in what the client sent. */
export function faultsOfConformed(name: SchemaName, { value, placeInOriginal }: Conformed): FieldFault[] {
  if (value === undefined || value === null) {
    const [example] = resolveSchema(schemaNamed(name)).examples ?? []
    const such = example === undefined ? '' : `, such as ${JSON.stringify(example)}`
    const detail = `is empty; send what the contract at /openapi.json describes, in JSON, YAML or XML${such}`
    return [{ pointer: '', detail }]
  }
  return faultsOf(name, value).map((fault) =>
    'pointer' in fault ? { ...fault, pointer: placeInOriginal(fault.pointer) } : fault,
  )
}

class Fitting {
  readonly unknownFields: string[] = []
  moreUnknownFields = 0
  readonly unknownKinds: UnknownKind[] = []
  readonly nullEntries: NullEntry[] = []
  readonly readAs: ReadAs[] = []
  readonly #isLenient: boolean
  /** The keys that lead to the part that is fitted now. Nearly every part is as it should be and needs no pointer. */
  readonly #path: (string | number)[] = []
  /** By the pointer of a list of which something was left out: the indices of what is left. */
  readonly #left = new Map<string, readonly number[]>()

  constructor(isLenient: boolean) {
    this.#isLenient = isLenient
  }

  fit(schema: Schema, part: unknown): unknown {
    if (part === null || part === undefined) return part
    if (typeof part !== 'object') return this.#isLenient ? this.#fitScalar(resolveSchema(schema), part) : part
    const resolved = resolveSchema(schema)
    if (Array.isArray(part)) return this.#fitList(resolved, part)
    const branch = this.#branchFor(resolved, part as Fields)
    return branch && this.#fitObject(branch, part as Fields)
  }

  placeInOriginal(pointer: string): string {
    if (this.#left.size === 0) return pointer
    const [, ...tokens] = pointer.split('/')
    return tokens.reduce((place, token) => `${place}/${this.#left.get(place)?.[Number(token)] ?? token}`, '')
  }

  #fitScalar(schema: Schema, part: unknown): unknown {
    const meant = meaningOf(schema, part)
    if (meant === undefined || meant === part) return part
    this.readAs.push({ pointer: this.#pointer(), text: String(part), readAs: JSON.stringify(meant) })
    return meant
  }

  #fitList(schema: Schema, list: readonly unknown[]): unknown[] {
    // Too long a list is for the validator, which does not look into it either.
    if (list.length > (schema.maxItems ?? list.length)) return [...list]
    const items = schema.items ?? schema.oneOf?.map(resolveSchema).find((branch) => branch.items)?.items
    if (!items) return [...list]
    const fitted = list.map((item, index) => this.#fitAt(index, items, item))
    if (!fitted.includes(undefined)) return fitted
    const left = [...fitted.keys()].filter((index) => fitted[index] !== undefined)
    this.#left.set(this.#pointer(), left)
    return left.map((index) => fitted[index])
  }

  #fitObject(schema: Schema, object: Fields): unknown {
    const { properties, additionalProperties } = schema
    const fitted: Record<string, unknown> = {}
    for (const key of Object.keys(object)) {
      const part = object[key]
      const isField = properties !== undefined && Object.hasOwn(properties, key)
      if (part === null || part === undefined) {
        if (!isField && typeof additionalProperties === 'object') this.#nameNull(key)
        continue
      }
      const known = isField ? properties[key] : additionalProperties
      if (typeof known === 'object' && known.readOnly) continue
      if (known === undefined || known === false) this.#nameField(key)
      else setOwn(fitted, key, known === true ? part : this.#fitAt(key, known, part))
    }
    return fitted
  }

  #fitAt(key: string | number, schema: Schema, part: unknown): unknown {
    if (typeof part !== 'object' && !this.#isLenient) return part
    this.#path.push(key)
    const fitted = this.fit(schema, part)
    this.#path.pop()
    return fitted
  }

  /** The schema that the kind of an object selects; the schema itself where there is nothing to select. */
  #branchFor(schema: Schema, object: Fields): Schema | undefined {
    if (!schema.discriminator) return schema
    const { propertyName, mapping } = schema.discriminator
    const kind = object[propertyName]
    // Without a kind there is nothing to fit to; the validator says that it is missing.
    if (typeof kind !== 'string') return ANYTHING
    const target = Object.hasOwn(mapping, kind) ? mapping[kind] : undefined
    if (target) return resolveSchema({ $ref: target })
    if (this.unknownKinds.length < NAMED_MAX)
      this.unknownKinds.push({ pointer: this.#pointer(propertyName), kind, known: kindsOf(mapping) })
    return undefined
  }

  #nameField(key: string): void {
    if (this.unknownFields.length < NAMED_MAX) this.unknownFields.push(this.#pointer(key))
    else this.moreUnknownFields++
  }

  #nameNull(name: string): void {
    if (this.nullEntries.length < NAMED_MAX) this.nullEntries.push({ pointer: this.#pointer(name), name })
  }

  #pointer(...further: string[]): string {
    return [...this.#path, ...further].map((key) => `/${escapePointer(String(key))}`).join('')
  }
}

/** The meaning of a scalar where a schema wants another type or other capitals; undefined when that is not plain. */
function meaningOf({ type, enum: words, const: only }: Schema, part: unknown): string | number | boolean | undefined {
  if (only !== undefined) return undefined
  if (typeof part === 'string') {
    const text = part.trim()
    if (words) return words.find((word): word is string => String(word).toLowerCase() === text.toLowerCase())
    if (type === 'integer') return /^[+-]?\d{1,15}(\.0*)?$/.test(text) ? Number(text) : undefined
    if (type === 'number') return DECIMAL.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
    if (type === 'boolean') return BOOLEANS.get(text.toLowerCase())
  } else if (type === 'string' && !words && (typeof part === 'number' || typeof part === 'boolean')) return String(part)
  return undefined
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

type Fields = Readonly<Record<string, unknown>>

/** The kinds that a mapping has, as a list that is made once. */
const kindLists = new WeakMap<object, readonly string[]>()

function kindsOf(mapping: object): readonly string[] {
  const kinds = kindLists.get(mapping) ?? Object.keys(mapping)
  kindLists.set(mapping, kinds)
  return kinds
}

const ANYTHING: Schema = { additionalProperties: true }

/** Sets a property of the object itself, whatever its name: the name `__proto__` is data, as every other. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}
