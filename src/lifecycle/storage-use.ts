/**
 * Measuring what storage really holds. An engine keeps no program to the size of its storage, so what is too much is at
 * least found out, and said where it is.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { componentPlaces, firstPositions } from '../domain/execution-plan.ts'
import { groupBy } from '../domain/group-by.ts'
import { message } from '../domain/message.ts'
import { BYTES_PER_GIB } from '../domain/resources.ts'
import type { Platform, VolumeUse } from '../platforms/platform.ts'
import type { Database } from '../store/database.ts'
import * as components from '../store/components.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as work from '../store/work.ts'
import { dataIn, volumeOf } from './steps/volumes.ts'
import { failExecution } from './worker-context.ts'

/**
 * Says of each storage that holds more than it has, and lets storage in which results stay hold no more than they have;
 * gives what all volumes of the platform hold, in bytes.
 */
export async function measureStorage(
  database: Database,
  platform: Platform,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  const askedAt = clock.now()
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
  await noteKeptSizes(database, platform, volumes, askedAt)
  return bytesOf(volumes)
}

/**
 * Notes the size of storage in which results stay, and lets the engine hold no more than that. Results of an execution that
 * failed before the platform was asked do not grow.
 */
async function noteKeptSizes(
  database: Database,
  { name }: Platform,
  volumes: readonly VolumeUse[],
  askedAt: Instant,
): Promise<void> {
  const measured = groupBy(volumes, ({ execution }) => execution)
  for (const { executionId, position, detail } of await components.kept(database, name, askedAt)) {
    const execution = await executions.find(database, executionId)
    const data = execution && componentPlaces(execution.plan)[position]?.index
    const held = measured.get(executionId) ?? []
    // A volume that was not measured may have any size.
    if (!execution || data === undefined || !held.some((one) => one.name === volumeOf(executionId, 'data', data).name))
      continue
    const index = execution.plan.data[data]?.spec.storage ?? 0
    const bytes = bytesOf(heldIn(execution, index, held))
    const keptGib = Math.min(execution.plan.storage[index]?.sizeGib ?? 1, Math.max(1, Math.ceil(bytes / BYTES_PER_GIB)))
    if (detail.keptGib === keptGib) continue
    await database.transaction(async (tx) => {
      await components.describe(tx, executionId, position, { keptGib })
      await work.wake(tx, [executionId], askedAt)
    })
  }
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
  execution: executions.Execution,
  held: readonly VolumeUse[],
): readonly { position: number; bytes: number; size: number }[] {
  const { plan } = execution
  return componentPlaces(plan)
    .filter(({ family }) => family === 'storage')
    .map(({ position, index }) => {
      const bytes = bytesOf(heldIn(execution, index, held))
      return { position, bytes, size: plan.storage[index]?.sizeGib ?? 0 }
    })
    .filter(({ bytes, size }) => bytes > size * BYTES_PER_GIB)
}

/** The volumes of one storage resource among those of its execution. */
function heldIn({ id, plan }: executions.Execution, index: number, held: readonly VolumeUse[]): readonly VolumeUse[] {
  const volumes = [volumeOf(id, 'storage', index), ...dataIn(plan, index).map((data) => volumeOf(id, 'data', data))]
  return held.filter(({ name }) => volumes.some((volume) => volume.name === name))
}

const bytesOf = (volumes: readonly VolumeUse[]): number => volumes.reduce((sum, { bytes }) => sum + bytes, 0)
