/**
 * Takes over a changed configuration while the broker runs: the platforms with their pools and prices, the policies, and
 * the registries that those ask. What else has changed is told, and waits for the next start.
 *
 * An offer keeps the prices that it was made with. What is booked stays booked, also in a pool that is not offered any
 * more; in one that is smaller now, a program that needs more than there is waits.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Config, PlatformConfig } from './config-schema.ts'
import type { EnteredPlatform } from './tend-platform.ts'

/** What takes effect at once. */
const AT_ONCE: readonly string[] = ['platforms', 'policies', 'registries'] satisfies (keyof Config)[]

/** What became of a changed configuration, as paths of its keys. */
export interface Reloaded {
  /** What is in effect now. */
  readonly taken: readonly string[]
  /** What takes effect at the next start. */
  readonly waiting: readonly string[]
}

/** What of a running broker can be changed. */
export interface Reloadable {
  /** By name. */
  readonly platforms: ReadonlyMap<string, EnteredPlatform>
  addPlatform(config: PlatformConfig): Promise<void>
  /** Throws UNPROCESSABLE, and changes nothing, for policies that cannot be understood. */
  changePolicies(config: Config): Promise<void>
}

/** The keys that say whom a user name means. */
const NAMING = ['identity', 'identity.plainNames', 'identity.issuers', 'identity.certificates']

/** True if whom a user name means is about to change: policies name users, so they wait for the restart that changes it. */
function namesWait(before: Config, after: Config): boolean {
  const changed = [...differences({ identity: before.identity }, { identity: after.identity })]
  return changed.some((path) => NAMING.includes(path) || path.startsWith('identity.certificates.'))
}

/** A running broker with the configuration that is in effect, which is not always the one that was read last. */
export class Reloading {
  readonly #running: Reloadable
  #inEffect: Config

  /** `started` is what the broker was started with. */
  constructor(running: Reloadable, started: Config) {
    this.#running = running
    this.#inEffect = started
  }

  /** Takes over what is different and need not wait. Throws UNPROCESSABLE before anything has changed; may be repeated after any failure. */
  async reload(after: Config): Promise<Reloaded> {
    const before = this.#inEffect
    const next = namesWait(before, after) ? { ...after, policies: before.policies } : after
    const elsewhere = [...differences(before, after)].filter((path) => !AT_ONCE.includes(path.split('.')[0] as string))
    const rules = (['policies', 'registries'] as const).filter((key) => !isDeepStrictEqual(before[key], next[key]))
    const unnamed = isDeepStrictEqual(next.policies, after.policies) ? [] : ['policies']
    if (rules.length > 0) await this.#running.changePolicies(next)
    this.#takeOver({ policies: next.policies, registries: next.registries })
    const { taken, waiting } = await reloadPlatforms(this.#running, before, after)
    if (after.platforms) this.#takeOver({ platforms: after.platforms })
    return { taken: [...rules, ...taken], waiting: [...elsewhere, ...unnamed, ...waiting].sort() }
  }

  #takeOver(part: Pick<Config, 'policies' | 'registries'> | Pick<Config, 'platforms'>): void {
    this.#inEffect = { ...this.#inEffect, ...part }
  }
}

async function reloadPlatforms(running: Reloadable, before: Config, { platforms }: Config): Promise<Reloaded> {
  // Which platforms there are when none is configured is found out at the start.
  if (!platforms) return { taken: [], waiting: before.platforms ? ['platforms'] : [] }
  const [taken, waiting]: [string[], string[]] = [[], []]
  for (const [index, platform] of platforms.entries()) {
    const path = `platforms.${index}`
    const known = running.platforms.get(platform.name)
    if (!known) {
      await running.addPlatform(platform)
      taken.push(path)
      continue
    }
    waiting.push(...settingsOf(known.config, platform).map((key) => `${path}.${key}`))
    if (isDeepStrictEqual(known.offered, platform.pools)) continue
    await known.offerPools(platform.pools)
    taken.push(`${path}.pools`)
  }
  for (const [name, known] of running.platforms) {
    if (known.offered === 'none' || platforms.some((platform) => platform.name === name)) continue
    await known.offerPools('none')
    taken.push(`platforms without ${name}`)
  }
  return { taken, waiting }
}

/** The settings of a platform, beside its pools, that differ. */
function settingsOf({ pools: _, ...before }: PlatformConfig, { pools: __, ...after }: PlatformConfig): string[] {
  return [...differences(before, after)]
}

/** The paths of the keys whose values differ. A list is one value. */
function differences(before: object, after: object, path: readonly string[] = []): Set<string> {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const found = [...keys].flatMap((key) => {
    const [one, other] = [(before as Fields)[key], (after as Fields)[key]]
    if (isFields(one) && isFields(other)) return [...differences(one, other, [...path, key])]
    return isDeepStrictEqual(one, other) ? [] : [[...path, key].join('.')]
  })
  return new Set(found)
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
