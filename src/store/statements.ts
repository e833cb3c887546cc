/** SQL statements from `.sql` files: each has a name (`-- name: …`), a line of intent, and parameters by name (`:id`). */
import { readFileSync } from 'node:fs'

/** A statement ready for the driver. */
export interface Statement {
  /** Unique in the program; the server keeps a prepared statement of this name for each connection. */
  readonly name: string
  /** The SQL with numbered parameters. */
  readonly text: string
  /** The names of the parameters, in the order of their numbers. */
  readonly parameters: readonly string[]
}

const all: Statement[] = []

/** Every statement that was loaded, for the test that prepares them all. */
export const loadedStatements = (): readonly Statement[] => all

/** Loads a file beside the caller. Throws when it does not have exactly the statements named. */
export function loadStatements<Name extends string>(
  directory: string,
  file: string,
  names: readonly Name[],
): Readonly<Record<Name, Statement>> {
  const text = readFileSync(new URL(file, directory), 'utf8')
  const loaded = text
    .split(/^-- name: /m)
    .slice(1)
    .map((block) => toStatement(file.replace(/\.sql$/, ''), block))
  const found = loaded.map((statement) => statement.name.split('.')[1] as string)
  const wrong = [...found, ...names].filter((name) => !(found.includes(name) && names.includes(name as Name)))
  if (wrong.length > 0) throw new Error(`${file} and its module disagree about ${[...new Set(wrong)].join(', ')}`)
  all.push(...loaded)
  return Object.fromEntries(loaded.map((statement) => [statement.name.split('.')[1], statement])) as Record<
    Name,
    Statement
  >
}

function toStatement(prefix: string, block: string): Statement {
  const [first = '', ...rest] = block.split('\n')
  const parameters: string[] = []
  const text = rest
    .join('\n')
    .replace(/--.*/g, '')
    .replace(/(?<![:\w]):([a-z]\w*)/g, (_, parameter: string) => {
      if (!parameters.includes(parameter)) parameters.push(parameter)
      return `$${parameters.indexOf(parameter) + 1}`
    })
    .trim()
  return { name: `${prefix}.${first.trim()}`, text, parameters }
}
