/**
 * What an execution costs: quoted from its plan, and afterwards from what it really used. Pure and exact.
 *
 * Each amount is rounded once, half up, to a millionth of its unit, at the component that it belongs to. The amounts of
 * an execution are the sums of those of its components, so that they add up to the last digit.
 *
 * Compute is charged while the program may run, storage from the beginning of preparation to the end of release as they
 * were planned, data for the bytes that are moved. What the broker needs longer than it planned is not charged.
 */
import type { Instant } from './dates.ts'
import { divide, MICRO_DIGITS, toUnits } from './exact.ts'
import { earliestStart, type ExecutionPlan } from './execution-plan.ts'
import { HOUR_MS, hoursOfDay, type PriceList, type Rated, type Rates } from './price-list.ts'
import { BYTES_PER_GIB } from './resources.ts'

/** The kinds of costs, in the words of the published schema. */
export const COST_TYPES = {
  monetary: 'urn:ivoa:calycopis:cost:monetary',
  energy: 'urn:ivoa:calycopis:cost:energy',
  carbon: 'urn:ivoa:calycopis:cost:carbon',
} as const
export type CostType = keyof typeof COST_TYPES

/** The units in which energy and carbon are counted. */
export const ENERGY_UNITS = 'kWh'
export const CARBON_UNITS = 'g'

/** A cost or a metric: at least `min`, at most `max`, in millionths of its unit. Where all is known they are equal. */
export interface Figure {
  /** A URI that says what it is. */
  readonly type: string
  readonly units?: string
  readonly description?: string
  readonly min: bigint
  readonly max: bigint
}

/** The costs of an execution and of each of its parts. */
export interface Costs {
  readonly execution: readonly Figure[]
  readonly compute: readonly Figure[]
  readonly storage: readonly (readonly Figure[])[]
  readonly data: readonly (readonly Figure[])[]
}

/** What is used of a plan, when, and for how long. */
export interface Usage {
  /** The earliest start. */
  readonly startAt: Instant
  /** The latest start; the same as the earliest once the program has started. */
  readonly startLatestAt: Instant
  /** How long the program runs, in milliseconds; undefined for one that never started. */
  readonly runMs: number | undefined
  /** The bytes moved for each data resource, by index: at least, and at most. */
  readonly bytes: readonly { readonly min: number; readonly max: number }[]
}

/** What an offer may use: all that it grants. Data of unknown size may fill the storage that they are in. */
export function plannedUsage(plan: ExecutionPlan): Usage {
  const { startAt, durationMs } = plan.slot
  const bytes = plan.data.map(({ sizeBytes, spec }) => {
    const room = (plan.storage[spec.storage]?.sizeGib ?? 0) * BYTES_PER_GIB
    return { min: sizeBytes ?? 0, max: sizeBytes ?? room }
  })
  return { startAt: earliestStart(plan.slot), startLatestAt: startAt, runMs: durationMs, bytes }
}

/** The costs of a plan for what is used of it; empty where its pool has no price list. */
export function costsOf(plan: ExecutionPlan, usage: Usage): Costs {
  const { prices, compute, slot } = plan
  if (!prices) {
    return { execution: [], compute: [], storage: plan.storage.map(() => []), data: plan.data.map(() => []) }
  }
  const { runMs } = usage
  const figures = (holding: Holding) => figuresOf(prices, holding, usage)
  const computeFigures = figures({
    amounts: [
      ['coreHour', compute.cores],
      ['memoryGibHour', compute.memoryGib],
      ['acceleratorHour', compute.accelerators?.count ?? 0],
    ],
    beforeMs: 0,
    lastsMs: runMs ?? 0,
  })
  const storage = plan.storage.map(({ sizeGib }) =>
    figures({
      amounts: [['storageGibHour', sizeGib]],
      beforeMs: slot.prepareMs,
      lastsMs: runMs === undefined ? 0 : slot.prepareMs + runMs + slot.releaseMs,
    }),
  )
  const data = plan.data.map((_, index) =>
    figures({ amounts: [], moved: usage.bytes[index] ?? { min: 0, max: 0 }, beforeMs: slot.prepareMs, lastsMs: 0 }),
  )
  return { execution: sum([computeFigures, ...storage, ...data]), compute: computeFigures, storage, data }
}

const quotes = new WeakMap<ExecutionPlan, Costs>()

/** The costs of a plan at most, as an offer says them. Worked out once for each plan, however often it is asked for. */
export function quoteOf(plan: ExecutionPlan): Costs {
  const known = quotes.get(plan)
  if (known) return known
  const quote = costsOf(plan, plannedUsage(plan))
  quotes.set(plan, quote)
  return quote
}

/** The metrics of what a plan offers. */
export function metricsOf({ prices, compute }: ExecutionPlan): Figure[] {
  return (prices?.metrics ?? []).map(({ min, max, perCore, ...rest }) => {
    const times = BigInt(perCore ? compute.cores : 1)
    return { ...rest, min: BigInt(min) * times, max: BigInt(max) * times }
  })
}

