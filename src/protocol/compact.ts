/** Leaves out what is undefined, and empty lists, maps and texts. False and zero stay. */
export function compact<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => compact(item)) as Value
  const kept: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const part: unknown = compact((value as Record<string, unknown>)[key])
    if (isEmpty(part)) continue
    // A client may have named something `__proto__`, to which nothing is assigned.
    if (key === '__proto__') Object.defineProperty(kept, key, { ...OWN, value: part })
    else kept[key] = part
  }
  return kept as Value
}

const OWN = { enumerable: true, configurable: true, writable: true }

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'object') return false
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
}

/** A list, or undefined when there is nothing in it. */
export const filled = <Item>(list: Item[]): Item[] | undefined => (list.length > 0 ? list : undefined)
