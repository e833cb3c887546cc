/**
 * Starts executions early: whenever less is held of a pool, and by the clock, since what was to come may be possible by
 * now. Signals can be lost, so every pool is looked at from time to time. Any number of processes may do this.
 */
import { startEarly } from '../booking/early-starts.ts'
import { until } from '../domain/clock.ts'
import type { PoolId } from '../store/pools.ts'
import type { Duty } from './duty.ts'
import type { Signals } from './signals.ts'
import type { ConfiguredPool } from './survey.ts'
import type { WorkerContext } from './worker-context.ts'

/** The interval at which every pool is looked at, in milliseconds. */
const LOOK_MS = 5_000

/** Told how much earlier than promised an execution starts, in milliseconds. */
type OnEarlyStart = (earlierMs: number) => void

/** Begins to start executions early in pools, which may come and go, until it is stopped. */
export function beginEarlyStarts(
  context: WorkerContext,
  signals: Signals,
  pools: readonly Pick<ConfiguredPool, 'poolId'>[],
  onStart: OnEarlyStart,
): Duty {
  const { clock, log } = context
  const stopping = new AbortController()
  const changed = new Set<PoolId>()
  let wake = () => {}
  const off = signals.on('pool', (id) => {
    changed.add(Number(id) as PoolId)
    wake()
  })
  const pause = async (untilAt: number) => {
    if (changed.size > 0) return
    const over = new AbortController()
    const signalled = new Promise<void>((resolve) => (wake = resolve))
    const signal = AbortSignal.any([over.signal, stopping.signal])
    // The only ways for this wait to be rejected are the stop, which the loop sees, and that there is something to do.
    await Promise.race([signalled, until(clock, untilAt, signal).catch(() => undefined)])
    over.abort()
  }
  const loop = async () => {
    let lookAt = clock.now()
    while (!stopping.signal.aborted) {
      if (clock.now() >= lookAt) {
        for (const { poolId } of pools) changed.add(poolId)
        lookAt = clock.now() + LOOK_MS
      }
      for (const poolId of changed) {
        changed.delete(poolId)
        await startAll(context, poolId, onStart).catch((error: unknown) => {
          log('error', 'Executions could not be started early; it is tried again.', { error, poolId })
        })
      }
      await pause(lookAt)
    }
  }
  const running = loop()
  return {
    stop: () => {
      off()
      stopping.abort()
      return running
    },
  }
}

/** Starts early what can start early in a pool, until nothing more can. */
async function startAll({ database, ledger, clock }: WorkerContext, poolId: PoolId, onStart: OnEarlyStart) {
  for (;;) {
    const earlier = await startEarly(database, ledger, poolId, clock)
    if (earlier.length === 0) return
    for (const ms of earlier) onStart(ms)
  }
}
