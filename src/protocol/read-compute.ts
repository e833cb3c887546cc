/** Reads what the program runs on, and what is mounted where. */
import { isSaved, type AcceleratorRequest, type ComputeRequest, type VolumeMount } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import { mountPathFault } from '../domain/mount-path.ts'
import type { Schemas } from './contract.ts'
import { readMeta, textOf } from './read-meta.ts'
import { readRange } from './read-range.ts'
import type { References } from './references.ts'
import type { RequestNotes } from './request-notes.ts'

/** Reads compute; without any, the defaults. `data` are those that volumes may lead to. */
export function readCompute(
  wire: Schemas['ComputeResource'] | undefined,
  data: readonly Pick<Schemas['DataResource'], 'access'>[],
  references: References,
  notes: RequestNotes,
): ComputeRequest {
  const volumes: VolumeMount[] = []
  wire?.volumes?.forEach((one, index) => {
    const volume = readVolume(one, index, data, references, notes)
    if (volume) volumes.push(volume)
  })
  if (volumes.length > 1) refuseOverlaps(volumes, notes)
  const { name, description } = readMeta(wire?.meta)
  return {
    name,
    description,
    cores: readRange(wire?.cores, '/compute/cores', notes),
    memory: readRange(wire?.memory, '/compute/memory', notes),
    accelerators: readAccelerators(wire?.accelerators, notes),
    volumes,
  }
}

/** At least `min`, at most `max`: without either one of the kind that is named, and none where nothing is said. */
function readAccelerators(
  wire: Schemas['Accelerators'] | undefined,
  notes: RequestNotes,
): AcceleratorRequest | undefined {
  if (!wire) return undefined
  const type = textOf(wire.type)
  const min = wire.min ?? (wire.max === undefined && type !== undefined ? 1 : 0)
  const max = wire.max ?? min
  if (max < min)
    notes.say(
      message('minimum-above-maximum', notes.now, { pointer: '/compute/accelerators', minimum: min, maximum: max }),
    )
  return max < 1 ? undefined : { min, max, ...(type === undefined ? {} : { type }) }
}

function readVolume(
  wire: Schemas['VolumeMount'],
  index: number,
  data: readonly Pick<Schemas['DataResource'], 'access'>[],
  references: References,
  notes: RequestNotes,
): VolumeMount | undefined {
  const pointer = `/compute/volumes/${index}`
  const target = references.find(wire.resource, `${pointer}/resource`, 'any', wire.meta)
  const given = textOf(wire.path)
  const path = given ?? `/volumes/${target?.name ?? `${target?.family}-${target?.index}`}`
  const fault = mountPathFault(path)
  if (fault && (given || target)) notes.invalid(`${pointer}/path`, path, fault)
  if (!target) return undefined
  const isResult = target.family === 'data' && isSaved(data[target.index] ?? {})
  const mode = wire.mode ?? (isResult ? 'READWRITE' : 'READONLY')
  if (isResult && mode === 'READONLY')
    notes.invalid(`${pointer}/mode`, mode, 'the program could not write what is to be saved; READWRITE is needed')
  const { name, description } = readMeta(wire.meta)
  return { name, description, path, mode, target: placeOf(target) }
}

const placeOf = ({ family, index }: VolumeMount['target']): VolumeMount['target'] => ({ family, index })

function refuseOverlaps(volumes: readonly VolumeMount[], notes: RequestNotes): void {
  for (const [index, other] of overlapping(volumes.map(({ path }) => path))) {
    const [{ path }, { path: around }] = [volumes[index], volumes[other]] as [VolumeMount, VolumeMount]
    const [one, two] = [withSlash(path), withSlash(around)]
    const relation = one === two ? 'is also' : one.startsWith(two) ? 'lies in' : 'contains'
    notes.say(
      message('duplicate-path', notes.now, {
        pointer: `/compute/volumes/${index}/path`,
        path,
        relation,
        other: around,
      }),
    )
  }
}

/** A path as a prefix of those that lie in it. */
const withSlash = (path: string) => `${path.replace(/\/+/g, '/').replace(/\/$/, '')}/`

/** The indices of those paths that are the same as an earlier one, lie in it, or have it in them, each with that one. */
function overlapping(paths: readonly string[]): [index: number, other: number][] {
  const sorted = paths
    .map((path, index) => ({ path: withSlash(path), index }))
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : one.index - other.index))
  const found = new Map<number, number>()
  // In this order a path comes right behind those that it lies in, each of them in the one before.
  const around: { path: string; index: number }[] = []
  for (const one of sorted) {
    while (around.length > 0 && !one.path.startsWith((around.at(-1) as { path: string }).path)) around.pop()
    for (const { index } of around) found.set(Math.max(index, one.index), Math.min(index, one.index))
    around.push(one)
  }
  return [...found].sort(([a], [b]) => a - b)
}
