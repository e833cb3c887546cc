/**
 * The command `broker doctor`: examines what a broker needs, with the configuration that it would start with. It needs no
 * broker that runs and disturbs none: it takes no lock, changes no row, and on engines it only tries, under a mark of
 * its own, what every start tries too.
 */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { EXIT } from './cli/exit-codes.ts'
import type { ConfigOptions } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'
import type { Config, PolicyConfig } from './config-schema.ts'
import { loadConfig } from './config.ts'
import { examineAddress, examinePublicUrl, examineSecrecy } from './doctor/addresses.ts'
import { examineDataDirectory } from './doctor/data-directory.ts'
import { examineEmbedded, examineServer } from './doctor/database.ts'
import { about, lineOf, summaryOf, type Finding } from './doctor/finding.ts'
import { examinePlace, failing, issuerFault, registryFault, type Place } from './doctor/places.ts'
import { examineIdentity, examineLeftovers, examinePlatform, type PromisedPool } from './doctor/platforms.ts'
import { BrokerError } from './domain/errors.ts'
import { refuseOpenNetwork } from './open-network.ts'
import { withPlatforms } from './platforms-looked-at.ts'
import { policiesOf } from './policies-here.ts'
import { roleOf } from './roles.ts'
import { secretIn } from './secrets.ts'
import * as broker from './store/broker.ts'
import type { Database } from './store/database.ts'
import { systemClock } from './system-clock.ts'

/** Prints what was found; 1 when a broker would not start with it, or not do its work. */
export async function doctor({ config: file, json }: ConfigOptions): Promise<number> {
  const terminal = processTerminal()
  const findings: Finding[] = []
  const tell = (found: readonly Finding[]) => {
    for (const one of found) terminal.result(json ? JSON.stringify({ type: 'finding', ...one }) : lineOf(one))
    findings.push(...found)
  }
  const config = readConfig(file, tell)
  if (config) for (const part of parts(config)) tell(await part())
  if (!json) terminal.result(summaryOf(findings))
  return findings.some(({ state }) => state === 'problem') ? EXIT.failed : EXIT.ok
}

function readConfig(file: string | undefined, tell: (found: readonly Finding[]) => void): Config | undefined {
  const { ok, problem } = about('configuration')
  try {
    const { config } = loadConfig({ file, environment: process.env })
    tell([ok('It can be understood.')])
    return config
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    tell([problem(error.detail, 'Mend it; the rest is looked at then.')])
    return undefined
  }
}

/** What is looked at, one after the other. */
function parts(config: Config): readonly (() => Promise<Finding[]>)[] {
  const { listen, publicUrl, dataDirectory, database, identity } = config
  return [
    async () => rules(config),
    async () => [
      await examineAddress(listen),
      ...examinePublicUrl(publicUrl),
      ...examineSecrecy(listen, publicUrl, identity !== undefined),
    ],
    () => examineDataDirectory(dataDirectory),
    () =>
      database.url === undefined
        ? examineEmbedded(resolve(dataDirectory))
        : examineServer(database.url, systemClock, (opened) => leftovers(config, opened)),
    () => platforms(config),
    () => policies(config),
    () => Promise.all(issuers(config).map((place) => examinePlace(place))),
    async () => clientSecrets(config),
  ]
}

/** What a broker refuses to start with, although each key by itself is right. */
function rules(config: Config): Finding[] {
  return [refuseOpenNetwork, roleOf].flatMap((rule) => brokenRule('configuration', () => rule(config)))
}

/** The sentence of a rule that is broken, as a problem; nothing otherwise. */
function brokenRule(area: string, rule: () => unknown): Finding[] {
  try {
    rule()
    return []
  } catch (error) {
    return [refusalOf(area, error)]
  }
}

function refusalOf(area: string, error: unknown): Finding {
  if (!(error instanceof BrokerError)) throw error
  return about(area).problem(error.detail, 'A broker does not start before that is mended.')
}

/** Looks at every platform under a mark of its own, so that a broker that is just looking too is not in the way. */
function platforms(config: Config): Promise<Finding[]> {
  return withPlatforms(config, `doctor${randomBytes(3).toString('hex')}`, (platform, warned, unreached) =>
    examinePlatform(platform, systemClock, warned, unreached, poolsOfPlatform(config, platform.name)),
  )
}

