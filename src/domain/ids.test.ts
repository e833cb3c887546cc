import { describe, expect, it } from 'vitest'
import { COMPONENTS_MAX, componentId, executionOfComponent, idSource, isUuid, lowestIdAt } from './ids.ts'

const ids = idSource(() => Date.UTC(2026, 10, 24))

describe('the id of an execution', () => {
  it('is a UUID with room for its components', () => {
    const id = ids.execution()
    expect(isUuid(id)).toBe(true)
    expect(id.endsWith('000')).toBe(true)
  })
  it('is another one every time', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => ids.execution())).size).toBe(10_000)
  })
  it('leads to those of its components, and they lead back', () => {
    const execution = ids.execution()
    for (const index of [0, 1, 255, COMPONENTS_MAX - 1]) {
      const id = componentId(execution, index)
      expect(isUuid(id)).toBe(true)
      expect(executionOfComponent(id)).toEqual({ execution, index })
    }
    expect(executionOfComponent(execution)).toBeUndefined()
    expect(() => componentId(execution, COMPONENTS_MAX)).toThrow(RangeError)
  })
  it('is not below the lowest of its time, and below that of a later one', () => {
    const [now, id] = [Date.UTC(2026, 10, 24), ids.execution()]
    expect([isUuid(lowestIdAt(now)), lowestIdAt(now) <= id, id < lowestIdAt(now + 1)]).toEqual([true, true, true])
    expect(lowestIdAt(0)).toBe('00000000-0000-0000-0000-000000000000')
  })
})
