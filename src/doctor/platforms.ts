/** Whether a platform answers, what it enforces, and what lies about on it. A broker that uses it is not disturbed. */
import type { Clock } from '../domain/clock.ts'
import { BrokerError } from '../domain/errors.ts'
import { findLeftovers } from '../lifecycle/observer.ts'
import { RESOURCE_WORDS, type Amounts } from '../domain/resources.ts'
import { foreignAdvice } from '../platforms/foreign-advice.ts'
import type { Platform } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import * as platforms from '../store/platforms.ts'
import { compareClocks } from './clocks.ts'
import { about, type Finding } from './finding.ts'

const SIMULATE_ON_PURPOSE =
  'Start an engine; if only simulating is meant, write it into broker.yaml: platforms: [{type: simulated, name: simulated}].'

/**
 * Looks at a platform; `warned` are what it has said of itself while it was looked at, `unreached` why it is simulated
 * although nobody asked for that, `pools` what is promised of it.
 */
export async function examinePlatform(
  platform: Platform,
  clock: Clock,
  warned: readonly string[],
  unreached: readonly string[],
  pools: readonly PromisedPool[],
): Promise<Finding[]> {
  const { ok, warning, problem } = about(`platform ${platform.name}`)
  if (unreached.length > 0) return [warning(unreached.join(' '), SIMULATE_ON_PURPOSE)]
  if (platform.capabilities.simulated) return [ok('It simulates: nothing is really run there.')]
  const askedAt = clock.now()
  try {
    const { product, capacity, clockAt } = await platform.probe()
    const answeredAt = clock.now()
    const { cores, memory } = capacity
    const beyond = (['cores', 'memory'] as const).flatMap((resource) => beyondCapacity(resource, pools, capacity))
    return [
      ok(`${product} answers, on a machine with ${cores} cores and ${memory} GiB of memory.`),
      ...beyond.map(([found, advice]) => warning(found, advice)),
      ...warned.map((one) =>
        warning(sentence(one), 'Give the engine the cgroup controllers, or an init program, and look again.'),
      ),
      ...(platform.capabilities.enforcesMemory ? [ok('It keeps programs to their memory.')] : []),
      ...(clockAt === undefined ? [] : [compareClocks(product, { theirsAt: clockAt, askedAt, answeredAt })]),
    ]
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    return [problem(sentence(error.forOperator), 'Until it answers nothing is offered there.')]
  }
}

/** The amounts that are configured of a pool, where they are. */
export interface PromisedPool {
  readonly name: string
  readonly cores?: number
  readonly memory?: number
}

/** Promises beyond what the machine has would have programs compete for it: a finding and what to do. */
function beyondCapacity(
  resource: 'cores' | 'memory',
  pools: readonly PromisedPool[],
  capacity: Amounts,
): [found: string, advice: string][] {
  const promised = pools.reduce((sum, pool) => sum + (pool[resource] ?? capacity[resource]), 0)
  if (promised <= capacity[resource]) return []
  const what = RESOURCE_WORDS[resource]
  const advice = `Let the pools (${pools.map(({ name }) => name).join(', ')}) have ${capacity[resource]} together, or leave \`${resource}\` out.`
  return [[`Its pools promise ${promised} ${what}; the machine has ${capacity[resource]}.`, advice]]
}

/** Looks at whether a platform is the one that the database knows; nothing where it is, or where it does not answer. */
export async function examineIdentity(database: Database, platform: Platform): Promise<Finding[]> {
  const { identity } = await platform.probe().catch((error: unknown) => {
    // That it does not answer is said where the platform itself is looked at.
    if (!(error instanceof BrokerError)) throw error
    return { identity: undefined }
  })
  const known = await platforms.known(database, platform.name)
  if (identity === undefined || known === undefined || known === identity) return []
  return [
    about(`platform ${platform.name}`).problem(
      `The database knows it as ${known}, and here it is ${identity}: it is another one, and nothing is offered there.`,
      `${foreignAdvice(platform.name, platform.capabilities.simulated)}.`,
    ),
  ]
}

/** Looks for what a platform holds for the broker of a database and no execution there does. */
export async function examineLeftovers(database: Database, platform: Platform): Promise<Finding[]> {
  const { ok, warning } = about(`platform ${platform.name}`)
  try {
    const { length } = await findLeftovers(database, platform)
    if (length === 0) return [ok('Nothing lies about there that belongs to no execution.')]
    const advice =
      'A broker that works (role all or worker) removes them within a minute or two; if it does not, its log says why.'
    return [warning(`What lies about there and belongs to no execution: ${length} containers or volumes.`, advice)]
  } catch (error) {
    // That it does not answer is said when it is looked at itself.
    if (!(error instanceof BrokerError)) throw error
    return []
  }
}

const sentence = (words: string) => (words.endsWith('.') ? words : `${words}.`)
