/** Volumes that come to more mounts than a container may have: each of a storage is one for each data resource in it as well. */
import { MOUNTS_MAX } from '../domain/execution-plan.ts'
import type { DataRequest, VolumeMount } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { RequestNotes } from './request-notes.ts'

/** Notes the first volume with which there are too many mounts. */
export function refuseManyMounts(
  volumes: readonly VolumeMount[],
  data: readonly DataRequest[],
  notes: RequestNotes,
): void {
  const counts = mountCounts(volumes, data)
  const count = counts.at(-1) ?? 0
  if (count <= MOUNTS_MAX) return
  const pointer = `/compute/volumes/${counts.findIndex((one) => one > MOUNTS_MAX)}`
  notes.say(message('too-many-mounts', notes.now, { pointer, count, max: MOUNTS_MAX }))
}

/** Numbers of mounts of the volumes up to each. */
function mountCounts(volumes: readonly VolumeMount[], data: readonly DataRequest[]): number[] {
  const inside = new Map<number, number>()
  for (const { storage } of data) inside.set(storage, (inside.get(storage) ?? 0) + 1)
  let count = 0
  return volumes.map(({ target }) => (count += 1 + (target.family === 'storage' ? (inside.get(target.index) ?? 0) : 0)))
}
