import { describe, expect, it, vi } from 'vitest'
import type { ExecutionPlan } from '../../domain/execution-plan.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { directoriesIn, mountsOf } from './volumes.ts'

/** The directories of data with these names in one storage, and one of the last name in another. */
function directoriesOf(...names: (string | undefined)[]): string[] {
  const inside = names.map((name) => ({ spec: { name, storage: 0 } }))
  const plan = { data: [...inside, { spec: { name: names.at(-1), storage: 1 } }] } as unknown as ExecutionPlan
  return [...directoriesIn(plan, 0).values()]
}

/** The number of times that a name is compared with those that are taken while `work` is done. */
function comparisons(work: () => unknown): number {
  const has = vi.spyOn(Set.prototype, 'has')
  try {
    work()
    return has.mock.calls.length
  } finally {
    has.mockRestore()
  }
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
  it.each<[string, (index: number) => string | undefined]>([
    ['are the same', () => 'same'],
    ['become the same', (index) => String.fromCodePoint(0x1f600 + (index >> 6), 0x1f600 + (index & 63))],
    ['have the numbers of others already', (index) => (index < 300 ? `a b-${2 + index}` : 'a b')],
    ['are those that others would get', (index) => (index < 300 ? `a_b-${2 + index}` : 'a b')],
    ['are cut to the same', (index) => `${'画'.repeat(100)}${index}`],
    ['are left out', () => undefined],
  ])('is found in steps as many as there are names, where they %s', (_, nameOf) => {
    const names = Array.from({ length: 600 }, (__, index) => nameOf(index))
    let found: string[] = []
    expect(comparisons(() => (found = directoriesOf(...names)))).toBeLessThanOrEqual(3 * names.length)
    expect(new Set(found).size).toBe(names.length)
  })
  it('is found once, however often its storage is mounted', () => {
    const data = Array.from({ length: 600 }, () => ({ spec: { name: '?', storage: 0 } }))
    const volumes = Array.from({ length: 20 }, (_, index) => ({
      path: `/v${index}`,
      mode: 'READONLY',
      target: { family: 'storage', index: 0 },
    }))
    const plan = { data, compute: { volumes } } as unknown as ExecutionPlan
    let mounts: ReturnType<typeof mountsOf> = []
    expect(comparisons(() => (mounts = mountsOf('one' as ExecutionId, plan)))).toBeLessThanOrEqual(3 * data.length)
    expect(mounts).toHaveLength(20 * 601)
    expect(mounts.at(-1)?.path).toBe('/v19/_-600')
  })
})
