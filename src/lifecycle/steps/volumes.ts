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
 * The names of the directories of the data in a storage where that is mounted, by the index of the data resource: its own
 * name as far as that is safe, in any script. Of names that become equal so, the one that was so from the beginning keeps it,
 * and others get a number.
 */
export function directoriesIn(plan: ExecutionPlan, storage: number): ReadonlyMap<number, string> {
  const wanted = new Map(dataIn(plan, storage).map((data) => [data, safeName(plan, data)]))
  const isExact = (data: number) => plan.data[data]?.spec.name === wanted.get(data)
  const names = new FreeNames()
  const found = new Map<number, string>()
  const all = [...wanted]
  for (const [data, name] of [...all.filter(([one]) => isExact(one)), ...all.filter(([one]) => !isExact(one))])
    found.set(data, names.take(name))
  return new Map(all.map(([data, name]) => [data, found.get(data) ?? name]))
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

/** Names of which none is given twice. A number that was tried for a name is not tried for it again. */
class FreeNames {
  readonly #taken = new Set<string>()
  readonly #next = new Map<string, number>()

  /** The name itself, or with the first number from 2 on that is free. */
  take(name: string): string {
    let free = name
    let number = this.#next.get(name) ?? 2
    for (; this.#taken.has(free); number++) free = `${name}-${number}`
    this.#next.set(name, number)
    this.#taken.add(free)
    return free
  }
}

/** The data resources in a storage, by index. */
export function dataIn(plan: ExecutionPlan, storage: number): number[] {
  return plan.data.flatMap(({ spec }, index) => (spec.storage === storage ? [index] : []))
}

/** What is mounted where; a mount inside another comes after it. */
export function mountsOf(execution: ExecutionId, plan: ExecutionPlan): WorkloadMount[] {
  const { volumes } = plan.compute
  const storage = new Set(volumes.flatMap(({ target }) => (target.family === 'storage' ? [target.index] : [])))
  const directories = new Map([...storage].map((index) => [index, [...directoriesIn(plan, index)]]))
  return volumes.flatMap(({ path, mode, target }) => {
    const readOnly = mode === 'READONLY'
    const own = { volume: volumeOf(execution, target.family, target.index), path, readOnly }
    if (target.family === 'data') return [own]
    const inside = (directories.get(target.index) ?? []).map(([data, directory]) => ({
      volume: volumeOf(execution, 'data', data),
      path: `${path}/${directory}`,
      readOnly,
    }))
    return [own, ...inside]
  })
}
