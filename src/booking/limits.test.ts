import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COST_TYPES, costsOf, micros, plannedUsage } from '../domain/costs.ts'
import type { ExecutionRequest, Limit } from '../domain/execution-request.ts'
import { HOUR_MS, type PriceList } from '../domain/price-list.ts'
import { planOffers } from './plan.ts'
import { PoolProfile, type Hold } from './profile.ts'
import type { Candidate, OfferLimits, PlannedOffer } from './slot-search.ts'

const NOW = Date.UTC(2026, 10, 24)
const LIMITS: OfferLimits = {
  offersMax: 4,
  lifetimeMs: 300_000,
  decideMs: 30_000,
  horizonMs: 30 * 24 * HOUR_MS,
  durationMaxMs: 24 * HOUR_MS,
  graceMs: 10_000,
}
const PERFORMANCE = 'urn:ivoa:calycopis:metric:compute-performance'

const euros = (perCoreHour: number): PriceList => ({
  money: { currency: 'EUR', rates: { coreHour: Math.round(perCoreHour * 1e9) } },
})
const cost = (limit: Partial<Limit>): Limit => ({
  pointer: '/costs/0',
  about: 'cost',
  type: COST_TYPES.monetary,
  part: 'execution',
  ...limit,
})

function request(limits: readonly Limit[], coresMax = 1, starts: [number, number][] = []): ExecutionRequest {
  return {
    executable: {
      type: 'docker-container',
      image: { locations: ['x'], architecture: 'amd64', os: 'linux' },
      command: [],
      environment: {},
      privileged: false,
      ports: [],
    },
    compute: { cores: { min: 1, max: coresMax }, memory: { min: 1, max: 1 }, volumes: [] },
    storage: [{ size: { min: 1, max: 1 }, implied: false }],
    data: [],
    durationMs: HOUR_MS,
    starts: starts.map(([from, to]) => ({ fromAt: NOW + from, toAt: NOW + to, pointer: '/schedule/requested/start' })),
    limits,
  }
}

function candidate(pool: string, prices?: PriceList, held: readonly Hold[] = []): Candidate {
  const all = { cores: 8, memory: 64, storage: 100, accelerators: 0 }
  const since = Object.entries(all).map(([resource, amount]) => ({ resource: resource as 'cores', amount, fromAt: 0 }))
  const estimate = { prepareMs: 0, releaseMs: 0 }
  return {
    platform: 'p',
    pool,
    poolId: pool.length,
    capacity: all,
    profile: new PoolProfile(since, held, NOW),
    survey: { executable: estimate, compute: estimate, storage: [estimate], data: [], messages: [] },
    ...(prices ? { prices } : {}),
  }
}

const full = (fromAt: number, toAt: number): Hold => ({
  resource: 'cores',
  amount: 8,
  fromAt: NOW + fromAt,
  toAt: NOW + toAt,
})
const plan = (limits: readonly Limit[], candidates: Candidate[], coresMax = 1, starts: [number, number][] = []) =>
  planOffers(request(limits, coresMax, starts), candidates, LIMITS, NOW)
const priceOf = ({ plan: of }: PlannedOffer, type: keyof typeof COST_TYPES = 'monetary') =>
  Number(costsOf(of, plannedUsage(of)).execution.find((figure) => figure.type === COST_TYPES[type])?.max) / 1e6
const texts = (limits: readonly Limit[], candidates: Candidate[], starts: [number, number][] = []) =>
  plan(limits, candidates, 1, starts).messages.map(({ text }) => text)

