/**
 * Storage: a volume of its own where it is mounted itself. Data bring their own volumes; they are made when the storage
 * is ready, so none is made before the pool has room for it.
 */
import { storageIsFree } from '../../booking/start.ts'
import { until } from '../../domain/clock.ts'
import { message } from '../../domain/message.ts'
import * as components from '../../store/components.ts'
import { directoriesIn, isMounted, volumeOf } from './volumes.ts'
import { placeOf, type Step, type StepContext, type StepTarget } from './step.ts'

/** How soon the pool is looked at again when others have not given back what is needed, in milliseconds. */
const LOOK_AGAIN_MS = 500

/** What the component remembers from when on the pool has to count it, whatever the time. */
const MADE = { made: true }

export const storageStep: Step = {
  async prepare(target, context) {
    await untilFree(target, context)
    const { execution, platform } = target
    const { plan } = execution
    const { index } = placeOf(target)
    if (!isMounted(plan.compute.volumes, index)) return {}
    const directories = [...directoriesIn(plan, index).values()]
    await platform.prepareVolume(
      volumeOf(execution.id, 'storage', index),
      plan.storage[index]?.sizeGib ?? 1,
      directories,
    )
    return {}
  },
  async release(target) {
    const { execution, platform } = target
    const { index } = placeOf(target)
    if (isMounted(execution.plan.compute.volumes, index))
      await platform.releaseVolume(volumeOf(execution.id, 'storage', index))
    return {}
  },
}

/** Returns when the pool has room for the storage. Whoever had it before may be late; the client is told once. */
async function untilFree({ execution, component, signal, say }: StepTarget, context: StepContext): Promise<void> {
  const { database, ledger, clock } = context
  const take = () =>
    database.transaction(async (tx) => {
      const free = await storageIsFree(tx, ledger, execution, clock.now())
      if (free) await components.describe(tx, execution.id, component.position, MADE)
      return free
    })
  if (await take()) return
  await say(message('storage-late', clock.now(), {}))
  do await until(clock, clock.now() + LOOK_AGAIN_MS, signal)
  while (!(await take()))
}
