/**
 * The configuration: one file, the environment, and the options of the command line, in rising order. Nothing else in
 * the program reads the environment.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import ipaddr from 'ipaddr.js'
import { CORE_SCHEMA, load, loadAll, YAMLException } from 'js-yaml'
import { CONFIG_SCHEMA, type Config, type PlatformConfig } from './config-schema.ts'
import { DateError, parseDuration } from './domain/dates.ts'
import { BrokerError } from './domain/errors.ts'
import { codeOf } from './domain/error-code.ts'
import { countedInAt } from './domain/amounts.ts'
import { written } from './environment.ts'
import { adviceOn, TYPE_WORDS, type ExampleSchema } from './domain/schema-example.ts'
import { namingFaults } from './name-sources.ts'
import { sameNames } from './same-names.ts'

/** Where a value came from, by its path such as `listen.port`. What is not there is a default. */
export type Origins = ReadonlyMap<string, string>

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Origins
}

/** What the configuration is made of. */
export interface ConfigInput {
  /** The path of the file from the command line. */
  readonly file?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Values of the command line by their path. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** The file that is read when it is there and no other is named. */
const USUAL_FILE = 'broker.yaml'
/** Variables of the environment that begin like a key and are none. */
const OTHER_VARIABLES = /^BROKER_(CONFIG|URL|TOKEN|USER|PASSWORD|TEST_\w+)$/

/** Reads and checks the configuration. Throws UNPROCESSABLE with a sentence for each thing that is wrong. */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const origins = new Map<string, string>()
  const values = readFile(input.file ?? written(input.environment.BROKER_CONFIG), origins)
  for (const [variable, path] of environmentNames()) {
    const text = written(input.environment[variable])
    if (text === undefined) continue
    set(values, path, parseScalar(variable, text))
    origins.set(path, `the environment variable ${variable}`)
  }
  for (const [path, value] of Object.entries(input.options ?? {})) {
    if (value === undefined) continue
    set(values, path, value)
    origins.set(path, 'the command line')
  }
  const known = new Set(environmentNames().keys())
  const unknown = Object.keys(input.environment).filter(
    (name) => name.startsWith('BROKER_') && !known.has(name) && !OTHER_VARIABLES.test(name),
  )
  const faults = [...unknown.map((name) => `${name} is not a variable of the broker`), ...validate(values)]
  if (faults.length > 0) throw new BrokerError('UNPROCESSABLE', `The configuration is not right: ${faults.join('; ')}.`)
  return { config: freeze(values) as Config, origins }
}

/** The names of the environment variables with the paths of their keys: `BROKER_LISTEN_PORT` is `listen.port`. */
export function environmentNames(): ReadonlyMap<string, string> {
  // The short name that operators of other services try first, beside the name that follows from the path.
  const names = new Map([['BROKER_ADMIN_PASSWORD_FILE', 'identity.adminPasswordFile']])
  const walk = (schema: { properties?: object }, path: readonly string[]) => {
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      const here = [...path, key]
      if ((part as { properties?: object }).properties) walk(part as { properties?: object }, here)
      else
        names.set(`BROKER_${here.map((word) => word.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`, here.join('.'))
    }
  }
  walk(CONFIG_SCHEMA, [])
  return names
}

/** A duration of the configuration in milliseconds. */
export const milliseconds = (duration: string): number => parseDuration(duration, 0).value

function readFile(named: string | undefined, origins: Map<string, string>): Record<string, unknown> {
  const file = named ?? USUAL_FILE
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const missing = codeOf(cause) === 'ENOENT'
    if (missing && named === undefined) return {}
    throw new BrokerError(
      'UNPROCESSABLE',
      `The configuration file ${file} cannot be read${missing ? ': there is none' : ''}.`,
      { cause },
    )
  }
  const values = parseFile(file, text)
  const walk = (value: unknown, path: string) => {
    if (isObject(value))
      for (const [key, part] of Object.entries(value)) walk(part, path === '' ? key : `${path}.${key}`)
    else origins.set(path, `the file ${file}`)
  }
  walk(values, '')
  return values
}

function parseFile(file: string, text: string): Record<string, unknown> {
  try {
    // A file in which everything is a comment has no document, and is a configuration of defaults.
    const [values = null, ...more] = loadAll(text, { schema: CORE_SCHEMA, maxAliases: 0, filename: file })
    if (values === null && more.length === 0) return {}
    if (isObject(values) && more.length === 0) return values
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw cause
    throw new BrokerError('UNPROCESSABLE', `The configuration file ${file} is not YAML: ${cause.message}`, { cause })
  }
  throw new BrokerError('UNPROCESSABLE', `The configuration file ${file} is not a list of keys and values.`)
}