describe('limits on costs', () => {
  it('keep offers above them from being made', () => {
    const { offers } = plan([cost({ max: 0.3 })], [candidate('only', euros(0.1))], 8)
    expect(offers.length).toBeGreaterThan(0)
    expect(offers.every((offer) => priceOf(offer) <= 0.3)).toBe(true)
    const unlimited = plan([], [candidate('only', euros(0.1))], 8).offers
    expect(unlimited.some((offer) => priceOf(offer) > 0.3)).toBe(true)
  })

  it('of exactly the price are kept, and of a millionth less are not', () => {
    const pool = [candidate('only', euros(0.1))]
    expect(plan([cost({ max: 0.1 })], pool).offers).not.toEqual([])
    expect(plan([cost({ max: 0.099999 })], pool).offers).toEqual([])
    expect(plan([cost({ min: 0.1 })], pool).offers).not.toEqual([])
    expect(plan([cost({ min: 0.100001 })], pool).offers).toEqual([])
  })

  it('that nothing keeps are a NO that says which, the lowest possible, and what to change', () => {
    expect(texts([cost({ max: 0.05 })], [candidate('dear', euros(0.3)), candidate('fair', euros(0.1))])).toEqual([
      'No offer keeps to the 0.05 EUR of urn:ivoa:calycopis:cost:monetary that /costs/0 allows at most; the lowest ' +
        'possible is 0.1 EUR, in the pool fair. Raise the limit to that, or ask for fewer cores, less memory or ' +
        'storage, or a shorter duration.',
    ])
  })

  it('that were raised to the lowest possible are kept', () => {
    const pools = [candidate('only', euros(0.123457))]
    const [said] = plan([cost({ max: 0.1 })], pools).messages
    const lowest = Number(String(said?.values.lowest).split(' ')[0])
    expect(plan([cost({ max: lowest })], pools).offers).not.toEqual([])
  })

  it('of what no pool states are a NO that says what could be limited', () => {
    expect(texts([cost({ type: COST_TYPES.carbon, max: 5 })], [candidate('only', euros(0.1))])).toEqual([
      'No pool here that could run this states urn:ivoa:calycopis:cost:carbon, so the limit of /costs/0 cannot be ' +
        'kept. Leave it out, or limit urn:ivoa:calycopis:cost:monetary in EUR.',
    ])
    expect(texts([cost({ max: 5 })], [candidate('only')])[0]).toMatch(/cannot be kept\. Leave it out\.$/)
    expect(texts([cost({ max: 5, units: 'GBP' })], [candidate('only', euros(0.1))])[0]).toContain('in GBP')
  })

  it('of several pools take the pool that keeps all of them', () => {
    const fast: PriceList = { ...euros(0.3), metrics: [{ type: PERFORMANCE, min: 9e6, max: 9e6, perCore: false }] }
    const slow: PriceList = { ...euros(0.1), metrics: [{ type: PERFORMANCE, min: 2e6, max: 2e6, perCore: false }] }
    const pools = [candidate('slow', slow), candidate('faster', fast)]
    const performance = (min: number): Limit => ({
      pointer: '/metrics/0',
      about: 'metric',
      type: PERFORMANCE,
      part: 'execution',
      min,
    })
    const chosen = (limits: Limit[]) => new Set(plan(limits, pools).offers.map((offer) => offer.plan.pool))
    expect(chosen([performance(5)])).toEqual(new Set(['faster']))
    expect(chosen([cost({ max: 0.2 })])).toEqual(new Set(['slow']))
    expect(texts([cost({ max: 0.2 }), performance(5)], pools)).toEqual([
      'No offer keeps to all limits of /costs/0, /metrics/0 together. Loosen one of them: p/slow has monetary 0.1 ' +
        'EUR, compute-performance 2; p/faster has monetary 0.3 EUR, compute-performance 9.',
    ])
    expect(texts([performance(10)], pools)).toEqual([
      `No offer reaches the 10 of ${PERFORMANCE} that /metrics/0 asks for at least; the highest possible is 9, in ` +
        'the pool faster. Lower the limit to that, or ask for more cores.',
    ])
  })

  it('of one part are held against that part alone', () => {
    const prices: PriceList = {
      money: { currency: 'EUR', rates: { coreHour: 1e9, storageGibHour: 2e9 } },
    }
    const pools = [candidate('only', prices)]
    const part = (name: Limit['part'], max: number) => plan([cost({ part: name, max })], pools).offers.length > 0
    expect([part('compute', 1), part('compute', 0.9)]).toEqual([true, false])
    expect([part({ family: 'storage', index: 0 }, 2), part({ family: 'storage', index: 0 }, 1.9)]).toEqual([
      true,
      false,
    ])
    expect([part('execution', 3), part('execution', 2.9)]).toEqual([true, false])
  })

  it('send those who can wait to a cheaper pool that is full now', () => {
    const cheap = candidate('cheap', euros(0.1), [full(0, 2 * HOUR_MS)])
    const { offers } = plan([cost({ max: 0.2 })], [candidate('dear', euros(0.5)), cheap])
    expect(offers[0]?.plan).toMatchObject({ pool: 'cheap', slot: { startAt: NOW + 2 * HOUR_MS } })
    const soon: [number, number][] = [[0, HOUR_MS]]
    const [said] = texts([cost({ max: 0.2 })], [candidate('dear', euros(0.5)), cheap], soon)
    expect(said).toBe(
      'Nothing that is free in the requested time keeps to the limits of /costs/0. The next slot would start at ' +
        '2026-11-24T02:00:00Z.',
    )
  })

  it('on carbon find the hour that keeps to them', () => {
    const carbon = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 50e6 : 400e6))
    const pool = [candidate('only', { energy: { coreHour: 1e9 }, carbon })]
    const { offers } = plan([cost({ type: COST_TYPES.carbon, max: 100 })], pool)
    expect(offers[0]?.plan.slot.startAt).toBe(NOW + 12 * HOUR_MS)
    expect(offers.every((offer) => priceOf(offer, 'carbon') <= 100)).toBe(true)
    expect(texts([cost({ type: COST_TYPES.carbon, max: 40 })], pool)[0]).toContain('the lowest possible is 50 g')
    expect(texts([cost({ type: COST_TYPES.carbon, max: 100 })], pool, [[0, HOUR_MS]])[0]).toContain('possible is 400 g')
  })
})

