import { describe, expect, it } from 'vitest'
import { KIND } from './kinds.ts'
import { readRequest } from './read-request.ts'

const read = (body: object) => readRequest(body, Date.parse('2026-12-01T00:00:00Z'), { durationMs: 7_200_000 })
const container = { executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/test:1'] } } }
const file = (meta: object, more: object = {}) => ({
  kind: KIND.simpleData,
  meta,
  location: 'http://example.org/a',
  ...more,
})
const space = (meta: object, more: object = {}) => ({ kind: KIND.simpleStorage, meta, ...more })
const volume = (resource: string, more: object = {}) => ({ kind: KIND.simpleVolumeMount, resource, ...more })
const mounts = (...volumes: object[]) => ({ compute: { kind: KIND.simpleCompute, volumes } })

describe('the mounts of a request', () => {
  const disks = (count: number) => ({ storage: Array.from({ length: count }, (_, at) => space({ name: `s${at}` })) })
  const files = (count: number, storage: (index: number) => string) => ({
    data: Array.from({ length: count }, (_, at) => file({ name: `f${at}` }, { storage: storage(at) })),
  })
  const at = (count: number, resource: (index: number) => string) =>
    mounts(...Array.from({ length: count }, (_, index) => volume(resource(index), { path: `/v${index}` })))
  it.each([
    ['1 storage with 999 data, twice', disks(1), files(999, () => 's0'), at(2, () => 's0')],
    ['1,000 storage with 1 of the data each', disks(1000), files(1000, (n) => `s${n}`), at(1000, (n) => `s${n}`)],
    ['1,000 times the same of the data', disks(1), files(1000, () => 's0'), at(1000, () => 'f0')],
  ])('are as many as are possible: %s', (_, ...parts) => {
    const { request, messages } = read(Object.assign({}, container, ...parts) as object)
    expect(messages).toEqual([])
    expect(request).toBeDefined()
  })
  it.each([
    ['1 storage with 600 data, 20 times', 3, 12_020, disks(1), files(600, () => 's0'), at(20, () => 's0')],
    ['1 storage with 1,000 data, twice', 1, 2_002, disks(1), files(1000, () => 's0'), at(2, () => 's0')],
    ['1 storage with 2 data, 1,000 times', 666, 3_000, disks(1), files(2, () => 's0'), at(1000, () => 's0')],
    ['the second of 2 storage, 3 times', 1, 3_003, disks(2), files(1000, () => 's1'), at(3, () => 's1')],
  ])('are too many: %s', (_, first, count, ...parts) => {
    const { request, messages } = read(Object.assign({}, container, ...parts) as object)
    expect(request).toBeUndefined()
    expect(messages.map(({ text }) => text)).toEqual([
      `The volumes come to ${count} mounts, too many from /compute/volumes/${first} on, because every data resource in a storage resource is mounted with it; at most 2000 are possible. Mount each storage at one path only, such as /data.`,
    ])
  })
  it('are counted where the storage names its data', () => {
    const names = Array.from({ length: 600 }, (_, index) => `f${index}`)
    const storage = [space({ name: 's0' }, { data: names })]
    const { request } = read({
      ...container,
      storage,
      data: names.map((name) => file({ name })),
      ...at(20, () => 's0'),
    })
    expect(request).toBeUndefined()
  })
})