/** A value of the environment: a word, a number, or YAML in one line for lists. */
function parseScalar(variable: string, text: string): unknown {
  try {
    const value: unknown = load(text, { schema: CORE_SCHEMA, maxAliases: 0 })
    return value ?? text
  } catch (cause) {
    const why = cause instanceof YAMLException ? `: ${cause.reason}` : ''
    throw new BrokerError(
      'UNPROCESSABLE',
      `The environment variable ${variable} cannot be read${why}. Write a word, a number, or a list such as ${variable}='["10.0.0.0/8", "192.168.1.7"]'.`,
      { cause },
    )
  }
}

function set(values: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop() as string
  let place = values
  for (const key of keys) {
    if (!isObject(place[key]) && !Array.isArray(place[key])) place[key] = {}
    place = place[key] as Record<string, unknown>
  }
  place[last] = value
}

/** Fills the defaults in, and says what is wrong. */
function validate(values: Record<string, unknown>): string[] {
  const ajv = validator()
  const check = ajv.compile(CONFIG_SCHEMA)
  if (check(values)) return alternativeDefaults(values, ajv)
  const faults = faultsIn(check.errors, values)
  const isTaken = (path: string, candidate: unknown) => {
    const copy = structuredClone(values)
    set(copy, path, candidate)
    const left = check(copy) ? [] : faultsIn(check.errors, copy)
    return !left.some(({ instancePath }) => `${pathOf(instancePath)}.`.startsWith(`${path}.`))
  }
  return [...new Set(withoutAlternatives(faults).map((fault) => describeFault(fault, isTaken)))]
}

function faultsIn(errors: ErrorObject[] | null | undefined, values: Record<string, unknown>): ErrorObject[] {
  return (errors ?? []).filter((fault) => fault.keyword !== 'oneOf' && isOfItsType(fault, values))
}

const pathOf = (pointer: string) => pointer.slice(1).replaceAll('/', '.')

/** The types of an entry are each said to be missed; what may be written is one list. */
function withoutAlternatives(faults: readonly ErrorObject[]): ErrorObject[] {
  const isType = ({ keyword, instancePath }: ErrorObject) => keyword === 'const' && instancePath.endsWith('/type')
  const allowedAt = (path: string) =>
    faults.filter((one) => isType(one) && one.instancePath === path).map(({ params }) => params.allowedValue as unknown)
  return faults.map((one) => (isType(one) ? { ...one, params: { allowedValues: allowedAt(one.instancePath) } } : one))
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ useDefaults: true, allErrors: true, discriminator: false, strict: false, verbose: true })
  addFormatsModule.default(ajv)
  ajv.addFormat('broker-duration', isDuration)
  ajv.addFormat('broker-network', isNetwork)
  ajv.addFormat('broker-cidr', isCidr)
  ajv.addFormat('broker-address', ipaddr.isValid)
  ajv.addFormat('broker-ipv4-network', isSubnets)
  ajv.addFormat('broker-database', isDatabase)
  return ajv
}

/** The lists whose entries are of several types. */
const LISTS = { platforms: CONFIG_SCHEMA.properties.platforms, policies: CONFIG_SCHEMA.properties.policies } as const

/** The schema of one type of an entry. */
interface Alternative {
  readonly properties: { readonly type: { readonly const: string } }
}

const alternativesOf = (list: string): readonly Alternative[] | undefined =>
  LISTS[list as keyof typeof LISTS]?.items.oneOf

/** ajv holds an entry against every type of entry; what the others say of it is no fault. */
function isOfItsType({ instancePath, schemaPath, keyword }: ErrorObject, values: Record<string, unknown>): boolean {
  const [, list = '', place] = /^\/(\w+)\/(\d+)/.exec(instancePath) ?? []
  const alternative = /\/oneOf\/(\d+)\//.exec(schemaPath)?.[1]
  const types = alternativesOf(list)?.map(({ properties }) => properties.type.const)
  if (!types || place === undefined || alternative === undefined) return true
  const type = (values[list] as readonly { readonly type?: unknown }[])[Number(place)]?.type
  return types.includes(String(type)) ? types[Number(alternative)] === type : keyword === 'const'
}

/** What is said of a platform at least. */
export interface NamedPlatform {
  readonly type: PlatformConfig['type']
  readonly name: string
  readonly socket?: string
}

