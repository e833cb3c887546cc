/**
 * Starts that make a difference to costs: those at which a request is priced to see what it can cost, free or not. There
 * are few of them, however many windows and parts a request has. Pure.
 */
import type { Instant, StartWindow } from '../domain/dates.ts'
import { DAY_MS, HOUR_MS } from '../domain/price-list.ts'

/** The most parts of plans that are priced for one request in one pool at once: each takes tens of microseconds. */
const PRICED_MAX = 3_000
/** The most starts at which a request is priced in one pool; enough for a hundred windows and all full hours. */
const STARTS_MAX = 150

/** The most starts at which a request of so many parts is priced: 1 to `STARTS_MAX`. */
export const pricedStarts = (parts: number): number => Math.min(STARTS_MAX, Math.max(1, Math.floor(PRICED_MAX / parts)))

export interface Supposed {
  readonly windows: readonly StartWindow[]
  /** Nothing can start before this. */
  readonly soonestAt: Instant
  readonly durationMs: number
  /** True where carbon depends on the hour of the day. */
  readonly isHourly: boolean
  /** The number of parts of the request that cost something of their own; at least 1. */
  readonly parts: number
}

/**
 * Starts among which costs differ, by the time of day, in milliseconds: the first that is possible; where carbon depends on
 * the hour, the first of each window and, for a day from then on, those where the program begins or ends with a full hour.
 * Of more times than may be priced, some that are spread over the day.
 */
export function supposedStarts(supposed: Supposed): ReadonlyMap<number, readonly Instant[]> {
  const byTime = new Map<number, Instant[]>()
  for (const startAt of startsOf(supposed)) {
    const time = startAt % DAY_MS
    const same = byTime.get(time)
    if (same) same.push(startAt)
    else byTime.set(time, [startAt])
  }
  const times = [...byTime].sort(([a], [b]) => a - b)
  return new Map(spread(times, pricedStarts(supposed.parts)))
}

function startsOf({ windows, soonestAt, durationMs, isHourly }: Supposed): Instant[] {
  const open = windows
    .map(({ fromAt, toAt }) => ({ first: Math.max(fromAt, soonestAt), toAt }))
    .filter(({ first, toAt }) => first <= toAt)
  if (!isHourly) return open.length === 0 ? [] : [Math.min(...open.map(({ first }) => first))]
  const starts = open.flatMap(({ first, toAt }) => {
    const last = Math.min(toAt, first + DAY_MS)
    const found = [first]
    for (const edge of [0, durationMs])
      for (let hour = Math.ceil((first + edge) / HOUR_MS); hour * HOUR_MS - edge <= last; hour++)
        found.push(hour * HOUR_MS - edge)
    return found
  })
  return [...new Set(starts)].sort((a, b) => a - b)
}

/** So many of a list, from all of it. */
function spread<Thing>(list: readonly Thing[], most: number): Thing[] {
  const count = Math.min(list.length, most)
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)] as Thing)
}
