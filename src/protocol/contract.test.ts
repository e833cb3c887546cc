import { describe, expect, it } from 'vitest'
import { RESOURCES_PER_REQUEST_MAX } from '../domain/execution-plan.ts'
import { faultsOf } from './contract-faults.ts'
import { KIND } from './kinds.ts'

const nothing = (count: number) => ({ data: Array.from({ length: count }, () => ({})) })

describe('the faults of a value', () => {
  it('are all named, so that a client can put them right at once', () => {
    const kinds = faultsOf('ExecutionRequest', nothing(3)).map((fault) => 'pointer' in fault && fault.pointer)
    expect(kinds).toEqual(expect.arrayContaining(['/data/0/kind', '/data/1/kind', '/data/2/kind']))
  })
  it('are one for each place, whatever is wrong with it', () => {
    const kind = KIND.simpleCompute
    expect(faultsOf('ExecutionRequest', { compute: { kind, cores: { min: 1.5 } } })).toEqual([
      { pointer: '/compute/cores/min', detail: 'must be a whole number; write 1' },
    ])
    expect(faultsOf('ExecutionRequest', { schedule: { requested: { start: 5 } } })).toEqual([
      { pointer: '/schedule/requested/start', detail: 'must be a text or a list, such as "2026-11-23T12:00:00Z/PT2H"' },
    ])
  })
  it('say which kinds there are where one is missing', () => {
    expect(faultsOf('ExecutionRequest', { compute: {} })).toEqual([
      { pointer: '/compute/kind', detail: `is required: write ${KIND.simpleCompute}` },
    ])
    expect(faultsOf('ExecutionRequest', { executable: {} })).toHaveLength(1)
  })
  it('are found at once in a list that is too long', () => {
    const data = Array.from({ length: RESOURCES_PER_REQUEST_MAX + 1 }, () => ({ kind: 'unknown' }))
    const detail = `must NOT have more than ${RESOURCES_PER_REQUEST_MAX} items`
    for (const list of ['data', 'storage'])
      expect(faultsOf('ExecutionRequest', { [list]: data })).toEqual([{ pointer: `/${list}`, detail }])
  })
  it('are no more than anybody reads', () => {
    expect(faultsOf('ExecutionRequest', nothing(400)).length).toBeLessThanOrEqual(50)
  })
  it('are looked for one by one in a large value: naming all of them would take long', () => {
    expect(faultsOf('ExecutionRequest', nothing(5_000))).toHaveLength(1)
    expect(faultsOf('ExecutionRequest', { meta: { name: 'a' }, data: [] })).toEqual([])
  })
})
