/** Reads and writes YAML 1.2, of which JSON is a part. */
import { CORE_SCHEMA, dump, load, YAMLException } from 'js-yaml'
import { BrokerError } from '../domain/errors.ts'
import { DEPTH_MAX } from './body-limits.ts'

/** Reads a YAML text. Aliases, tags of a language, and names that are no text are refused: a request needs none. */
export function readYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: 0, maxDepth: DEPTH_MAX })
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause
    const line = cause.mark ? ` (line ${cause.mark.line + 1}, column ${cause.mark.column + 1})` : ''
    throw new BrokerError('BAD_SYNTAX', `The body is not YAML as it is read here: ${cause.reason}${line}.`, { cause })
  }
}

/** Writes YAML. Words such as YES, which readers of YAML 1.1 take for booleans, are quoted. */
export function writeYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true })
}
