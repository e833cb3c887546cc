/** Asks a platform until it answers, offers its pools then, and looks after what runs on it. */
import type { Clock } from './domain/clock.ts'
import { isBrokerError } from './domain/errors.ts'
import { compareRunning, removeLeftovers } from './lifecycle/observer.ts'
import type { ConfiguredPool } from './lifecycle/survey.ts'
import type { WorkerContext } from './lifecycle/worker-context.ts'
import { poolsOf, type ChosenPlatform } from './platforms-here.ts'
import type { Platform } from './platforms/platform.ts'
import type { Database } from './store/database.ts'
import * as pools from './store/pools.ts'
import * as work from './store/work.ts'

/** How often leftovers of crashes are looked for, in milliseconds. */
const LEFTOVERS_EVERY_MS = 60_000
/** How often a platform that does not answer is asked again, and whether one has answered meanwhile, in milliseconds. */
const PROBE_AGAIN_MS = 5_000
const NEVER = Number.MAX_SAFE_INTEGER

/** Begins a standing duty; see `duty.ts`. */
export type StartDuty = (name: string, turn: () => Promise<number>) => void

export interface Tending {
  readonly context: WorkerContext
  readonly duty: StartDuty
  /** What is to be closed at the end, the last first. */
  readonly closing: (() => Promise<void>)[]
  readonly observeEveryMs: number
}

/**
 * Enters the pools of a platform as soon as it answers, and hands them to `offer`. With `watch`, what runs on it is
 * looked after too.
 */
export async function enterPlatform(
  { platform, config }: ChosenPlatform,
  offer: (entered: readonly ConfiguredPool[]) => void,
  tending: Tending,
  watch: boolean,
): Promise<void> {
  const { context, duty } = tending
  const { database, clock, ledger, log } = context
  let entered = false
  const tryToEnter = async () => {
    if (entered) return
    const found = await enterPools(platform, config.pools ?? [], database, clock)
    // Read now, so that the first request does not wait for it.
    await ledger.known(
      database,
      found.map(({ poolId }) => poolId),
    )
    offer(found)
    entered = true
    if (watch) hearHints(platform, tending)
  }
  // The first time before the service listens, so that the first request finds the pools of a platform that answers.
  await tryToEnter().catch((error: unknown) => {
    if (!isBrokerError(error)) throw error
    log('warn', `The platform ${platform.name} does not answer yet.`, { error })
  })
  duty(`watching ${platform.name}`, async () => {
    try {
      await tryToEnter()
    } catch (error) {
      if (!isBrokerError(error)) throw error
      log('warn', `The platform ${platform.name} does not answer.`, { error })
      return clock.now() + PROBE_AGAIN_MS
    }
    return watch ? compareRunning(database, platform, clock, tending.observeEveryMs) : NEVER
  })
  if (!watch) return
  duty(`removing leftovers on ${platform.name}`, async () => {
    if (!entered) return clock.now() + PROBE_AGAIN_MS
    const removed = await removeLeftovers(database, platform)
    if (removed > 0) log('info', `Removed ${removed} leftovers on ${platform.name}.`)
    return clock.now() + LEFTOVERS_EVERY_MS
  })
}

/** Wakes the executions of which the platform says that something has become of them. */
function hearHints(platform: Platform, { context: { database, clock, log }, closing }: Tending): void {
  const unwatch = platform.watch((execution) => {
    work
      .wake(database, [execution], clock.now())
      .catch((error: unknown) => log('warn', 'A hint of a platform was lost.', { error }))
  })
  closing.push(async () => unwatch())
}

/** Enters the pools of a platform that answers into the ledger. */
async function enterPools(
  platform: Platform,
  configured: NonNullable<Parameters<typeof poolsOf>[0]>,
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
