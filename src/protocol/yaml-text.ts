/**
 * Reads YAML 1.2, of which JSON is a part.
 *
 * What looks like a number or a truth value is one only where the contract has one: in a list of texts `5` is a text, as
 * it is in XML, and just as it was written.
 */
import {
  boolCoreTag,
  defineMappingTag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  floatCoreTag,
  intCoreTag,
  load,
  mapTag,
  NOT_RESOLVED,
  nullCoreTag,
  YAMLException,
  type ScalarTagDefinition,
} from 'js-yaml'
import { BrokerError } from '../domain/errors.ts'
import { DEPTH_MAX, tooManyParts, YAML_MARKS_MAX } from './body-limits.ts'
import { schemaNamed, type Schema, type SchemaName } from './contract.ts'
import { currentKind } from './earlier-kinds.ts'
import { earlierField, earlierItem } from './earlier-places.ts'
import { shapeOf } from './shape.ts'
import { yamlFault } from './yaml-fault.ts'

/** A plain word that is something else than a text in YAML. */
class PlainWord {
  readonly text: string
  readonly value: unknown

  constructor(text: string, value: unknown) {
    this.text = text
    this.value = value
  }
}

/** The core schema, whose words keep how they were written. */
const WORDS = FAILSAFE_SCHEMA.withTags(
  nullCoreTag,
  ...[boolCoreTag, intCoreTag, floatCoreTag].map(keepWord),
  defineMappingTag(mapTag.tagName, {
    ...mapTag,
    addPair: (map, key, value) => mapTag.addPair(map, nameOf(key), value),
    has: (map, key) => mapTag.has(map, nameOf(key)),
  }),
)

function keepWord(tag: ScalarTagDefinition): ScalarTagDefinition {
  return defineScalarTag(tag.tagName, {
    ...tag,
    resolve(source, isExplicit, tagName) {
      const value = tag.resolve(source, isExplicit, tagName)
      return value === NOT_RESOLVED || isExplicit ? value : new PlainWord(source, value)
    },
  })
}

const nameOf = (key: unknown) => (key instanceof PlainWord ? key.text : key)

/**
 * Reads a YAML text that holds a thing of the named schema; without a name, of any. Aliases, tags of a language, and
 * names that are no text are refused: a request needs none.
 */
export function readYaml(text: string, name?: SchemaName): unknown {
  refuseManyMarks(text)
  try {
    const read = load(text, { schema: WORDS, maxAliases: 0, maxDepth: DEPTH_MAX })
    return asMeant(read, name ? schemaNamed(name) : {})
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause
    throw new BrokerError('BAD_SYNTAX', `The body is not YAML as it is read here: ${yamlFault(text, cause)}.`, {
      cause,
    })
  }
}

/** Without such a mark before it there is no value but the first; those that are inside of texts count as well. */
const MARKS = /[\n,:?[{]|- /g

function refuseManyMarks(text: string): void {
  let marks = 0
  for (const _ of text.matchAll(MARKS))
    if (++marks > YAML_MARKS_MAX) throw tooManyParts(YAML_MARKS_MAX, 'lines, commas, colons and brackets')
}

/** What was read, with each word as what the schema has at its place. */
function asMeant(value: unknown, schema: Schema): unknown {
  if (typeof value !== 'object' || value === null) return value
  const shape = shapeOf(schema, kindOf(value, schema))
  if (value instanceof PlainWord)
    return shape.scalars.size === 1 && shape.scalars.has('string') ? value.text : value.value
  if (Array.isArray(value)) {
    const items = shape.items ?? earlierItem(schema, shape)
    return value.map((item) => asMeant(item, items))
  }
  const map = value as Record<string, unknown>
  for (const key of Object.keys(map)) {
    const known = shape.properties.get(key) ?? shape.additional ?? earlierField(key, schema, shape)
    // The reader made every name a property of the map itself, so that this is safe for `__proto__` too.
    map[key] = asMeant(map[key], typeof known === 'object' ? known : {})
  }
  return map
}

function kindOf(value: object, schema: Schema): string | undefined {
  const { discriminator } = shapeOf(schema)
  const kind = discriminator && (value as Record<string, unknown>)[discriminator.propertyName]
  return typeof kind === 'string' ? currentKind(kind, discriminator?.mapping ?? {}) : undefined
}
