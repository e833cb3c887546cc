/** Which volumes an execution has on its platform: one for each data resource, one for each storage that is mounted itself. */
import type { ExecutionPlan } from '../../domain/execution-plan.ts'
import { atMostBytes } from '../../domain/file-name.ts'
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

/** A file name has at most 255 bytes; some room is left for a number behind it. */
const DIRECTORY_BYTES_MAX = 240

/**
 * The name of a data resource's directory where its storage is mounted: its own as far as that is safe, in any script. Of
 * names that become equal so, the one that was so from the beginning keeps it, and others get a number.
 */
export function directoryOf(plan: ExecutionPlan, data: number): string {
  const storage = plan.data[data]?.spec.storage
  const inside = storage === undefined ? [data] : dataIn(plan, storage)
  const isExact = (index: number) => plan.data[index]?.spec.name === safeName(plan, index)
  const taken = new Set<string>()
  for (const index of [...inside.filter(isExact), ...inside.filter((one) => !isExact(one))]) {
    const name = freeName(safeName(plan, index), taken)
    if (index === data) return name
    taken.add(name)
  }
  throw new Error(`there is no data resource ${data}`)
}

function safeName(plan: ExecutionPlan, data: number): string {
  const { name } = plan.data[data]?.spec ?? {}
  if (name === undefined) return `data-${data}`
  const safe = name
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '_')
    .replace(/^\.+/, '_')
  return atMostBytes(DIRECTORY_BYTES_MAX, safe)
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`
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
