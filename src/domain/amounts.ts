/** Amounts that people write with a unit, in the unit that a field counts in. Pure. */

/** The units that fields count in. */
export type CountedIn = 'GiB' | 'cores' | 's'

/** The bytes of a GiB. */
const GIB = 2 ** 30
/** Prefixes of units of bytes, each a thousand times the one before it. */
const PREFIXES = ['', 'k', 'm', 'g', 't', 'p']
const TIMES: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3_600, d: 86_400 }
const CORES: Readonly<Record<string, number>> = { m: 0.001, core: 1, cores: 1, cpu: 1, cpus: 1 }

/** The number of units that one of the named unit is; undefined for a unit of something else. */
const CONVERSIONS: Readonly<Record<CountedIn, (unit: string) => number | undefined>> = {
  GiB: (unit) => {
    const bytes = bytesOf(unit)
    return bytes && bytes / GIB
  },
  cores: (unit) => (Object.hasOwn(CORES, unit) ? CORES[unit] : undefined),
  s: (unit) => (Object.hasOwn(TIMES, unit) ? TIMES[unit] : undefined),
}

/** The bytes of a unit. `4G` is read as `4Gi`, as engines and batch systems do; `4GB` is a little less. */
function bytesOf(unit: string): number | undefined {
  const [, prefix = '', binary, byte] = /^([kmgtp]?)(i?)(b|bytes?)?$/.exec(unit) ?? []
  if (binary === undefined || unit === '' || unit.startsWith('i')) return undefined
  return (binary === '' && byte !== undefined ? 1000 : 1024) ** PREFIXES.indexOf(prefix)
}

/** An amount as it was written, and the whole number that is enough for it. */
export interface ConvertedAmount {
  readonly whole: number
  /** The amount in both units, such as `512MB is less than 1 GiB`. */
  readonly words: string
}

/** A number with a unit in the unit of a field, rounded up; undefined for a text that is no such amount. */
export function convertAmount(text: string, countedIn: CountedIn): ConvertedAmount | undefined {
  const [, digits, unit = ''] = AMOUNT.exec(text) ?? []
  const factor = CONVERSIONS[countedIn](unit.toLowerCase())
  if (digits === undefined || factor === undefined) return undefined
  const exact = Number(digits) * factor
  const rounded = Number(exact.toPrecision(3))
  const words =
    exact > 0 && exact < 1
      ? `less than 1 ${singular(countedIn)}`
      : `${Number.isInteger(exact) ? exact : rounded} ${countedIn}`
  // An amount that differs by the error of a division only is the whole number itself.
  return { whole: Math.ceil(Number(exact.toPrecision(12))), words: `${text.trim()} is ${words}` }
}

const AMOUNT = /^\s*(\d{1,15}(?:\.\d+)?)\s*([a-zA-Z]{1,8})\s*$/

const singular = (unit: CountedIn) => (unit === 'cores' ? 'core' : unit)

/** The unit that the field at a path counts in, by its name; undefined for a field of something else. */
export function countedInAt(path: string): CountedIn | undefined {
  const [, name = ''] = /(?:^|[/.])(\w+)(?:[/.](?:min|max))?$/.exec(path) ?? []
  return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
}

const FIELDS: Readonly<Record<string, CountedIn>> = {
  cores: 'cores',
  memory: 'GiB',
  rootSize: 'GiB',
  size: 'GiB',
  storage: 'GiB',
}

/** A note for somebody who gave an amount a unit of its own: the unit that the field counts in, and what to write. */
export function unitNote(path: string, amounts: Readonly<Record<string, unknown>>, unit: unknown): string | undefined {
  const countedIn = countedInAt(path)
  if (countedIn === undefined || typeof unit !== 'string') return undefined
  const parts = Object.entries(amounts).flatMap(([name, amount]) => {
    const converted = typeof amount === 'number' ? convertAmount(`${amount} ${unit}`, countedIn) : undefined
    return converted ? [`"${name}": ${converted.whole}`] : []
  })
  return `${path} is counted in ${countedIn}${parts.length > 0 ? `; write {${parts.join(', ')}}` : ''}`
}
