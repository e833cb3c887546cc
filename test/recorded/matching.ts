/**
 * Compares an answer with what was recorded: what is recorded has to be there, more may be. `${name}` in a recorded text
 * stands for one part that the service made up; it is bound where it is first met, and has to be the same afterwards.
 */

/** What names stand for so far. */
export type Bindings = Map<string, string>

/** How an answer differs from what was recorded; nothing when it does not. */
export function differences(recorded: unknown, actual: unknown, bindings: Bindings, place = ''): string[] {
  if (typeof recorded === 'string') return fits(recorded, actual, bindings) ? [] : [told(place, recorded, actual)]
  if (typeof recorded !== 'object' || recorded === null)
    return Object.is(recorded, actual) ? [] : [told(place, recorded, actual)]
  if (typeof actual !== 'object' || actual === null) return [told(place, recorded, actual)]
  // A recorded list is the whole list; a list of which only some entries matter is recorded by their indices.
  if (Array.isArray(recorded) && (!Array.isArray(actual) || actual.length !== recorded.length))
    return [told(place, recorded, actual)]
  return Object.entries(recorded).flatMap(([key, part]) =>
    differences(part, (actual as Record<string, unknown>)[key], bindings, `${place}/${key}`),
  )
}

/** A recorded text with what its names stand for. */
export function fill(text: string, bindings: Bindings): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => bindings.get(name) ?? whole)
}

/** A recorded value of a request with what the names in its texts stand for. */
export function fillIn(value: unknown, bindings: Bindings): unknown {
  if (typeof value === 'string') return fill(value, bindings)
  if (Array.isArray(value)) return value.map((item) => fillIn(item, bindings))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fillIn(part, bindings)]))
}

function fits(recorded: string, actual: unknown, bindings: Bindings): boolean {
  if (typeof actual !== 'string') return false
  const names: string[] = []
  const pattern = fill(recorded, bindings)
    .split(/(\$\{\w+\})/)
    .map((part) => {
      const name = /^\$\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(name)
      return '([\\w-]+)'
    })
  const match = new RegExp(`^${pattern.join('')}$`).exec(actual)
  names.forEach((name, index) => match && bindings.set(name, match[index + 1] as string))
  return match !== null
}

const told = (place: string, recorded: unknown, actual: unknown) =>
  `${place || 'the answer'}: recorded ${JSON.stringify(recorded)}, answered ${JSON.stringify(actual)}`
