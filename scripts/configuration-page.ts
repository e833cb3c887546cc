/** Writes docs/configuration.md and docs/config.schema.json from the schema of the configuration. */
import { CONFIG_SCHEMA } from '../src/config-schema.ts'
import { environmentNames } from '../src/config.ts'

/** A part of the schema. */
export interface Part {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly properties?: Readonly<Record<string, Part>>
  readonly items?: Part
  readonly oneOf?: readonly Part[]
  readonly required?: readonly string[]
}

/** The page as Markdown. */
export function writeConfiguration(): string {
  return [
    '<!-- Generated from src/config-schema.ts by `npm run generate`. Do not edit. -->',
    '# Configuration',
    '',
    'The broker reads one file, `broker.yaml` in the directory that it is started in; `--config` or `BROKER_CONFIG` name',
    'another. Every key is optional. A variable of the environment goes before the file, an option of the command line',
    'before both. Lists are written in the environment as YAML in one line. A key that is not listed here is an error.',
    '',
    'On SIGHUP a broker that runs reads its configuration again. What it says of `platforms` (their pools and prices, and new',
    'ones), `policies` and `registries` takes effect at once; the log names what else has changed and waits for a restart. A',
    'configuration that is wrong changes nothing. What was offered before keeps its prices, and what is booked stays booked,',
    'also on a platform that is left out now, which only offers nothing more. A program that needs more than a smaller pool',
    'has now waits until there is enough.',
    '',
    '`broker config check` says whether a configuration is right, `broker config print` prints every value and where it',
    'came from. [config.schema.json](config.schema.json) is the JSON Schema, for editors:',
    '`# yaml-language-server: $schema=<where this file is>`. Durations are written as in ISO 8601: `PT30S`, `P30D`, `P1Y`.',
    '',
    ...sections(),
    '## An example',
    '',
    '```yaml',
    EXAMPLE.trim(),
    '```',
    '',
  ].join('\n')
}

/** The schema as JSON Schema, with the formats that everybody knows. */
export function writeConfigurationSchema(): string {
  const known = (_: string, value: unknown): unknown => (value === 'broker-duration' ? 'duration' : value)
  return `${JSON.stringify(CONFIG_SCHEMA, known, 2)}\n`
}

function sections(): string[] {
  const variables = new Map([...environmentNames()].map(([variable, path]) => [path, variable]))
  const all = Object.entries(CONFIG_SCHEMA.properties as Readonly<Record<string, Part>>)
  const simple = all.filter(([, part]) => !part.properties && !isListOfObjects(part))
  const rest = all.filter((entry) => !simple.includes(entry))
  return [
    ...keys('General', undefined, simple, variables),
    ...rest.flatMap(([key, part]) => section(key, part, variables)),
  ]
}

function section(key: string, part: Part, variables: ReadonlyMap<string, string>): string[] {
  if (part.properties) return keys(`\`${key}\``, part.description, leaves(part, key), variables)
  const alternatives = part.items?.oneOf ?? [part.items ?? {}]
  return [
    `## \`${key}\``,
    '',
    ...(part.description ? [part.description, `In the environment: \`${variables.get(key)}\`.`, ''] : []),
    ...alternatives.flatMap((one) => {
      const type = one.properties?.type?.const
      const title = typeof type === 'string' ? [`### \`type: ${type}\``, ''] : []
      return [...title, ...table(leaves(one, ''), variables, one.required)]
    }),
  ]
}

function keys(
  title: string,
  description: string | undefined,
  entries: readonly (readonly [string, Part])[],
  variables: ReadonlyMap<string, string>,
): string[] {
  return [`## ${title}`, '', ...(description ? [description, ''] : []), ...table(entries, variables)]
}

/** The keys below a part by their path; `pools[].name` for those of the entries of a list. */
export function leaves(part: Part, prefix: string): [string, Part][] {
  return Object.entries(part.properties ?? {}).flatMap(([key, below]): [string, Part][] => {
    const path = prefix ? `${prefix}.${key}` : key
    if (below.properties)
      return [...(below.description ? [[path, below] as [string, Part]] : []), ...leaves(below, path)]
    if (isListOfObjects(below)) return [[path, below], ...leaves(below.items ?? {}, `${path}[]`)]
    return [[path, below]]
  })
}

/** Keys as a table. */
export function table(
  entries: readonly (readonly [string, Part])[],
  variables: ReadonlyMap<string, string>,
  required: readonly string[] = [],
): string[] {
  const inEnvironment = entries.some(([path]) => variables.has(path))
  return [
    inEnvironment ? '| Key | In the environment | Default | Meaning |' : '| Key | Default | Meaning |',
    inEnvironment ? '|---|---|---|---|' : '|---|---|---|',
    ...entries.map(([path, part]) => {
      const variable = variables.has(path) ? `\`${variables.get(path)}\`` : ''
      const fallback = required.includes(path) ? 'required' : defaultOf(part)
      const cells = [`\`${path}\``, ...(inEnvironment ? [variable] : []), fallback, meaningOf(part)]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    }),
    '',
  ]
}

function defaultOf({ default: value, properties, const: only }: Part): string {
  if (properties || value === undefined || only !== undefined) return ''
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function meaningOf({ description = '', enum: values, const: only }: Part): string {
  if (only !== undefined) return `Always \`${JSON.stringify(only).replaceAll('"', '')}\` here.`
  const listed = values ? ` One of ${values.map((value) => `\`${String(value)}\``).join(', ')}.` : ''
  return `${description.replaceAll('\n', ' ')}${listed}`.trim()
}

function isListOfObjects({ items }: Part): boolean {
  return items?.properties !== undefined || items?.oneOf !== undefined
}

/** Tested: it is read as a configuration. */
export const EXAMPLE = `
listen: { host: 127.0.0.1, port: 8082 }
dataDirectory: /var/lib/broker
offers:
  lifetime: PT5M
  perSet: 4
retention:
  offers: P1D
  details: P30D
  records: P1Y
platforms:
  - type: docker
    name: docker
    socket: /var/run/docker.sock
    pools:
      - name: default
        cores: 32
        memory: 128
        storage: 500
        # Everything that follows is optional. What is quoted is the rate times what is offered times its duration.
        prices: { currency: EUR, coreHour: 0.012, memoryGibHour: 0.002, storageGibHour: 0.0001, gigabyteMoved: 0.01 }
        energy: { coreHour: 0.01, memoryGibHour: 0.0004, gigabyteMoved: 0.002 }
        carbon: 230
        metrics:
          - { type: 'urn:ivoa:calycopis:metric:compute-performance', min: 25, units: HS23, perCore: true }
`