function poolsOfPlatform({ platforms = [] }: Config, platform: string): readonly PromisedPool[] {
  return platforms.find(({ name }) => name === platform)?.pools ?? []
}

/** Looks for what lies about of the broker that has this database. */
async function leftovers(config: Config, database: Database): Promise<Finding[]> {
  const brokerId = await broker.known(database)
  if (brokerId === undefined) return []
  return withPlatforms(config, brokerId, async (platform) => {
    const foreign = await examineIdentity(database, platform)
    // What lies on another engine is none of this broker.
    return foreign.length > 0 ? foreign : examineLeftovers(database, platform)
  })
}

/** Whether the policies can be understood, and whom they ask. */
async function policies(config: Config): Promise<Finding[]> {
  const area = 'policies'
  try {
    const site = await policiesOf(config, systemClock)
    await site.close()
    const names = [...site.policies, ...site.quotas].map(({ name }) => name)
    const found =
      names.length === 0
        ? 'There are none: all that the platforms can do is allowed.'
        : `They can be understood: ${names.join(', ')}.`
    return [about(area).ok(found), ...(await Promise.all(asked(config).map((place) => examinePlace(place))))]
  } catch (error) {
    return [refusalOf(area, error)]
  }
}

/** Whom the policies ask: registries, Harbor, OPA. */
function asked({ registries, policies: configured = [] }: Config): Place[] {
  const area = 'policies'
  const without = 'what depends on it is refused'
  const outside = configured.flatMap((one): Place[] => {
    if (one.type === 'harbor')
      return [
        {
          area,
          name: `The Harbor of ${one.name}`,
          url: new URL('/api/v2.0/ping', one.url).href,
          wrong: failing,
          without,
        },
      ]
    if (one.type === 'opa')
      return [
        {
          area,
          name: `The policy service of ${one.name}`,
          url: new URL('/health', one.url).href,
          wrong: failing,
          without,
        },
      ]
    return []
  })
  return [...registries.map((registry) => registryPlace(registry)), ...whiteListed(registries, configured), ...outside]
}

/** The registries that a white list has resolved, and of which nothing more is configured. */
function whiteListed(known: Config['registries'], policies: readonly PolicyConfig[]): Place[] {
  const rules = policies.flatMap((one) => (one.type === 'images' && one.resolve ? one.allow : []))
  const hosts = new Set(rules.flatMap(({ registry }) => (registry === undefined ? [] : [registry.toLowerCase()])))
  for (const { host } of known) hosts.delete(host.toLowerCase())
  return [...hosts].map((host) => ({
    ...registryPlace({ host: host === 'docker.io' ? 'registry-1.docker.io' : host, plainHttp: false }),
    without: 'requests for its images are refused, unless the policy has `resolve: false`',
  }))
}

function registryPlace({ host, plainHttp, username, passwordFile }: Config['registries'][number]): Place {
  const password = passwordFile === undefined ? '' : secretIn(passwordFile, `the password for ${host}`)
  return {
    area: 'registries',
    name: `The registry ${host}`,
    url: `${plainHttp ? 'http' : 'https'}://${host}/v2/`,
    authorization:
      username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    wrong: registryFault,
    without: 'images of it cannot be checked',
  }
}

/** The issuers of tokens, by their discovery documents. */
function issuers({ identity }: Config): Place[] {
  return (identity?.issuers ?? []).map(({ issuer }) => ({
    area: 'identities',
    name: `The issuer ${issuer}`,
    url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    wrong: (answer) => issuerFault(issuer, answer),
    without: 'nobody can come in with its tokens',
  }))
}

/** Secrets that are read only when somebody comes with a token. */
function clientSecrets({ identity }: Config): Finding[] {
  const files = (identity?.issuers ?? []).flatMap(({ introspection, exchange }) =>
    [introspection, exchange].flatMap((client) => client?.clientSecretFile ?? []),
  )
  return files.flatMap((file) => brokenRule('identities', () => secretIn(file, 'a client secret')))
}
