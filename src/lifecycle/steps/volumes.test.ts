import { describe, expect, it } from 'vitest'
import type { ExecutionPlan } from '../../domain/execution-plan.ts'
import { directoryOf } from './volumes.ts'

/** The directories of data with these names in one storage, and one of the last name in another. */
function directoriesOf(...names: (string | undefined)[]): string[] {
  const inside = names.map((name) => ({ spec: { name, storage: 0 } }))
  const plan = { data: [...inside, { spec: { name: names.at(-1), storage: 1 } }] } as unknown as ExecutionPlan
  return names.map((_, index) => directoryOf(plan, index))
}

describe('the directory of a data resource in its storage', () => {
  it.each([
    [['stars'], ['stars']],
    [
      ['Ü', 'Ö', '画像', '星表'],
      ['Ü', 'Ö', '画像', '星表'],
    ],
    [
      ['image 1', 'image_1'],
      ['image_1-2', 'image_1'],
    ],
    [
      ['a/b', 'a b', 'a_b-2'],
      ['a_b', 'a_b-3', 'a_b-2'],
    ],
    [
      ['same', 'same', 'same'],
      ['same', 'same-2', 'same-3'],
    ],
    [
      [undefined, 'data-0'],
      ['data-0-2', 'data-0'],
    ],
    [
      ['..', '.hidden', '😀'],
      ['_', '_hidden', '_-2'],
    ],
    [
      ['U\u0308', '\u00dc'],
      ['\u00dc-2', '\u00dc'],
    ],
  ])('of %j is %j', (names, directories) => {
    expect(directoriesOf(...names)).toEqual(directories)
  })
  it('is short enough for a file system, whatever its script', () => {
    const [one = '', other = ''] = directoriesOf('画'.repeat(200), `${'画'.repeat(200)}!`)
    expect(one).not.toBe(other)
    for (const directory of [one, other]) expect(Buffer.byteLength(directory)).toBeLessThanOrEqual(255)
  })
})