/** The configuration of a platform of which nothing more is said. */
export function platformConfigOf(named: NamedPlatform): PlatformConfig {
  const entry = { ...named }
  fillDefaults('platforms', entry, validator())
  return entry as PlatformConfig
}

/** ajv fills no defaults inside alternatives, so each entry is done on its own, by its type. */
function fillDefaults(list: string, entry: { readonly type: string }, ajv: Ajv2020): void {
  const schema = alternativesOf(list)?.find(({ properties }) => properties.type.const === entry.type)
  if (schema) ajv.validate(schema, entry)
}

function alternativeDefaults(values: Record<string, unknown>, ajv: Ajv2020): string[] {
  for (const list of Object.keys(LISTS))
    for (const entry of (values[list] ?? []) as { type: string }[]) fillDefaults(list, entry, ajv)
  return [...sameNames(values), ...acceleratorsNowhere(values), ...publishedNowhere(values), ...namingFaults(values)]
}

/** What an adapter cannot give to a program is not to be promised. */
function acceleratorsNowhere({ platforms = [] }: { platforms?: readonly PlatformConfig[] }): string[] {
  return platforms.flatMap(({ type, pools = [] }, index) =>
    pools.flatMap(({ accelerators = 0 }, pool) =>
      type === 'docker' && accelerators > 0
        ? [
            `platforms.${index}.pools.${pool}.accelerators must be 0: no accelerators are given to containers of an engine`,
          ]
        : [],
    ),
  )
}

/** Clients cannot connect to `all addresses`: they are told a name. */
function publishedNowhere({ platforms = [] }: { platforms?: readonly PlatformConfig[] }): string[] {
  return platforms.flatMap((platform, index) => {
    const { address, host } = (platform.type === 'docker' && platform.publish) || {}
    if (address === undefined || host !== undefined || !isUnspecified(address)) return []
    return [`platforms.${index}.publish.host is needed, because ${address} is no address that clients can connect to`]
  })
}

const isUnspecified = (address: string) => ipaddr.parse(address).range() === 'unspecified'

function describeFault(
  { instancePath, keyword, message, params, parentSchema, data }: ErrorObject,
  isTaken: (path: string, candidate: unknown) => boolean,
): string {
  const path = pathOf(instancePath)
  if (keyword === 'additionalProperties')
    return `${path ? `${path}.` : ''}${String(params.additionalProperty)} is not a key of the broker`
  if (keyword === 'format') return `${path} is not ${FORMATS[String(params.format)] ?? 'in its form'}`
  if (keyword === 'enum' || keyword === 'const')
    return `${path} must be one of ${[params.allowedValues ?? params.allowedValue]
      .flat()
      .map((value) => JSON.stringify(value))
      .join(', ')}`
  const said =
    keyword === 'type'
      ? `must be ${[params.type as string]
          .flat()
          .map((type) => TYPE_WORDS[type])
          .join(' or ')}`
      : (message ?? 'is wrong')
  const schema = (parentSchema ?? {}) as ExampleSchema
  const taken = (candidate: unknown) => isTaken(path, candidate)
  return `${path} ${said}${adviceOn({ schema, written: data, countedIn: countedInAt(path), isTaken: taken })}`
}

/** What a value in a format is called. */
const FORMATS: Readonly<Record<string, string>> = {
  uri: 'a URL',
  'broker-duration': 'a duration such as PT5M',
  'broker-network': 'an address or a network such as 10.0.0.0/8',
  'broker-cidr': 'a network such as 10.0.0.0/8; a single address is written as 10.1.2.3/32',
  'broker-address': 'an address such as 127.0.0.1',
  'broker-database':
    'a PostgreSQL server such as postgres://broker@127.0.0.1:5432/broker; the broker keeps its data there or, without it, in the data directory',
  'broker-ipv4-network': 'a network of at least 16 addresses such as 10.213.0.0/16',
}

function isDatabase(text: string): boolean {
  return /^postgres(ql)?:\/\/\S+$/.test(text)
}

/** A network as the address guard reads it: IPv4 is not written as IPv6. */
function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text) && !/^::ffff:/i.test(text)
}

function isSubnets(text: string): boolean {
  return ipaddr.IPv4.isValidCIDR(text) && ipaddr.IPv4.parseCIDR(text)[1] <= 28
}

function isNetwork(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text)
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text, 0)
    return true
  } catch (error) {
    if (error instanceof DateError) return false
    throw error
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function freeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) freeze(part)
  return value
}
