/** Reads what the program runs on, and what is mounted where. */
import type { ComputeRequest, VolumeMount } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import { readMeta, textOf } from './read-meta.ts'
import { readRange } from './read-range.ts'
import type { References } from './references.ts'
import type { RequestNotes } from './request-notes.ts'

/** Reads compute; without any, the defaults. */
export function readCompute(
  wire: Schemas['ComputeResource'] | undefined,
  references: References,
  notes: RequestNotes,
): ComputeRequest {
  const volumes = (wire?.volumes ?? []).flatMap((volume, index) => readVolume(volume, index, references, notes) ?? [])
  refuseOverlaps(volumes, notes)
  if ((wire?.accelerators?.min ?? 0) > 0)
    notes.notSupported('/compute/accelerators/min', 'there are no accelerators here')
  return {
    ...readMeta(wire?.meta),
    cores: readRange(wire?.cores, '/compute/cores', notes),
    memory: readRange(wire?.memory, '/compute/memory', notes),
    volumes,
  }
}

function readVolume(
  wire: Schemas['VolumeMount'],
  index: number,
  references: References,
  notes: RequestNotes,
): VolumeMount | undefined {
  const pointer = `/compute/volumes/${index}`
  const target = references.find(wire.resource, `${pointer}/resource`, 'any', wire.meta)
  const given = textOf(wire.path)
  const path = given ?? `/volumes/${target?.name ?? `${target?.family}-${target?.index}`}`
  const fault = pathFault(path)
  if (fault && (given || target)) notes.invalid(`${pointer}/path`, path, fault)
  return target && { ...readMeta(wire.meta), path, mode: wire.mode ?? 'READONLY', target: placeOf(target) }
}

const placeOf = ({ family, index }: VolumeMount['target']): VolumeMount['target'] => ({ family, index })

function refuseOverlaps(volumes: readonly VolumeMount[], notes: RequestNotes): void {
  volumes.forEach(({ path }, index) => {
    const clash = volumes.slice(0, index).some((other) => overlaps(other.path, path))
    if (clash) notes.say(message('duplicate-path', notes.now, { pointer: `/compute/volumes/${index}/path`, path }))
  })
}

/** What is wrong with a mount path; undefined when nothing is. */
function pathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it must be an absolute path'
  if (path.includes('\0') || path.includes(':') || path.includes(','))
    return 'it must not contain a colon, a comma or NUL'
  const parts = path.split('/').slice(1)
  if (parts.some((part) => part === '..' || part === '.')) return 'it must not contain . or ..'
  if (path.replaceAll('/', '') === '') return 'the root cannot be replaced'
  const top = parts.find((part) => part !== '')
  if (['proc', 'sys', 'dev'].includes(top ?? '')) return `/${top} belongs to the system`
  return undefined
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => `${path.replace(/\/+/g, '/').replace(/\/$/, '')}/`) as [string, string]
  return a.startsWith(b) || b.startsWith(a)
}
