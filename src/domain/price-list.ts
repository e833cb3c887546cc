/**
 * What the resources of a pool cost and what they are good for, as its operator wrote it down. An offer keeps the list
 * that it was made with, so that a later change of prices does not change what was promised.
 */
import type { Instant } from './dates.ts'

/** What is counted: an amount of a resource over time, or bytes that are moved. */
export const RATED = ['coreHour', 'memoryGibHour', 'storageGibHour', 'acceleratorHour', 'gigabyteMoved'] as const
export type Rated = (typeof RATED)[number]

/** Billionths of a unit for one of each; what is not there costs nothing. */
export type Rates = Readonly<Partial<Record<Rated, number>>>

/** A metric of the pool, in millionths of its unit. */
export interface PoolMetric {
  /** A URI that says what is measured. */
  readonly type: string
  readonly description?: string
  readonly units?: string
  readonly min: number
  readonly max: number
  /** True when the numbers are for one core, and more cores are worth as many times as much. */
  readonly perCore: boolean
}

export interface PriceList {
  /** In billionths of the currency. */
  readonly money?: { readonly currency: string; readonly rates: Rates }
  /** In billionths of a kilowatt-hour. */
  readonly energy?: Rates
  /** Micrograms of CO2 equivalent for a kilowatt-hour: one value, or one for each hour of the day (UTC). */
  readonly carbon?: readonly number[]
  readonly metrics?: readonly PoolMetric[]
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** How much of an interval lies in each hour of the day (UTC), in milliseconds. */
export function hoursOfDay(fromAt: Instant, toAt: Instant): readonly number[] {
  const length = Math.max(0, toAt - fromAt)
  const days = Math.floor(length / DAY_MS)
  const hours = Array.from({ length: 24 }, () => days * HOUR_MS)
  for (let begin = fromAt + days * DAY_MS; begin < toAt;) {
    const hour = Math.floor(begin / HOUR_MS)
    const end = Math.min(toAt, (hour + 1) * HOUR_MS)
    hours[hour % 24] = (hours[hour % 24] as number) + end - begin
    begin = end
  }
  return hours
}
