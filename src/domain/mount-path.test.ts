import { describe, expect, it, vi } from 'vitest'
import { outermost } from './mount-path.ts'

describe('the outermost of paths', () => {
  it.each([
    [[], []],
    [['/data'], ['/data']],
    [['/data/one', '/data', '/data/two/three'], ['/data']],
    [
      ['/data-1', '/data', '/data/x', '/dat'],
      ['/dat', '/data-1', '/data'],
    ],
    [['//data//', '/data/x/', '/data'], ['//data//']],
    [
      ['/b/c', '/a/b', '/a'],
      ['/a', '/b/c'],
    ],
  ])('%j are %j', (paths, found) => {
    expect(outermost(paths)).toEqual(found)
  })
  it('are found in steps as many as there are paths', () => {
    const startsWith = vi.spyOn(String.prototype, 'startsWith')
    try {
      outermost(Array.from({ length: 1_000 }, (_, index) => `/${'d/'.repeat(100)}${index}`))
      expect(startsWith).toHaveBeenCalledTimes(1_000)
    } finally {
      startsWith.mockRestore()
    }
  })
})
