import { describe, expect, it } from 'vitest'
import { schemaNamed } from './contract.ts'
import { KIND } from './kinds.ts'
import { shapeOf } from './shape.ts'

describe('the shape of a schema with several kinds', () => {
  const data = schemaNamed('DataResource')
  it('is that of the kind', () => {
    expect([...shapeOf(data, KIND.simpleData).properties.keys()]).toContain('location')
    expect([...shapeOf(data, KIND.simpleData).properties.keys()]).not.toContain('bucket')
  })
  it.each([undefined, 'nobody knows', 'constructor', '__proto__', 'toString'])('is all of them for %s', (kind) => {
    expect([...shapeOf(data, kind).properties.keys()]).toEqual(expect.arrayContaining(['location', 'bucket', 'rucio']))
  })
})
