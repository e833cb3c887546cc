/**
 * Reads the storage and the data of a request. Data say which storage they are in, or the storage says which data are
 * in it; data of which neither is said get storage of their own.
 */
import { isSaved, type DataRequest, type StorageRequest } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Schemas } from './contract.ts'
import { missingFields } from './data-fields.ts'
import { KIND, shortKind } from './kinds.ts'
import { readMeta, textOf } from './read-meta.ts'
import { readRange } from './read-range.ts'
import type { References } from './references.ts'
import type { RequestNotes } from './request-notes.ts'

type Wire = Pick<Schemas['ExecutionRequest'], 'storage' | 'data'>

export interface Resources {
  readonly storage: readonly StorageRequest[]
  readonly data: readonly DataRequest[]
}

/** Reads the resources; what is wrong with them is noted, and then the data may be incomplete. */
export function readResources(wire: Wire, references: References, notes: RequestNotes): Resources {
  const storage = (wire.storage ?? []).map(({ meta, size }, index): StorageRequest => {
    const { name, description } = readMeta(meta)
    return { name, description, size: readRange(size, `/storage/${index}/size`, notes), implied: false }
  })
  const places = placesOf(wire, references, notes)
  const data = (wire.data ?? []).flatMap((resource, index) => {
    const spec = readData(resource, `/data/${index}`, notes)
    // Storage that was made for data is appended, so that the indices of the others stay those of the request.
    return spec ? [{ ...spec, storage: places.get(index)?.storage ?? storage.push(impliedStorage()) - 1 }] : []
  })
  return { storage, data }
}

function impliedStorage(): StorageRequest {
  return { size: { min: 1, max: 1 }, implied: true }
}

/** The index of a storage, and which field of the request says it. */
interface Place {
  readonly storage: number
  readonly pointer: string
}

/** Where each data resource is, by its index, where the request says it. */
function placesOf(wire: Wire, references: References, notes: RequestNotes): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>()
  const place = (data: number, storage: number, pointer: string) => {
    const other = places.get(data)
    if (other && other.storage !== storage)
      notes.say(message('storage-conflict', notes.now, { pointer, other: other.pointer }))
    places.set(data, { storage, pointer })
  }
  wire.data?.forEach((resource, index) => {
    if (!textOf(resource.storage)) return
    const pointer = `/data/${index}/storage`
    const target = references.find(resource.storage, pointer, 'storage', resource.meta)
    if (target) place(index, target.index, pointer)
  })
  wire.storage?.forEach((resource, index) =>
    resource.data?.forEach((reference, position) => {
      const pointer = `/storage/${index}/data/${position}`
      const target = references.find(reference, pointer, 'data', resource.meta)
      if (target) place(target.index, index, pointer)
    }),
  )
  return places
}

function readData(
  wire: Schemas['DataResource'],
  pointer: string,
  notes: RequestNotes,
): Omit<DataRequest, 'storage'> | undefined {
  for (const { path, what } of missingFields(wire)) notes.missing(`${pointer}/${path}`, what)
  if (wire.kind !== KIND.simpleData) {
    const possible = shortKind(KIND.simpleData)
    notes.notSupported(`${pointer}/kind`, `${shortKind(wire.kind)} is not staged here yet; possible is ${possible}`)
    return undefined
  }
  const access = wire.access && wire.access !== 'READONLY' ? { access: wire.access } : {}
  const onFailure = wire.saveOnFailure ? ({ saveOnFailure: true } as const) : {}
  if (wire.saveOnFailure && !isSaved(access)) {
    const reason = 'READONLY data are not saved; set the access to WRITEONLY or READWRITE, or leave saveOnFailure out'
    notes.say(message('invalid-value', notes.now, { pointer: `${pointer}/saveOnFailure`, value: 'true', reason }))
  }
  const { name, description } = readMeta(wire.meta)
  const location = textOf(wire.location) ?? ''
  return { type: 'simple-data-resource', name, description, location, ...access, ...onFailure }
}
