import { RecentMap } from './recent-map.ts'

/**
 * A function that remembers so many of its latest results, for what is asked about the same few things again and again. It
 * has to be pure; a result of `undefined` is not remembered.
 */
export function remembering<Key, Value>(room: number, make: (key: Key) => Value): (key: Key) => Value {
  const known = new RecentMap<Key, Value>(room)
  return (key) => {
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const value = make(key)
    if (value !== undefined) known.set(key, value)
    return value
  }
}
