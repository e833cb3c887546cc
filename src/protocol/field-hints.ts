/** A hint at the field that an unknown one was probably meant to be. */
import { unitNote } from '../domain/amounts.ts'
import { distance } from '../domain/distance.ts'
import { resolveSchema, schemaNamed, type Schema } from './contract.ts'

/** Names that people write from other systems, and the fields that have them here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  args: 'command',
  cmd: 'command',
  cpu: 'cores',
  cpus: 'cores',
  env: 'environment',
  gpu: 'accelerators',
  gpus: 'accelerators',
  mem: 'memory',
  mounts: 'volumes',
  ram: 'memory',
  time: 'duration',
  timeout: 'duration',
  url: 'location',
  walltime: 'duration',
}

/** Fields that things have elsewhere under names that mean something else at other places here. */
const OTHER_NAMES_THERE: readonly (readonly [written: RegExp, meant: string])[] = [
  [
    /^\/executable\/image\/(name|image|location|path|ref|reference|repository|tag|uri|url)$/i,
    '/executable/image/locations',
  ],
]

/** No field is as deep in the contract; what refers to itself is followed so far and no further. */
const DEPTH_MAX = 6
/** A longer name is not compared letter by letter. */
const NAME_LENGTH_MAX = 40

/** Each field of a request as the keys that lead to it. An entry of a list is `0`. */
let known: readonly (readonly string[])[] | undefined

/**
 * A part of a sentence that helps with an unknown field of a request: the unit that an amount is counted in, or the field
 * that was probably meant; undefined where neither is known.
 */
export function hintOn(pointer: string, request: unknown): string | undefined {
  const at = pointer.lastIndexOf('/')
  const around = valueAt(request, pointer.slice(0, at))
  if (/^units?$/i.test(pointer.slice(at + 1)) && around !== undefined) {
    const { [pointer.slice(at + 1)]: unit, min, max } = around
    const note = unitNote(pointer.slice(0, at), { min, max }, unit)
    if (note !== undefined) return note
  }
  const meant = meantBy(pointer)
  return meant === undefined ? undefined : `did you mean ${meant}?`
}

/** The map at a place of a value; undefined where there is none. */
function valueAt(value: unknown, pointer: string): Readonly<Record<string, unknown>> | undefined {
  const found = keysOf(pointer).reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[key],
    value,
  )
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined
}

const keysOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The pointer to the field that was probably meant by one that the contract does not have; undefined when none is near. */
function meantBy(pointer: string): string | undefined {
  const there = OTHER_NAMES_THERE.find(([written]) => written.test(pointer))
  if (there) return there[1]
  known ??= fieldsOf(schemaNamed('ExecutionRequest'))
  const path = keysOf(pointer)
  const written = path.at(-1) ?? ''
  if (written.length > NAME_LENGTH_MAX) return undefined
  const lower = written.toLowerCase()
  const name = Object.hasOwn(OTHER_NAMES, lower) ? (OTHER_NAMES[lower] as string) : lower
  const near = known
    .map((field) => ({
      field,
      distance: distance(name, (field.at(-1) as string).toLowerCase()),
      shared: sharedLength(path, field),
    }))
    .filter((one) => one.distance <= (name.length > 4 ? 2 : name.length > 2 ? 1 : 0))
  // A field of another place has to have the very name; a misspelt one is looked for where it stands.
  const [best] = near
    .filter((one) => one.distance === 0 || (one.field.length === path.length && one.shared === path.length - 1))
    .sort((a, b) => a.distance - b.distance || b.shared - a.shared || a.field.length - b.field.length)
  return best && inPlaceOf(path, best.field)
}

/** The field as a pointer, with the entries of lists that the original names. */
function inPlaceOf(path: readonly string[], field: readonly string[]): string {
  const shared = sharedLength(path, field)
  return [...path.slice(0, shared), ...field.slice(shared)].map((key) => `/${key}`).join('')
}

function sharedLength(path: readonly string[], field: readonly string[]): number {
  const differs = field.findIndex(
    (key, index) => path[index] !== key && !(key === '0' && /^\d+$/.test(path[index] ?? '')),
  )
  return differs === -1 ? field.length : differs
}

function fieldsOf(schema: Schema, path: readonly string[] = []): (readonly string[])[] {
  if (path.length > DEPTH_MAX) return []
  const { properties = {}, items, oneOf = [] } = resolveSchema(schema)
  const own = Object.entries(properties)
    .filter(([, field]) => !field.readOnly && !resolveSchema(field).readOnly)
    .flatMap(([key, field]) => [[...path, key], ...fieldsOf(field, [...path, key])])
  return [
    ...own,
    ...(items ? fieldsOf(items, [...path, '0']) : []),
    ...oneOf.flatMap((branch) => fieldsOf(branch, path)),
  ]
}