describe('without limits', () => {
  it('the cheapest pool is among the offers, however few they are', () => {
    const pools = ['a', 'bb', 'ccc', 'dddd', 'eeeee'].map((name, index) => candidate(name, euros(0.5 - index * 0.1)))
    const limits = { ...LIMITS, offersMax: 2 }
    const { offers } = planOffers(request([], 8), pools, limits, NOW)
    expect(offers.map((offer) => offer.plan.pool)).toContain('eeeee')
  })

  it('a greener start is among the offers when carbon depends on the hour', () => {
    const carbon = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 50e6 : 400e6))
    const { offers } = plan([], [candidate('only', { energy: { coreHour: 1e9 }, carbon })], 8)
    expect(offers[0]?.plan.slot.startAt).toBe(NOW + 30_000)
    expect(offers.map((offer) => offer.plan.slot.startAt)).toContain(NOW + 12 * HOUR_MS)
  })

  it('the most comes first where it costs no more than the least and starts as early', () => {
    const coresOf = (prices?: PriceList, held: readonly Hold[] = []) =>
      plan([], [candidate('only', prices, held)], 8).offers.map((offer) => offer.plan.compute.cores)
    const memoryOnly: PriceList = { money: { currency: 'EUR', rates: { memoryGibHour: 1e9 } } }
    expect(coresOf(memoryOnly).slice(0, 2)).toEqual([8, 1])
    expect(coresOf(euros(1)).slice(0, 2)).toEqual([1, 8])
    expect(coresOf({ ...memoryOnly, energy: { coreHour: 1e9 } })[0]).toBe(1)
    expect(coresOf()[0]).toBe(1)
    const busy = { ...full(0, HOUR_MS), amount: 4 }
    expect(coresOf(memoryOnly, [busy])[0]).toBe(1)
  })
  it('the most is what runs at once where it costs no more', () => {
    const free: PriceList = { money: { currency: 'EUR', rates: {} }, energy: { memoryGibHour: 1e9 } }
    const one = planOffers(request([], 4), [candidate('only', free)], { ...LIMITS, offersMax: 1 }, NOW)
    expect(one.offers.map((offer) => offer.plan.compute.cores)).toEqual([4])
  })

  it('prices change nothing about where and when', () => {
    const slots = (prices?: PriceList) =>
      plan([], [candidate('only', prices)], 8).offers.map((offer) => offer.plan.slot)
    expect(slots(euros(1))).toEqual(slots())
  })
})

describe('whatever the limits', () => {
  it('every offer keeps to them, and a NO means that the least does not', () => {
    const rate = fc.integer({ min: 1, max: 1_000_000 })
    const cases = fc.record({
      rates: fc.array(rate, { minLength: 1, maxLength: 3 }),
      max: fc.integer({ min: 1, max: 1_000_000 }),
      coresMax: fc.integer({ min: 1, max: 8 }),
    })
    fc.assert(
      fc.property(cases, ({ rates, max, coresMax }) => {
        const pools = rates.map((one, index) => candidate('x'.repeat(index + 1), euros(one / 1e6)))
        const { offers, messages } = plan([cost({ max: max / 1e6 })], pools, coresMax)
        for (const { plan: of } of offers) {
          const [figure] = costsOf(of, plannedUsage(of)).execution
          expect((figure?.max ?? 0n) <= micros(max / 1e6, 'down')).toBe(true)
        }
        expect(offers.length === 0).toBe(Math.min(...rates) > max)
        if (offers.length === 0) expect(messages.map(({ name }) => name)).toEqual(['limit-too-low'])
      }),
      { numRuns: 200 },
    )
  })
})

