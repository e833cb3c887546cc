import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COST_TYPES, costsOf, metricsOf, plannedUsage, type Figure, type Usage } from './costs.ts'
import { fromUnits, MICRO_DIGITS } from './exact.ts'
import type { ExecutionPlan } from './execution-plan.ts'
import { HOUR_MS, hoursOfDay, RATED, type PriceList } from './price-list.ts'

const MIDNIGHT = Date.UTC(2026, 10, 24)
const GREEN_AT_NOON = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 50_000_000 : 400_000_000))

function plan(change: {
  prices?: PriceList
  cores?: number
  memoryGib?: number
  storageGib?: number[]
  bytes?: (number | undefined)[]
  hours?: number
  startAt?: number
  earliestAt?: number
  prepareMs?: number
}): ExecutionPlan {
  const estimate = { prepareMs: 0, releaseMs: 0 }
  const startAt = change.startAt ?? MIDNIGHT
  return {
    platform: 'p',
    pool: 'default',
    poolId: 1,
    ...(change.prices ? { prices: change.prices } : {}),
    slot: {
      earliestAt: change.earliestAt ?? startAt,
      startAt,
      durationMs: (change.hours ?? 1) * HOUR_MS,
      prepareMs: change.prepareMs ?? 0,
      graceMs: 10_000,
      releaseMs: 0,
    },
    executable: {
      spec: {
        type: 'docker-container',
        image: { locations: ['x'], architecture: 'amd64', os: 'linux' },
        command: [],
        environment: {},
        privileged: false,
        ports: [],
      },
      estimate,
      messages: [],
    },
    compute: { cores: change.cores ?? 1, memoryGib: change.memoryGib ?? 1, volumes: [], estimate, messages: [] },
    storage: (change.storageGib ?? []).map((sizeGib) => ({ sizeGib, estimate, messages: [] })),
    data: (change.bytes ?? []).map((sizeBytes) => ({
      spec: { type: 'simple-data-resource', location: 'http://x/', storage: 0 },
      estimate,
      messages: [],
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    })),
  }
}

const euros = (rates: PriceList['energy'] & object): PriceList => ({ money: { currency: 'EUR', rates } })
const quoted = (of: ExecutionPlan) => costsOf(of, plannedUsage(of))
const numbers = (figures: readonly Figure[]) =>
  figures.map(({ type, min, max }) => [
    type.split(':').at(-1),
    fromUnits(min, MICRO_DIGITS),
    ...(min === max ? [] : [fromUnits(max, MICRO_DIGITS)]),
  ])

