/**
 * Watches the platforms: hints wake the execution at once, and a comparison of everything on a timer finds what the
 * hints missed. It only wakes; what is true is found out by the worker that then takes the execution.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Owned, Platform } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as work from '../store/work.ts'

/** Wakes the executions whose program is not running any more; gives when to look again. */
export async function compareRunning(
  database: Database,
  platform: Platform,
  clock: Clock,
  everyMs: number,
): Promise<Instant> {
  const running = await executions.running(database, platform.name)
  const seen = running.length > 0 ? await platform.observe(running) : new Map<ExecutionId, never>()
  const ended = running.filter((id) => seen.get(id)?.state !== 'running')
  await work.wake(database, ended, clock.now())
  return clock.now() + everyMs
}

/** What a platform holds for this broker and no execution does (any more). */
export async function findLeftovers(database: Database, platform: Platform): Promise<readonly Owned[]> {
  const owned = await platform.owned()
  const held = await executions.stillHeld(database, [...new Set(owned.map(({ execution }) => execution))])
  return owned.filter(({ execution }) => !held.has(execution))
}

/**
 * Removes what was left over: what a crash left between two steps, or what belongs to an execution that has given
 * everything back.
 */
export async function removeLeftovers(database: Database, platform: Platform): Promise<number> {
  const leftovers = await findLeftovers(database, platform)
  const workloads = leftovers.filter((one) => one.kind === 'workload')
  const volumes = leftovers.filter((one) => one.kind === 'volume')
  for (const { execution } of workloads) await platform.releaseWorkload(execution)
  for (const volume of volumes) await platform.releaseVolume(volume)
  return leftovers.length
}
