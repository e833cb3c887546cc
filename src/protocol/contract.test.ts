import { describe, expect, it } from 'vitest'
import { faultsOf } from './contract.ts'

const nothing = (count: number) => ({ data: Array.from({ length: count }, () => ({})) })

describe('the faults of a value', () => {
  it('are all named, so that a client can put them right at once', () => {
    const kinds = faultsOf('ExecutionRequest', nothing(3)).map((fault) => 'pointer' in fault && fault.pointer)
    expect(kinds).toEqual(expect.arrayContaining(['/data/0/kind', '/data/1/kind', '/data/2/kind']))
  })
  it('are no more than anybody reads', () => {
    expect(faultsOf('ExecutionRequest', nothing(400)).length).toBeLessThanOrEqual(50)
  })
  it('are looked for one by one in a large value: naming all of them would take long', () => {
    expect(faultsOf('ExecutionRequest', nothing(5_000))).toHaveLength(1)
    expect(faultsOf('ExecutionRequest', { meta: { name: 'a' }, data: [] })).toEqual([])
  })
})