describe('costs', () => {
  it('are the rate times what is offered times its duration', () => {
    const prices = euros({ coreHour: 100_000_000, memoryGibHour: 10_000_000, storageGibHour: 1_000_000 })
    const offer = plan({ prices, cores: 3, memoryGib: 4, storageGib: [100], hours: 2 })
    const costs = quoted(offer)
    expect(numbers(costs.compute)).toEqual([['monetary', 0.68]])
    expect(numbers(costs.storage[0] ?? [])).toEqual([['monetary', 0.2]])
    expect(numbers(costs.execution)).toEqual([['monetary', 0.88]])
    expect(costs.execution[0]?.units).toBe('EUR')
  })

  it('add up to the last digit where binary fractions do not', () => {
    const prices = euros({ coreHour: 100_000_000, storageGibHour: 200_000_000 })
    expect(JSON.stringify(numbers(quoted(plan({ prices, storageGib: [1] })).execution))).toBe('[["monetary",0.3]]')
  })

  it('charge storage while it is prepared and released, and data by the byte', () => {
    const prices = euros({ storageGibHour: 60_000_000, gigabyteMoved: 20_000_000 })
    const costs = quoted(plan({ prices, storageGib: [10], bytes: [2_500_000_000], prepareMs: HOUR_MS / 2 }))
    expect(numbers(costs.storage[0] ?? [])).toEqual([['monetary', 0.9]])
    expect(numbers(costs.data[0] ?? [])).toEqual([['monetary', 0.05]])
  })

  it('quote data of unknown size from nothing to all that their storage holds', () => {
    const prices = euros({ gigabyteMoved: 1_000_000_000 })
    const costs = quoted(plan({ prices, storageGib: [1], bytes: [undefined] }))
    expect(numbers(costs.execution)).toEqual([['monetary', 0, 1.073742]])
  })

  it('say nothing where nothing is known', () => {
    expect(quoted(plan({ storageGib: [1] }))).toEqual({ execution: [], compute: [], storage: [[]], data: [] })
    expect(metricsOf(plan({}))).toEqual([])
  })

  it('count carbon by the hour in which energy is used', () => {
    const prices: PriceList = { energy: { coreHour: 1_000_000_000 }, carbon: GREEN_AT_NOON }
    const at = (startAt: number) => numbers(quoted(plan({ prices, startAt, hours: 2 })).execution)
    expect(at(MIDNIGHT)).toEqual([
      ['energy', 2],
      ['carbon', 800],
    ])
    expect(at(MIDNIGHT + 11.5 * HOUR_MS)[1]).toEqual(['carbon', 0.5 * 400 + 50 + 0.5 * 400])
  })

  it('give the least and the most carbon of a start that is not fixed', () => {
    const prices: PriceList = { energy: { coreHour: 1_000_000_000 }, carbon: GREEN_AT_NOON }
    const floating = plan({ prices, earliestAt: MIDNIGHT + 11 * HOUR_MS, startAt: MIDNIGHT + 14 * HOUR_MS })
    expect(numbers(quoted(floating).execution)[1]).toEqual(['carbon', 50, 400])
  })

  it('of no possible start are outside what is quoted', () => {
    const hour = fc.integer({ min: 0, max: 1_000_000_000 })
    const cases = fc.record({
      carbon: fc.array(hour, { minLength: 24, maxLength: 24 }),
      startAt: fc.integer({ min: MIDNIGHT, max: MIDNIGHT + 24 * HOUR_MS }),
      delayMs: fc.integer({ min: 0, max: 30 * HOUR_MS }),
      prepareMs: fc.integer({ min: 0, max: 3 * HOUR_MS }),
      hours: fc.integer({ min: 1, max: 30 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, ({ carbon, startAt, delayMs, part, ...rest }) => {
        const prices: PriceList = {
          energy: { coreHour: 1_000_000, storageGibHour: 3_000_000, gigabyteMoved: 5_000_000 },
          carbon,
        }
        const fixed = { ...rest, prices, storageGib: [1], bytes: [1e9] }
        const [, quote] = quoted(plan({ ...fixed, earliestAt: startAt, startAt: startAt + delayMs })).execution
        const [, one] = quoted(plan({ ...fixed, startAt: startAt + Math.floor(part * delayMs) })).execution
        expect((quote as Figure).min <= (one as Figure).min && (one as Figure).max <= (quote as Figure).max).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('of an execution are the sums of those of its parts, whatever they are', () => {
    const rate = fc.integer({ min: 0, max: 1e12 })
    const rates = fc.record(Object.fromEntries(RATED.map((rated) => [rated, rate])))
    const offers = fc.record({
      money: rates,
      energy: rates,
      carbon: fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 24 }),
      cores: fc.integer({ min: 1, max: 10_000 }),
      memoryGib: fc.integer({ min: 1, max: 100_000 }),
      storageGib: fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 3 }),
      bytes: fc.array(fc.option(fc.integer({ min: 0, max: 1e15 }), { nil: undefined }), { maxLength: 3 }),
      hours: fc.double({ min: 0.001, max: 2_000, noNaN: true }),
      delayMs: fc.integer({ min: 0, max: 2 * HOUR_MS }),
    })
    fc.assert(
      fc.property(offers, ({ money, energy, carbon, hours, delayMs, ...amounts }) => {
        const prices: PriceList = { money: { currency: 'EUR', rates: money }, energy, carbon }
        const durationHours = Math.round(hours * HOUR_MS) / HOUR_MS
        const offer = plan({
          prices,
          ...amounts,
          hours: durationHours,
          earliestAt: MIDNIGHT,
          startAt: MIDNIGHT + delayMs,
        })
        const usage = { ...plannedUsage(offer), runMs: Math.round(hours * HOUR_MS) }
        const costs = costsOf(offer, usage)
        const parts = [costs.compute, ...costs.storage, ...costs.data]
        for (const figure of costs.execution) {
          const of = (bound: 'min' | 'max') =>
            parts.flat().reduce((sum, one) => (one.type === figure.type ? sum + one[bound] : sum), 0n)
          expect([figure.min, figure.max]).toEqual([of('min'), of('max')])
          expect(figure.min <= figure.max).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('of what was used are within what was quoted, and proportional to the run time', () => {
    const prices: PriceList = {
      money: { currency: 'EUR', rates: { coreHour: 123_456_789, storageGibHour: 1_234, gigabyteMoved: 5_000 } },
      energy: { coreHour: 7_000_000, gigabyteMoved: 300 },
      carbon: GREEN_AT_NOON,
    }
    const offer = plan({ prices, cores: 7, storageGib: [5], bytes: [undefined], hours: 10, prepareMs: 60_000 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * HOUR_MS }), fc.integer({ min: 0, max: 5e9 }), (runMs, moved) => {
        const usage: Usage = { ...plannedUsage(offer), runMs, bytes: [{ min: moved, max: moved }] }
        const actual = costsOf(offer, usage)
        const most = quoted(offer)
        actual.execution.forEach((figure, index) => {
          expect(figure.min).toBe(figure.max)
          expect(figure.max <= (most.execution[index]?.max ?? 0n)).toBe(true)
        })
      }),
    )
  })

  it('of what never started are those of what was moved', () => {
    const prices = euros({ coreHour: 1_000_000_000, storageGibHour: 1_000_000_000, gigabyteMoved: 1_000_000_000 })
    const offer = plan({ prices, storageGib: [1], bytes: [1e9], prepareMs: HOUR_MS })
    const usage: Usage = { ...plannedUsage(offer), runMs: undefined, bytes: [{ min: 250_000_000, max: 250_000_000 }] }
    expect(numbers(costsOf(offer, usage).execution)).toEqual([['monetary', 0.25]])
  })
})

describe('metrics', () => {
  it('grow with the cores where they are for one core', () => {
    const type = 'urn:ivoa:calycopis:metric:compute-performance'
    const metric = { type, min: 10_000_000, max: 12_500_000 }
    const prices: PriceList = {
      metrics: [
        { ...metric, perCore: true },
        { ...metric, perCore: false, units: 'HS23' },
      ],
    }
    const figures = metricsOf(plan({ prices, cores: 4 }))
    expect(figures.map(({ min, max }) => [min, max])).toEqual([
      [40_000_000n, 50_000_000n],
      [10_000_000n, 12_500_000n],
    ])
    expect(figures[1]?.units).toBe('HS23')
  })
})

describe('the hours of the day in an interval', () => {
  it('are those that a clock would show', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 4_000 }),
        (fromQuarter, lengthQuarters) => {
          const quarter = HOUR_MS / 4
          const fromAt = MIDNIGHT + fromQuarter * quarter
          const expected = Array.from({ length: 24 }, () => 0)
          for (let one = 0; one < lengthQuarters; one++) {
            const hour = new Date(fromAt + one * quarter).getUTCHours()
            expected[hour] = (expected[hour] ?? 0) + quarter
          }
          expect(hoursOfDay(fromAt, fromAt + lengthQuarters * quarter)).toEqual(expected)
        },
      ),
    )
  })
  it('are none in an interval that ends before it begins', () => {
    expect(hoursOfDay(MIDNIGHT, MIDNIGHT - 1).every((ms) => ms === 0)).toBe(true)
  })
})

describe('the kinds of costs', () => {
  it('are those of the published schema', () => {
    expect(Object.values(COST_TYPES).every((type) => type.startsWith('urn:ivoa:calycopis:cost:'))).toBe(true)
  })
})
