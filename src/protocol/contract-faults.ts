/**
 * The faults of values against the contract, with a validator for each schema. The command line reads the contract without
 * this: to load the validators takes as long as all the rest of it.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { countedInAt } from '../domain/amounts.ts'
import type { FieldFault } from '../domain/errors.ts'
import { adviceOn, TYPE_WORDS, type ExampleSchema } from '../domain/schema-example.ts'
import { escapePointer } from './body-limits.ts'
import { CONTRACT, resolveSchema, SCHEMA_PREFIX, type Schema, type SchemaName } from './contract.ts'

/** The most faults that are named; nobody reads more. */
const FAULTS_MAX = 50
/** The faults that get an example of what to write instead, which takes a validation or more each. */
const EXAMPLES_MAX = 10

/** In a larger value only the first fault is looked for: naming all of them takes longer than a server may think. */
const VALUES_FOR_ALL_FAULTS_MAX = 1_000

/**
 * Of each schema, a validator that stops at the first fault, one that names every fault, and one for which it is a fault
 * too what is not in the contract or is not for clients to write.
 */
const validators = {
  first: validatorsOf({ allErrors: false }),
  all: validatorsOf({ allErrors: true }),
  exact: validatorsOf({ allErrors: false, isExact: true }),
}

interface Validation {
  readonly allErrors: boolean
  readonly isExact?: boolean
}

function validatorsOf(validation: Validation): (name: SchemaName) => ValidateFunction {
  let compiler: ReturnType<typeof compileContract> | undefined
  const compiled = new Map<SchemaName, ValidateFunction>()
  return (name) => {
    const validate =
      compiled.get(name) ??
      ((compiler ??= compileContract(validation)).getSchema(`contract${SCHEMA_PREFIX}${name}`) as ValidateFunction)
    compiled.set(name, validate)
    return validate
  }
}

/**
 * Makes the validators of what clients send. It takes longer than one request may hold up the others, so it is done
 * before the first one comes.
 */
export function prepareValidation(names: readonly SchemaName[]): void {
  for (const name of names) {
    validators.first(name)
    validators.all(name)
  }
  validators.exact('ExecutionRequest')
}

/** True for a value that follows a schema of the contract and has nothing in it but what a client may say. */
export function followsExactly(name: SchemaName, value: unknown): boolean {
  return validators.exact(name)(value)
}

/** The faults of a value against a schema of the contract; none when it follows the contract. */
export function faultsOf(name: SchemaName, value: unknown): FieldFault[] {
  const first = validators.first(name)
  if (first(value)) return []
  const validate = isLarge(value) ? first : validators.all(name)
  validate(value)
  const places = new Map<string, Told[]>()
  for (const error of validate.errors ?? []) {
    if (error.keyword === 'if' || error.keyword === 'oneOf') continue
    const pointer = placeOf(error)
    if (places.size === FAULTS_MAX && !places.has(pointer)) break
    places.set(pointer, [...(places.get(pointer) ?? []), error])
  }
  const takes = taker(name, value)
  return [...places].map(([pointer, told], index) => ({
    pointer,
    detail: oneDetail(told, index < EXAMPLES_MAX ? (candidate) => takes(pointer, candidate) : () => false),
  }))
}

const placeOf = ({ keyword, instancePath, params }: Told) =>
  keyword === 'required' ? `${instancePath}/${escapePointer(String(params.missingProperty))}` : instancePath

/** Tells whether another value would be taken at a place of a value that is refused. */
function taker(name: SchemaName, value: unknown): (pointer: string, candidate: unknown) => boolean {
  const validate = validators.all(name)
  let copy: unknown
  return (pointer, candidate) => {
    copy ??= structuredClone(value)
    const changed = replaced(copy, pointer, candidate)
    if (changed === undefined || validate(changed)) return changed !== undefined
    return !(validate.errors ?? []).some((error) => `${placeOf(error)}/`.startsWith(`${pointer}/`))
  }
}

/** A value with another part at a place; undefined where that place is none. */
function replaced(value: unknown, pointer: string, part: unknown): unknown {
  if (pointer === '') return part
  const [, head = '', ...rest] = pointer.split('/')
  if (typeof value !== 'object' || value === null) return undefined
  const key = head.replaceAll('~1', '/').replaceAll('~0', '~')
  const inner = replaced((value as Record<string, unknown>)[key], rest.map((one) => `/${one}`).join(''), part)
  if (inner === undefined) return undefined
  return Array.isArray(value)
    ? value.map((one: unknown, index) => (String(index) === key ? inner : one))
    : { ...value, [key]: inner }
}