/** Adds figures up by their type and unit; the order is that in which they first appear. */
export function sum(parts: readonly (readonly Figure[])[]): Figure[] {
  const totals = new Map<string, Figure>()
  for (const figure of parts.flat()) {
    const key = `${figure.type} ${figure.units ?? ''}`
    const before = totals.get(key)
    totals.set(key, before ? { ...before, min: before.min + figure.min, max: before.max + figure.max } : figure)
  }
  return [...totals.values()]
}

/** What one component holds, from `beforeMs` before the start on, and what is moved for it then. */
interface Holding {
  readonly amounts: readonly (readonly [Rated, number])[]
  readonly moved?: { readonly min: number; readonly max: number }
  readonly beforeMs: number
  readonly lastsMs: number
}

function figuresOf({ money, energy, carbon }: PriceList, holding: Holding, usage: Usage): Figure[] {
  const figures: Figure[] = []
  if (money) {
    const of = (bytes: number) => charge(money.rates, holding, bytes)
    figures.push(figure('monetary', money.currency, holding, of))
  }
  if (energy) {
    const of = (bytes: number) => charge(energy, holding, bytes)
    figures.push(figure('energy', ENERGY_UNITS, holding, of))
  }
  if (energy && carbon && carbon.length > 0) {
    const starts = startsThatMatter(holding, carbon, usage)
    const of = (bytes: number, pick: (values: readonly bigint[]) => bigint) =>
      pick(starts.map((startAt) => emission(energy, carbon, holding, bytes, startAt)))
    figures.push(figure('carbon', CARBON_UNITS, holding, of))
  }
  return figures
}

function figure(
  type: CostType,
  units: string,
  { moved = { min: 0, max: 0 } }: Holding,
  of: (bytes: number, pick: (values: readonly bigint[]) => bigint) => bigint,
): Figure {
  const least = (values: readonly bigint[]) => values.reduce((a, b) => (b < a ? b : a))
  const most = (values: readonly bigint[]) => values.reduce((a, b) => (b > a ? b : a))
  return { type: COST_TYPES[type], units, min: of(moved.min, least), max: of(moved.max, most) }
}

const MS_PER_HOUR = BigInt(HOUR_MS)
const BYTES_PER_GIGABYTE = 1_000_000_000n
const NANOS_PER_MICRO = 1_000n

/** The rate of a holding for an hour, in billionths. */
function hourly(rates: Rates, { amounts }: Holding): bigint {
  return amounts.reduce((total, [rated, amount]) => total + BigInt(rates[rated] ?? 0) * BigInt(amount), 0n)
}

/** What a holding costs by a list of rates, in millionths. */
function charge(rates: Rates, holding: Holding, bytes: number): bigint {
  const held = hourly(rates, holding) * BigInt(holding.lastsMs) * BYTES_PER_GIGABYTE
  const moved = BigInt(rates.gigabyteMoved ?? 0) * BigInt(bytes) * MS_PER_HOUR
  return divide(held + moved, NANOS_PER_MICRO * MS_PER_HOUR * BYTES_PER_GIGABYTE)
}

/** What a holding emits when the program starts at an instant, in micrograms: energy by hour times carbon by hour. */
function emission(energy: Rates, carbon: readonly number[], holding: Holding, bytes: number, startAt: Instant): bigint {
  const fromAt = startAt - holding.beforeMs
  const carbonAt = (hour: number) => BigInt(carbon[hour % carbon.length] ?? 0)
  const perHour = hourly(energy, holding)
  const held = hoursOfDay(fromAt, fromAt + holding.lastsMs).reduce(
    (total, ms, hour) => (ms === 0 ? total : total + perHour * BigInt(ms) * carbonAt(hour)),
    0n,
  )
  const hourNow = Math.floor(fromAt / HOUR_MS) % 24
  const moved = BigInt(energy.gigabyteMoved ?? 0) * BigInt(bytes) * carbonAt(hourNow)
  const nanos = held * BYTES_PER_GIGABYTE + moved * MS_PER_HOUR
  return divide(nanos, BYTES_PER_GIGABYTE * MS_PER_HOUR * 1_000_000_000n)
}

/** Emission grows or falls steadily between full hours, so the least and the most are at one of these starts. */
function startsThatMatter(
  { beforeMs, lastsMs }: Holding,
  carbon: readonly number[],
  { startAt, startLatestAt }: Usage,
): Instant[] {
  if (carbon.length === 1) return [startAt]
  // Where the beginning or the end of the holding crosses a full hour; one millisecond before it too, for what is moved.
  const crossings = [-beforeMs, lastsMs - beforeMs].flatMap((edge) => {
    const found: Instant[] = []
    const last = Math.min(startLatestAt, startAt + 24 * HOUR_MS)
    for (let hour = Math.ceil((startAt + edge) / HOUR_MS); hour * HOUR_MS - edge <= last; hour++)
      found.push(hour * HOUR_MS - edge, hour * HOUR_MS - edge - 1)
    return found.filter((start) => start >= startAt)
  })
  return [...new Set([startAt, startLatestAt, ...crossings])]
}

/** A number of a client as millionths: the greatest that a maximum allows, the least that a minimum allows. */
export const micros = (value: number, rounding: 'up' | 'down'): bigint => toUnits(value, MICRO_DIGITS, rounding)
