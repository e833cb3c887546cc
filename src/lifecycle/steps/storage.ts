/** Storage: a volume of its own where it is mounted itself. Data bring their own volumes. */
import { dataIn, directoryOf, isMounted, volumeOf } from './volumes.ts'
import { placeOf, type Step } from './step.ts'

export const storageStep: Step = {
  async prepare(target) {
    const { execution, platform } = target
    const { plan } = execution
    const { index } = placeOf(target)
    if (!isMounted(plan.compute.volumes, index)) return {}
    const directories = dataIn(plan, index).map((data) => directoryOf(plan, data))
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
