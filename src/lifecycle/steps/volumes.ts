/** Which volumes an execution has on its platform: one for each data resource, one for each storage that is mounted itself. */
import type { ExecutionPlan } from '../../domain/execution-plan.ts'
import type { VolumeMount } from '../../domain/execution-request.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import type { VolumeRef, WorkloadMount } from '../../platforms/platform.ts'

/** The volume of a data or storage resource. */
export const volumeOf = (execution: ExecutionId, family: 'data' | 'storage', index: number): VolumeRef => ({
  execution,
  name: `${family}-${index}`,
})

/** True when a storage resource is mounted itself, and not only through its data. */
export function isMounted(volumes: readonly VolumeMount[], storage: number): boolean {
  return volumes.some(({ target }) => target.family === 'storage' && target.index === storage)
}

/** The name of a data resource's directory where its storage is mounted. */
export function directoryOf(plan: ExecutionPlan, data: number): string {
  return plan.data[data]?.spec.name?.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_') ?? `data-${data}`
}

/** The data resources in a storage, by index. */
export function dataIn(plan: ExecutionPlan, storage: number): number[] {
  return plan.data.flatMap(({ spec }, index) => (spec.storage === storage ? [index] : []))
}

/** What is mounted where; a mount inside another comes after it. */
export function mountsOf(execution: ExecutionId, plan: ExecutionPlan): WorkloadMount[] {
  return plan.compute.volumes.flatMap(({ path, mode, target }) => {
    const own = { volume: volumeOf(execution, target.family, target.index), path, readOnly: mode === 'READONLY' }
    if (target.family === 'data') return [own]
    const inside = dataIn(plan, target.index).map((data) => ({
      volume: volumeOf(execution, 'data', data),
      path: `${path}/${directoryOf(plan, data)}`,
      readOnly: own.readOnly,
    }))
    return [own, ...inside]
  })
}
