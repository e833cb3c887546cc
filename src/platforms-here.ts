/** Which platforms this broker has: those that are configured, or what answers on this machine. Beside main.ts the only file that names an adapter. */
import { join } from 'node:path'
import type { PlatformConfig, PoolConfig } from './config-schema.ts'
import { milliseconds, platformConfigOf } from './config.ts'
import type { Clock } from './domain/clock.ts'
import { codeOf } from './domain/error-code.ts'
import { isBrokerError, type BrokerError } from './domain/errors.ts'
import type { ImageReference } from './domain/image-reference.ts'
import type { PriceList } from './domain/price-list.ts'
import type { Amounts } from './domain/resources.ts'
import type { Log } from './lifecycle/worker-context.ts'
import type { Platform } from './platforms/platform.ts'
import { priceListOf } from './price-lists.ts'
import { likeliest, type EnginePlaces } from './engine-places.ts'
import type { RegistryLogin } from './registries/known-registry.ts'
import { unlessAway } from './platforms/simulated/away.ts'
import { SimulatedPlatform } from './platforms/simulated/simulated-platform.ts'

export interface PlatformSurroundings {
  readonly clock: Clock
  /** The data directory. */
  readonly directory: string
  readonly brokerId: string
  readonly outputBytesMax: number
  /** The places at which an engine is looked for when the configuration names no socket. */
  readonly engines: EnginePlaces
  /** What registries are shown that images are pulled from. */
  readonly loginAt: (host: string) => RegistryLogin | undefined
  /** The digest that a registry says a tag means; undefined when it does not say. */
  readonly digestOfTag: (reference: ImageReference, signal: AbortSignal) => Promise<string | undefined>
  readonly log: Log
}

/** A platform with its configuration, which is made up for one that was found. */
export interface ChosenPlatform {
  readonly platform: Platform
  readonly config: PlatformConfig
}

/** A pool with what it has and, where something is configured, what that costs. */
export interface ChosenPool {
  readonly name: string
  readonly amounts: Amounts
  /** What its accelerators are called. */
  readonly acceleratorType?: string
  readonly prices: PriceList | undefined
}

/** What a simulated platform has when nothing says otherwise: enough for thousands of executions at once. */
const SIMULATED_CAPACITY: Amounts = { cores: 10_000, memory: 40_000, storage: 1_000_000, accelerators: 0 }

/** The platforms of a broker. */
export interface ChosenPlatforms {
  readonly platforms: readonly ChosenPlatform[]
  /** Notes for the person who has just started it. */
  readonly notes: readonly string[]
  /** The reasons that nothing is really run, as sentences; empty where something is, or where that was asked for. */
  readonly unreached: readonly string[]
}

/** Opens the configured platforms; without any, the engine that answers first, or else the simulated one. */
export async function choosePlatforms(
  configured: readonly PlatformConfig[] | undefined,
  surroundings: PlatformSurroundings,
): Promise<ChosenPlatforms> {
  if (configured) {
    const opened = configured.map(async (config) => ({ platform: await openPlatform(config, surroundings), config }))
    return { platforms: await Promise.all(opened), notes: [], unreached: [] }
  }
  const unreached = [...surroundings.engines.refused]
  for (const socket of surroundings.engines.sockets) {
    const config = platformConfigOf({ type: 'docker', name: 'docker', socket })
    const platform = await openPlatform(config, surroundings)
    try {
      const { product } = await platform.probe()
      const note = `Containers run on ${product} at ${socket}.`
      return { platforms: [{ platform, config }], notes: [...surroundings.engines.refused, note], unreached: [] }
    } catch (error) {
      await platform.close()
      if (!isBrokerError(error, 'PLATFORM_UNAVAILABLE')) throw error
      unreached.push(...whyUnreached(error))
    }
  }
  const config = platformConfigOf({ type: 'simulated', name: 'simulated' })
  const notes = [...unreached, NOTHING_ANSWERS]
  return { platforms: [{ platform: await openPlatform(config, surroundings), config }], notes, unreached: notes }
}

/** The note for a broker that simulates containers unasked. */
export const NOTHING_ANSWERS =
  'No Docker Engine and no Podman service answers, so containers are simulated: nothing is really run.'

/** The sentence for the operator about an engine that was not reached; none where there is no socket at all. */
export function whyUnreached({ cause, context: { forOperator } }: BrokerError): string[] {
  return codeOf(cause) === 'ENOENT' || typeof forOperator !== 'string' ? [] : [`${forOperator}.`]
}

/** The pools of a platform with their amounts and prices: as configured, and what the platform has where nothing is. */
export function poolsOf(configured: readonly PoolConfig[], capacity: Amounts): ChosenPool[] {
  if (configured.length === 0) return [{ name: 'default', amounts: capacity, prices: undefined }]
  return configured.map((pool) => ({
    name: pool.name,
    amounts: {
      cores: pool.cores ?? capacity.cores,
      memory: pool.memory ?? capacity.memory,
      storage: pool.storage ?? capacity.storage,
      accelerators: pool.accelerators ?? capacity.accelerators,
    },
    ...(pool.acceleratorType === undefined ? {} : { acceleratorType: pool.acceleratorType }),
    prices: priceListOf(pool),
  }))
}

/** Opens a platform by its configuration. */
export async function openPlatform(config: PlatformConfig, surroundings: PlatformSurroundings): Promise<Platform> {
  const { clock, directory, brokerId, outputBytesMax, engines, loginAt, digestOfTag, log } = surroundings
  if (config.type === 'simulated') {
    const place = join(directory, 'simulated', config.name)
    const simulated = new SimulatedPlatform({
      name: config.name,
      directory: place,
      capacity: SIMULATED_CAPACITY,
      defaultDurationMs: milliseconds(config.duration),
      clock,
    })
    return unlessAway(simulated, place)
  }
  const { DockerPlatform } = await import('./platforms/docker/docker-platform.ts')
  return new DockerPlatform({
    name: config.name,
    socket: config.socket ?? likeliest(engines) ?? '/var/run/docker.sock',
    brokerId,
    capacity: {},
    network: config.network,
    ...(config.publish ? { publish: { ...config.publish, host: config.publish.host ?? config.publish.address } } : {}),
    ...(config.subnets === undefined ? {} : { subnets: config.subnets }),
    pidsMax: config.processes,
    ...(config.user === undefined ? {} : { user: config.user }),
    readOnlyRoot: config.readOnlyRoot,
    rootGib: config.rootSize,
    capabilities: config.capabilities,
    clock,
    outputMaxBytes: outputBytesMax,
    loginAt,
    digestOfTag,
    log,
  })
}
