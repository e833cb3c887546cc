/**
 * Measuring what storage really holds. An engine keeps no program to the size of its storage, so what is too much is at
 * least found out, and said where it is.
 */
import type { Clock } from '../domain/clock.ts'
import { componentPlaces, firstPositions } from '../domain/execution-plan.ts'
import { groupBy } from '../domain/group-by.ts'
import { message } from '../domain/message.ts'
import { BYTES_PER_GIB } from '../domain/resources.ts'
import type { Platform, VolumeUse } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as work from '../store/work.ts'
import { dataIn, volumeOf } from './steps/volumes.ts'
import { failExecution } from './worker-context.ts'

/** Says of each storage that holds more than it has; gives what all volumes of the platform hold, in bytes. */
export async function measureStorage(
  database: Database,
  platform: Platform,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const volumes = await platform.volumeUse(signal)
  for (const [id, held] of groupBy(volumes, ({ execution }) => execution)) {
    // No storage is smaller, so most need not be looked up.
    if (bytesOf(held) <= BYTES_PER_GIB) continue
    const execution = await executions.find(database, id)
    if (!execution || execution.givenBackAt !== undefined) continue
    for (const { position, bytes, size } of exceeded(execution, held)) {
      const used = (bytes / BYTES_PER_GIB).toFixed(1)
      const said = message('storage-exceeded', clock.now(), { used, size })
      await messages.add(database, execution.id, position, said, said.name)
    }
  }
  return bytesOf(volumes)
}

/** Ends the programs that have written more outside of their volumes than the platform allows. */
export async function limitRoots(
  database: Database,
  platform: Platform,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { rootGib } = platform.capabilities
  if (rootGib === 0) return
  const exceeding = (await platform.rootUse(signal)).filter(({ bytes }) => bytes > rootGib * BYTES_PER_GIB)
  for (const { execution: id, bytes } of exceeding) {
    const execution = await executions.find(database, id)
    if (execution?.phase !== 'AVAILABLE') continue
    const now = clock.now()
    const used = (bytes / BYTES_PER_GIB).toFixed(1)
    const reason = message('root-exceeded', now, { used, limit: rootGib })
    await database.transaction(async (tx) => {
      const { executable } = firstPositions(execution.plan)
      await failExecution(tx, id, { position: executable }, reason)
      await work.wake(tx, [id], now, 'release')
    })
  }
}

/** The storage resources of an execution that hold more than they have: the position, the bytes, and the size in GiB. */
function exceeded(
  { id, plan }: executions.Execution,
  held: readonly VolumeUse[],
): readonly { position: number; bytes: number; size: number }[] {
  return componentPlaces(plan)
    .filter(({ family }) => family === 'storage')
    .map(({ position, index }) => {
      const volumes = [volumeOf(id, 'storage', index), ...dataIn(plan, index).map((data) => volumeOf(id, 'data', data))]
      const bytes = bytesOf(held.filter(({ name }) => volumes.some((volume) => volume.name === name)))
      return { position, bytes, size: plan.storage[index]?.sizeGib ?? 0 }
    })
    .filter(({ bytes, size }) => bytes > size * BYTES_PER_GIB)
}

const bytesOf = (volumes: readonly VolumeUse[]): number => volumes.reduce((sum, { bytes }) => sum + bytes, 0)
