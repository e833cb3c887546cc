import { describe, expect, it } from 'vitest'
import { hintOn } from './field-hints.ts'

describe('a field that the contract does not have', () => {
  it.each([
    ['/schedule/start', '/schedule/requested/start'],
    ['/schedule/duration', '/schedule/requested/duration'],
    ['/duration', '/schedule/requested/duration'],
    ['/walltime', '/schedule/requested/duration'],
    ['/cost', '/costs'],
    ['/gpu', '/compute/accelerators'],
    ['/compute/gpus', '/compute/accelerators'],
    ['/compute/core', '/compute/cores'],
    ['/compute/memroy', '/compute/memory'],
    ['/cores', '/compute/cores'],
    ['/executable/env', '/executable/environment'],
    ['/command', '/executable/command'],
    ['/data/3/url', '/data/3/location'],
    ['/data/2/locaton', '/data/2/location'],
    ['/Executable', '/executable'],
    ['/executable/image/name', '/executable/image/locations'],
    ['/executable/image/tag', '/executable/image/locations'],
    ['/executable/image/url', '/executable/image/locations'],
    ['/executable/image/Repository', '/executable/image/locations'],
  ])('%s may be meant as %s', (written, meant) => {
    expect(hintOn(written, {})).toBe(`did you mean ${meant}?`)
  })
  it.each([
    '/frobnicate',
    '/resources',
    '/x',
    '/',
    `/${'e'.repeat(5_000)}`,
    '/__proto__',
    '/constructor',
    '/a~1b',
    '/phase',
  ])('%s is like none', (written) => {
    expect(hintOn(written, {})).toBeUndefined()
  })
})

describe('a unit of its own', () => {
  const hint = (pointer: string, compute: object, rest: object = {}) => hintOn(pointer, { compute, ...rest })
  it.each([
    [{ memory: { min: 4096, units: 'MiB' } }, '/compute/memory is counted in GiB; write {"min": 4}'],
    [{ memory: { min: 512, max: 1536, units: 'MB' } }, '/compute/memory is counted in GiB; write {"min": 1, "max": 2}'],
    [{ memory: { min: 4, units: 'Gi' } }, '/compute/memory is counted in GiB; write {"min": 4}'],
    [{ memory: { min: 4, units: 'pages' } }, '/compute/memory is counted in GiB'],
    [{ memory: { min: 'x', units: 'MiB' } }, '/compute/memory is counted in GiB'],
  ])('of an amount is told with what to write: %j', (compute, said) => {
    expect(hint('/compute/memory/units', compute)).toBe(said)
  })
  it('of storage is converted too', () => {
    expect(hint('/storage/0/size/unit', {}, { storage: [{ size: { min: 1, max: 2, unit: 'TiB' } }] })).toBe(
      '/storage/0/size is counted in GiB; write {"min": 1024, "max": 2048}',
    )
  })
  it.each([{}, { memory: 4 }, { memory: { units: 5 } }])('is spoken of only where one is: %j', (compute) => {
    expect(hint('/compute/memory/units', compute)).not.toContain('counted')
  })
})
