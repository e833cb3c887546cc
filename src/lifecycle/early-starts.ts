/**
 * The duty of starting executions early, and of preparing those that come next: whenever less is held of a pool, and by the
 * clock, since what was to come may be possible by now. Signals can be lost, so every pool is looked at from time to time.
 * Any number of processes may do this.
 */
import { prepareEarly } from '../booking/early-preparations.ts'
import { startEarly } from '../booking/early-starts.ts'
import type { Instant } from '../domain/dates.ts'
import type { PoolId } from '../store/pools.ts'
import type { Wakes } from './duty.ts'
import type { Signals } from './signals.ts'
import type { ConfiguredPool } from './survey.ts'
import type { WorkerContext } from './worker-context.ts'

/** The interval at which every pool is looked at, in milliseconds. */
const LOOK_MS = 5_000

export class EarlyStarts {
  readonly #context: WorkerContext
  readonly #pools: readonly Pick<ConfiguredPool, 'poolId'>[]
  readonly #onStart: (earlierMs: number) => void
  readonly #changed = new Set<PoolId>()
  #lookAt: Instant = Number.NEGATIVE_INFINITY

  /** Pools may come and go. `onStart` is told how much earlier than promised an execution starts, in milliseconds. */
  constructor(
    context: WorkerContext,
    pools: readonly Pick<ConfiguredPool, 'poolId'>[],
    onStart: (earlierMs: number) => void,
  ) {
    this.#context = context
    this.#pools = pools
    this.#onStart = onStart
  }

  /** Wakes the duty for every pool of which less is held. */
  wakes(signals: Signals): Wakes {
    return (wake) =>
      signals.on('pool', (id) => {
        this.#changed.add(Number(id) as PoolId)
        wake()
      })
  }

  /** Starts early what can start early in the pools that have changed; gives when every pool is looked at again. */
  async turn(): Promise<Instant> {
    const { clock } = this.#context
    if (clock.now() >= this.#lookAt) {
      for (const { poolId } of this.#pools) this.#changed.add(poolId)
      this.#lookAt = clock.now() + LOOK_MS
    }
    for (const poolId of this.#changed) await this.#startAll(poolId)
    return this.#lookAt
  }

  /** Starts early in a pool until nothing more can, and prepares what comes next. After a failure the pool counts as changed. */
  async #startAll(poolId: PoolId): Promise<void> {
    const { database, ledger, clock } = this.#context
    this.#changed.delete(poolId)
    try {
      for (;;) {
        const earlier = await startEarly(database, ledger, poolId, clock)
        if (earlier.length === 0) break
        for (const ms of earlier) this.#onStart(ms)
      }
      await prepareEarly(database, ledger, poolId, clock)
    } catch (error) {
      this.#changed.add(poolId)
      throw error
    }
  }
}
