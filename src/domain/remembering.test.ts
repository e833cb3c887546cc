import { expect, it } from 'vitest'
import { remembering } from './remembering.ts'

/** The number of times that each of these keys is worked out when it is asked for twice. */
function timesMade<Key>(room: number, keys: readonly Key[]): number[] {
  const made: Key[] = []
  const known = remembering(room, (key: Key) => made.push(key))
  for (const key of [...keys, ...keys]) known(key)
  return keys.map((key) => made.filter((one) => Object.is(one, key)).length)
}

it('what is short is worked out once', () => {
  expect(timesMade(10, ['', 'PT5M', 'x'.repeat(199)])).toEqual([1, 1, 1])
  expect(timesMade<unknown>(10, [0, 1.5, false])).toEqual([1, 1, 1])
})
it.each([200, 1_000, 131_072])('a text of %i characters is not remembered: it may be a secret', (length) => {
  expect(timesMade(10, ['short', 'x'.repeat(length)])).toEqual([1, 2])
})
it('no more is remembered than there is room for', () => {
  expect(timesMade(2, ['a', 'b', 'c'])).toEqual([2, 2, 2])
})