/** The faults of one place as one sentence, with what to write. Where it has one of several types, each of them was missed. */
function oneDetail(told: readonly Told[], isTaken: (candidate: unknown) => boolean): string {
  // Nobody needs an example of less; and what may be something else than a list is one here.
  const tooMany = told.find(({ keyword }) => keyword === 'maxItems')
  if (tooMany) return describe(tooMany)
  const types = told.flatMap(({ keyword, params }) => (keyword === 'type' ? [params.type as string].flat() : []))
  const said = types.length > 0 ? `must be ${typeWords(types)}` : [...new Set(told.map(describe))].join(', ')
  // A choice says itself what there is.
  if (told.some((one) => choiceOf(one) !== undefined)) return said
  const [first] = told
  const schemas = told.map(schemaMissed)
  const written = first?.keyword === 'required' ? undefined : first?.data
  const resolve = (schema: ExampleSchema) => resolveSchema(schema as Schema) as ExampleSchema
  const countedIn = first && countedInAt(placeOf(first))
  const isGood = countedIn ? (candidate: unknown) => isAmount(candidate) && isTaken(candidate) : isTaken
  return said + adviceOn({ schema: { anyOf: schemas }, written, isTaken: isGood, countedIn, resolve })
}

/** False for an amount that is read and then refused, because nothing can be done with less than one. */
function isAmount(candidate: unknown): boolean {
  const most = typeof candidate === 'object' && candidate !== null ? Object.entries(candidate) : [['max', candidate]]
  return most.every(([name, amount]) => name === 'min' || typeof amount !== 'number' || amount >= 1)
}

const typeWords = (types: readonly string[]) => [...new Set(types)].map((type) => TYPE_WORDS[type] ?? type).join(' or ')

/** The schema of what is missing or wrong. */
function schemaMissed({ keyword, parentSchema = {}, params }: Told): ExampleSchema {
  if (keyword !== 'required') return parentSchema
  return (parentSchema as ExampleSchema).properties?.[params.missingProperty as string] ?? {}
}

/** The words of a choice that was missed; undefined where it is none. */
function choiceOf(error: Told): readonly unknown[] | undefined {
  if (error.keyword === 'enum') return error.params.allowedValues as unknown[]
  if (error.keyword === 'const') return [error.params.allowedValue]
  return error.keyword === 'required' ? schemaMissed(error).enum : undefined
}

function isLarge(value: unknown): boolean {
  let left = VALUES_FOR_ALL_FAULTS_MAX
  const count = (part: unknown): void => {
    if (--left > 0 && typeof part === 'object' && part !== null) Object.values(part).forEach(count)
  }
  count(value)
  return left <= 0
}

/** A fault as ajv tells it. */
interface Told {
  readonly instancePath: string
  /** The value that was written there. */
  readonly data?: unknown
  readonly keyword: string
  readonly message?: string | undefined
  readonly params: Record<string, unknown>
  /** The schema that has the keyword. */
  readonly parentSchema?: object | undefined
}

const oneOf = (choice: readonly unknown[]) => (choice.length > 1 ? `one of ${choice.join(', ')}` : String(choice[0]))

function describe(error: Told): string {
  const choice = choiceOf(error)
  if (error.keyword === 'required') return choice ? `is required: write ${oneOf(choice)}` : 'is required'
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`
  return choice ? `must be ${oneOf(choice)}` : (error.message ?? 'does not follow the contract')
}

/**
 * The contract for ajv. A `oneOf` with a discriminator becomes a chain of conditions on the kind: ajv does not know
 * discriminator mappings, and trying each branch in turn would report the faults of all of them.
 */
function compileContract({ allErrors, isExact = false }: Validation): Ajv2020 {
  const compiler = new Ajv2020({ allErrors, strict: false, discriminator: false, validateFormats: true, verbose: true })
  // The package is CommonJS: its default export is the module's own `default`.
  addFormatsModule.default(compiler)
  compiler.addSchema({ $id: 'contract', components: { schemas: rewrite(CONTRACT.components.schemas, isExact) } })
  return compiler
}

function rewrite(value: unknown, isExact: boolean): unknown {
  if (Array.isArray(value)) return value.map((part) => rewrite(part, isExact))
  if (typeof value !== 'object' || value === null) return value
  const { discriminator, oneOf, ...rest } = value as Schema & Record<string, unknown>
  if (!discriminator || !oneOf) {
    const told = isExact ? exact(value) : value
    return Object.fromEntries(Object.entries(told).map(([key, part]) => [key, rewrite(part, isExact)]))
  }
  const { propertyName, mapping } = discriminator
  return {
    ...(rewrite(rest, isExact) as object),
    type: 'object',
    required: [propertyName],
    properties: { [propertyName]: { enum: Object.keys(mapping) } },
    allOf: Object.entries(mapping).map(([kind, $ref]) => ({
      if: { required: [propertyName], properties: { [propertyName]: { const: kind } } },
      then: { $ref },
    })),
  }
}

/** A schema without what only the broker writes, and closed to all that it does not name. */
function exact(schema: Schema): Schema {
  if (schema.type !== 'object') return schema
  const writable = Object.entries(schema.properties ?? {}).filter(([, { readOnly }]) => !readOnly)
  return { additionalProperties: false, ...schema, properties: Object.fromEntries(writable) }
}
