/** The figures of what a site has and of what goes on there: platforms, pools and executions, as they are when they are asked for. */
import { Gauge, type Registry } from 'prom-client'
import { levelsOf } from '../booking/levels.ts'
import type { Clock } from '../domain/clock.ts'
import { isBrokerError } from '../domain/errors.ts'
import { EXECUTION_PHASES, executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { capacityOver } from '../domain/pool-capacity.ts'
import { RESOURCES } from '../domain/resources.ts'
import type { ConfiguredPool } from '../lifecycle/survey.ts'
import type { Platform } from '../platforms/platform.ts'
import * as executions from '../store/executions.ts'
import * as pools from '../store/pools.ts'
import { OVERDUE_MS } from './admin-pools.ts'
import type { HttpContext } from './context.ts'

/** Whoever collects figures does not wait for an engine for longer, in milliseconds. */
const PATIENCE_MS = 2_000

/** The phases in which an offer was never accepted. */
const UNACCEPTED: readonly ExecutionPhase[] = ['REJECTED', 'EXPIRED']
const SHOWN_PHASES = EXECUTION_PHASES.filter((phase) => !UNACCEPTED.includes(phase))
/** The phases in which an accepted execution ends. */
export const END_PHASES = SHOWN_PHASES.filter((phase) => executionLifecycle.isTerminal(phase))

type Site = Pick<HttpContext, 'database' | 'clock' | 'drained' | 'ledger' | 'platforms' | 'survey'>

export class SiteFigures {
  readonly #up: Gauge<'platform'>
  readonly #capacity: Gauge<'platform' | 'pool' | 'resource'>
  readonly #booked: Gauge<'platform' | 'pool' | 'resource'>
  readonly #free: Gauge<'platform' | 'pool' | 'resource'>
  readonly #drained: Gauge<'platform' | 'pool'>
  readonly #executions: Gauge<'phase'>

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Gauge({ name, help, labelNames, registers })
    const ofPools = ['platform', 'pool', 'resource'] as const
    this.#up = gauge('broker_platform_up', 'Whether a platform answers and takes work on.', ['platform'])
    this.#capacity = gauge('broker_pool_capacity', 'The amount of a resource that a pool has now.', ofPools)
    this.#booked = gauge('broker_pool_booked', 'The amount of a resource that is booked in a pool now.', ofPools)
    this.#free = gauge(
      'broker_pool_free',
      'The amount of a resource that is free in a pool now; 0 in one that is drained.',
      ofPools,
    )
    this.#drained = gauge('broker_pool_drained', 'Whether a pool is drained, so that nothing new is offered in it.', [
      'platform',
      'pool',
    ])
    this.#executions = gauge(
      'broker_executions',
      'Offers that are open, and executions that were accepted and have not released everything, by phase.',
      ['phase'],
    )
  }

  /** Looks at the platforms, and at the database. Throws UNAVAILABLE when it is away. */
  async look(site: Site): Promise<void> {
    this.#up.reset()
    await Promise.all(
      site.platforms.map(async (platform) => {
        this.#up.set({ platform: platform.name }, (await isUp(platform, site.clock)) ? 1 : 0)
      }),
    )
    const phases = await executions.phases(site.database)
    this.#executions.reset()
    for (const phase of SHOWN_PHASES) this.#executions.set({ phase }, 0)
    for (const { phase, count } of phases) this.#executions.set({ phase }, count)
    for (const one of [this.#capacity, this.#booked, this.#free, this.#drained]) one.reset()
    const drained = await site.drained.now()
    for (const pool of site.survey.pools) await this.#lookAtPool(pool, drained.has(pool.poolId), site)
  }

  async #lookAtPool(
    { poolId, name, platform }: ConfiguredPool,
    isDrained: boolean,
    { database, ledger, clock }: Site,
  ): Promise<void> {
    const now = clock.now()
    const { profile } = await ledger.glance(database, poolId)
    const steps = capacityOver(await pools.capacity(database, poolId))
    const instant = { fromAt: now, toAt: now + 1, parts: 1 }
    for (const resource of RESOURCES) {
      const [level] = profile.during(profile.overdue(now, OVERDUE_MS), () =>
        levelsOf(profile, steps, resource, instant),
      )
      const { booked, capacity } = level ?? { booked: 0, capacity: 0 }
      const labels = { platform: platform.name, pool: name, resource }
      this.#capacity.set(labels, capacity)
      this.#booked.set(labels, booked)
      this.#free.set(labels, isDrained ? 0 : Math.max(0, capacity - booked))
    }
    this.#drained.set({ platform: platform.name, pool: name }, isDrained ? 1 : 0)
  }
}

/** False for a platform that does not answer in time as well. */
async function isUp(platform: Platform, clock: Clock): Promise<boolean> {
  let cancel = () => {}
  const late = new Promise<false>((resolve) => (cancel = clock.at(clock.now() + PATIENCE_MS, () => resolve(false))))
  const asked = platform.probe().then(
    () => true,
    (error: unknown) => {
      if (!isBrokerError(error)) throw error
      return false
    },
  )
  return Promise.race([asked, late]).finally(() => cancel())
}
