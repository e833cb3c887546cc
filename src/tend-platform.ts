/** Asks a platform until it answers, offers its pools then, and looks after what runs on it. */
import type { PlatformConfig, PoolConfig } from './config-schema.ts'
import type { Clock } from './domain/clock.ts'
import { isBrokerError } from './domain/errors.ts'
import type { Wakes } from './lifecycle/duty.ts'
import { compareRunning, removeLeftovers } from './lifecycle/observer.ts'
import { limitRoots, measureStorage } from './lifecycle/storage-use.ts'
import type { ConfiguredPool } from './lifecycle/survey.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { poolsOf, type ChosenPlatform } from './platforms-here.ts'
import type { Platform } from './platforms/platform.ts'
import type { Database } from './store/database.ts'
import * as pools from './store/pools.ts'

/** How often leftovers of crashes are looked for, in milliseconds. */
const LEFTOVERS_EVERY_MS = 60_000
/** How often a platform that does not answer is asked again, and whether one has answered meanwhile, in milliseconds. */
const PROBE_AGAIN_MS = 5_000
const NEVER = Number.MAX_SAFE_INTEGER

/** Begins a standing duty; see `duty.ts`. */
export type StartDuty = (name: string, turn: () => Promise<number>, wakes?: Wakes) => void

export interface Tending {
  readonly context: WorkerContext
  readonly duty: StartDuty
  /** What is to be closed at the end, the last first. */
  readonly closing: (() => Promise<void>)[]
  readonly observeEveryMs: number
  readonly measureEveryMs: number
  readonly measureRootEveryMs: number
  /** The platforms of which nothing is offered now, and why, in words for a client. */
  readonly away: Map<string, string>
  /** Told what the volumes on a platform hold, in bytes. */
  readonly measured: (platform: string, bytes: number) => void
}

/** The pools of a platform as they are configured; `none` when nothing is to be offered there any more. */
export type OfferedPools = readonly PoolConfig[] | undefined | 'none'

/** A platform that runs and can be told what of it is offered. */
export interface EnteredPlatform {
  /** What it was opened with. */
  readonly config: PlatformConfig
  readonly offered: OfferedPools
  /** Offers these pools of it and no others, at once or when it answers. */
  offerPools(pools: OfferedPools): Promise<void>
}

/**
 * Enters the pools of a platform as soon as it answers, and hands them to `offer`, each time they change. With `watch`,
 * what runs on it is looked after too.
 */
export async function enterPlatform(
  { platform, config }: ChosenPlatform,
  offer: (entered: readonly ConfiguredPool[]) => void,
  tending: Tending,
  watch: boolean,
): Promise<EnteredPlatform> {
  const { context, duty } = tending
  const { database, clock, ledger, log } = context
  const { away } = tending
  let offered: OfferedPools = config.pools
  let entered = false
  const enter = async () => {
    const found = offered === 'none' ? [] : await enterPools(platform, offered ?? [], database, clock)
    // Read now, so that the first request does not wait for it.
    await ledger.known(
      database,
      found.map(({ poolId }) => poolId),
    )
    offer(found)
  }
  const tryToEnter = async () => {
    if (entered) return
    try {
      await enter()
    } catch (error) {
      if (isBrokerError(error)) away.set(platform.name, error.detail)
      throw error
    }
    away.delete(platform.name)
    entered = true
    if (watch) hearHints(platform, tending)
  }
  // The first time before the service listens, so that the first request finds the pools of a platform that answers.
  await tryToEnter().catch((error: unknown) => {
    if (!isBrokerError(error)) throw error
    log('warn', `The platform ${platform.name} takes nothing on yet: ${error.forOperator}`, { error })
  })
  duty(`watching ${platform.name}`, async () => {
    try {
      await tryToEnter()
    } catch (error) {
      if (!isBrokerError(error)) throw error
      log('warn', `The platform ${platform.name} takes nothing on: ${error.forOperator}`, { error })
      return clock.now() + PROBE_AGAIN_MS
    }
    return watch ? compareRunning(database, platform, clock, tending.observeEveryMs) : NEVER
  })
  if (watch) {
    removeLeftoversOf(platform, () => entered, tending)
    measureStorageOf(platform, () => entered, tending)
    limitRootsOn(platform, () => entered, tending)
  }
  return {
    config,
    get offered() {
      return offered
    },
    async offerPools(pools) {
      offered = pools
      if (entered) await enter()
    },
  }
}

function removeLeftoversOf(platform: Platform, hasAnswered: () => boolean, { context, duty }: Tending): void {
  const { database, clock, log } = context
  duty(`removing leftovers on ${platform.name}`, async () => {
    if (!hasAnswered()) return clock.now() + PROBE_AGAIN_MS
    const removed = await removeLeftovers(database, platform)
    if (removed > 0) log('info', `Removed ${removed} leftovers on ${platform.name}.`)
    return clock.now() + LEFTOVERS_EVERY_MS
  })
}

function measureStorageOf(
  platform: Platform,
  hasAnswered: () => boolean,
  { context: { database, clock, log }, duty, closing, measureEveryMs, measured }: Tending,
): void {
  const over = new AbortController()
  closing.push(async () => over.abort())
  // Not at the start, when both sides have enough to do.
  const firstAt = clock.now() + measureEveryMs
  duty(`measuring storage on ${platform.name}`, async () => {
    if (clock.now() < firstAt) return firstAt
    if (!hasAnswered()) return clock.now() + PROBE_AGAIN_MS
    try {
      measured(platform.name, await measureStorage(database, platform, clock, over.signal))
    } catch (error) {
      if (over.signal.aborted) return NEVER
      if (!isBrokerError(error)) throw error
      log('warn', `The storage on ${platform.name} could not be measured.`, { error })
    }
    return clock.now() + measureEveryMs
  })
}

function limitRootsOn(
  platform: Platform,
  hasAnswered: () => boolean,
  { context: { database, clock, log }, duty, closing, measureRootEveryMs }: Tending,
): void {
  const over = new AbortController()
  closing.push(async () => over.abort())
  duty(`measuring what programs on ${platform.name} write`, async () => {
    if (!hasAnswered()) return clock.now() + PROBE_AGAIN_MS
    try {
      await limitRoots(database, platform, clock, over.signal)
    } catch (error) {
      if (over.signal.aborted) return NEVER
      if (!isBrokerError(error)) throw error
      log('warn', `What programs on ${platform.name} have written could not be measured.`, { error })
    }
    return clock.now() + measureRootEveryMs
  })
}

/** Wakes the executions of which the platform says that something has become of them. */
function hearHints(platform: Platform, { context: { joint, log }, closing }: Tending): void {
  const unwatch = platform.watch((execution) => {
    joint.wake(execution).catch((error: unknown) => log('warn', 'A hint of a platform was lost.', { error }))
  })
  closing.push(async () => unwatch())
}

/** Enters the pools of a platform that answers into the ledger, with what they have now. */
async function enterPools(
  platform: Platform,
  configured: readonly PoolConfig[],
  database: Database,
  clock: Clock,
): Promise<ConfiguredPool[]> {
  const { capacity } = await platform.probe()
  const entered: ConfiguredPool[] = []
  for (const { name, amounts, acceleratorType, prices } of poolsOf(configured, capacity)) {
    const poolId = await pools.keep(database, platform.name, name, amounts, clock.now())
    entered.push({
      platform,
      name,
      poolId,
      capacity: amounts,
      prices,
      ...(acceleratorType === undefined ? {} : { acceleratorType }),
    })
  }
  return entered
}
