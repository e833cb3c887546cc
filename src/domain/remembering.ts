/** Remembering what was worked out lately, for functions that are asked about the same few things again and again. */
import { RecentMap } from './recent-map.ts'

/** Texts of so many characters or more are not remembered: they rarely come again, take much memory, and may be secrets. */
const TEXT_LENGTH_MAX = 200

/** The same function, with so many of its latest results remembered. It has to be pure; `undefined` is not remembered. */
export function remembering<Key, Value>(room: number, make: (key: Key) => Value): (key: Key) => Value {
  const known = new RecentMap<Key, Value>(room)
  return (key) => {
    if (typeof key === 'string' && key.length >= TEXT_LENGTH_MAX) return make(key)
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const value = make(key)
    if (value !== undefined) known.set(key, value)
    return value
  }
}