describe('a request of countless windows, limits and parts', () => {
  const hourly = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 50e6 : 400e6))
  const windowsOf = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, index) => [index * 6 * HOUR_MS, (index * 6 + 5) * HOUR_MS])
  /** Numbers of prices of parts of plans, and of looks at the pool, until there is an answer. */
  function counted(asked: { windows: number; limits: Limit[]; parts: number; carbon?: number[]; held?: Hold[] }) {
    const counts = { priced: 0, looked: 0 }
    const { held, carbon } = asked
    const prices: PriceList = {
      get money() {
        counts.priced++
        return { currency: 'EUR', rates: { coreHour: 1e9, storageGibHour: 1e6 } }
      },
      ...(carbon ? { energy: { coreHour: 1e9 }, carbon } : {}),
    }
    const pool = candidate('only', prices, held)
    const { profile, survey } = pool
    const storage = Array.from({ length: asked.parts }, () => ({ size: { min: 1, max: 1 }, implied: false }))
    const look = profile.earliest.bind(profile)
    profile.earliest = (...of) => (counts.looked++, look(...of))
    const large: Candidate = {
      ...pool,
      capacity: { ...pool.capacity, storage: 2_000 },
      survey: { ...survey, storage: storage.map(() => ({ prepareMs: 0, releaseMs: 0 })) },
    }
    profile.add({ resource: 'storage', amount: -1_900, fromAt: 0, toAt: NOW + 1_000 * 24 * HOUR_MS })
    const windows = windowsOf(asked.windows)
    const horizonMs = 1_000 * 24 * HOUR_MS
    const answer = planOffers({ ...request(asked.limits, 1, windows), storage }, [large], { ...LIMITS, horizonMs }, NOW)
    return { ...counts, names: answer.messages.map(({ name }) => name), offers: answer.offers }
  }
  const manyLimits = (last: Partial<Limit>) => [...Array.from({ length: 99 }, () => cost({ max: 1e6 })), cost(last)]
  const gramsOf = (max: number) => manyLimits({ type: COST_TYPES.carbon, max })

  it.each([
    ['1000 windows, 100 limits and 20 parts', 1_000, 20, undefined, 21],
    ['1000 windows with carbon by the hour', 1_000, 20, hourly, 3_150],
    ['1000 parts', 1, 1_000, hourly, 3_100],
    ['100 windows and 1000 parts', 100, 1_000, hourly, 3_100],
  ])('is refused after few prices with %s', (_, windows, parts, carbon, most) => {
    const answer = counted({ windows, parts, limits: manyLimits({ max: 0 }), ...(carbon ? { carbon } : {}) })
    expect(answer.names).toEqual(['limit-too-low'])
    expect(answer.priced).toBeLessThanOrEqual(most)
  })

  it('finds the one hour in which it keeps to the limits, with few prices and few looks at the pool', () => {
    const held = [full(0, 100 * 6 * HOUR_MS - 7 * HOUR_MS)]
    const answer = counted({ windows: 104, parts: 20, carbon: hourly, limits: gramsOf(60), held })
    expect(answer.offers[0]?.plan.slot.startAt).toBe(NOW + 25 * 24 * HOUR_MS + 12 * HOUR_MS)
    expect(answer.priced).toBeLessThanOrEqual(2 * 3_150 + 500)
    expect(answer.looked).toBeLessThanOrEqual(160 * 104 * 2)
  })

  it('of which it keeps to the limits nowhere while there is room is tried at few starts', () => {
    const noons = Array.from({ length: 100 }, (_, day) => full((day * 24 + 7) * HOUR_MS, (day * 24 + 18) * HOUR_MS))
    const answer = counted({ windows: 400, parts: 20, carbon: hourly, limits: gramsOf(60), held: noons })
    expect(answer.names).toEqual(['limits-not-now'])
    expect(answer.priced).toBeLessThanOrEqual(2 * 3_150 + 500)
  })
})
