/** Ranges of versions such as `>=1.20 <2`, and the tags that are versions. Pure. */

/** The numbers of a version, the most important first. */
type Version = readonly number[]

const VERSION = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})$/
const COMPARATOR = /^(>=|<=|>|<|=)?(v?\d{1,9}(?:\.\d{1,9}){0,3})$/

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '=': (order) => order === 0,
}

/** Reads a range: comparators with spaces between, all of which have to hold. Undefined for what is none. */
export function versionRange(text: string): ((tag: string) => boolean) | undefined {
  const comparators = text.trim().split(/\s+/).map(comparatorOf)
  if (comparators.some((one) => one === undefined)) return undefined
  return (tag) => {
    const version = versionOf(tag)
    return version !== undefined && comparators.every((holds) => holds?.(version))
  }
}

function comparatorOf(text: string): ((version: Version) => boolean) | undefined {
  const [, operator = '=', bound = ''] = COMPARATOR.exec(text) ?? []
  const limit = versionOf(bound)
  const holds = HOLDS[operator]
  return limit && holds ? (version) => holds(compare(version, limit)) : undefined
}

/** A tag such as `1.36` or `v2`; one with more than numbers in it is no version that could be compared. */
function versionOf(tag: string): Version | undefined {
  return VERSION.exec(tag)?.[1]?.split('.').map(Number)
}

/** Numbers that are left out are zero. */
function compare(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
