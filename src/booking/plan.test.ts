import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { earliestStart } from '../domain/execution-plan.ts'
import type { AcceleratorRequest, ExecutionRequest } from '../domain/execution-request.ts'
import { planOffers } from './plan.ts'
import { PoolProfile, type Hold } from './profile.ts'
import type { Candidate, ClosedPool, OfferLimits } from './slot-search.ts'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 10, 24)
const LIMITS: OfferLimits = {
  offersMax: 4,
  lifetimeMs: 5 * MINUTE,
  decideMs: MINUTE / 2,
  horizonMs: 30 * 1440 * MINUTE,
  durationMaxMs: 1440 * MINUTE,
  graceMs: 10_000,
}

function request(
  change: {
    cores?: [number, number]
    accelerators?: AcceleratorRequest
    durationMs?: number
    starts?: [number, number][]
  } = {},
): ExecutionRequest {
  const [min, max] = change.cores ?? [1, 1]
  return {
    executable: {
      type: 'docker-container',
      image: { locations: ['x'], architecture: 'amd64', os: 'linux' },
      command: [],
      environment: {},
      privileged: false,
      ports: [],
    },
    compute: {
      cores: { min, max },
      memory: { min: 1, max: 1 },
      ...(change.accelerators ? { accelerators: change.accelerators } : {}),
      volumes: [],
    },
    storage: [],
    data: [],
    durationMs: change.durationMs ?? 10 * MINUTE,
    starts: (change.starts ?? []).map(([fromAt, toAt]) => ({
      fromAt: NOW + fromAt,
      toAt: NOW + toAt,
      pointer: '/schedule/requested/start',
    })),
  }
}

function candidate(
  cores: number,
  held: readonly Hold[] = [],
  prepareMs = 0,
  pool = 'default',
  accelerators = 0,
  acceleratorType?: string,
): Candidate {
  const all = { cores, memory: 64, storage: 100, accelerators }
  const since = Object.entries(all).map(([resource, amount]) => ({ resource: resource as 'cores', amount, fromAt: 0 }))
  return {
    platform: 'p',
    pool,
    poolId: pool.length,
    capacity: all,
    ...(acceleratorType === undefined ? {} : { acceleratorType }),
    profile: new PoolProfile(since, held, NOW),
    survey: {
      executable: { prepareMs, releaseMs: 0 },
      compute: { prepareMs: 0, releaseMs: 0 },
      storage: [],
      data: [],
      messages: [],
    },
  }
}

const held = (amount: number, fromAt: number, toAt: number): Hold => ({
  resource: 'cores',
  amount,
  fromAt: NOW + fromAt,
  toAt: NOW + toAt,
})
const plan = (asked: ExecutionRequest, candidates: Candidate[], limits = LIMITS) =>
  planOffers(asked, candidates, limits, NOW)

it.each([
  [1_000, 3_000],
  [5_000, 3_000],
  [5 * MINUTE, 6_000],
  [600 * MINUTE, 10_000],
])('a program of %d ms has %d ms to end after it, which are booked', (durationMs, graceMs) => {
  const [first] = plan({ ...request(), durationMs }, [candidate(4)]).offers
  const slot = first?.plan.slot
  expect(slot?.graceMs).toBe(graceMs)
  const compute = first?.holds.find(({ resource }) => resource === 'cores')
  expect(compute?.toAt).toBe((slot?.startAt ?? 0) + durationMs + graceMs)
})

describe('pools that let nothing new in', () => {
  const closed = (cores: number, pool: string, reason?: string): ClosedPool => ({
    ...candidate(cores, [], 0, pool),
    ...(reason === undefined ? {} : { reason }),
  })
  const drained = [closed(8, 'big', 'A board is changed.'), closed(4, 'old')]
  it.each([
    ['no open pool is as large', 6, [candidate(4)], ['p/big (A board is changed.)']],
    [
      'the open pools are full',
      3,
      [candidate(4, [held(4, 0, 1e12)])],
      ['no-capacity', 'p/big (A board is changed.), p/old (no reason was given)'],
    ],
    ['there is no open pool', 8, [], ['p/big (A board is changed.)']],
    ['they are too small as well', 9, [candidate(4)], ['resource-limit']],
    ['they are too small as well, and alone', 9, [], ['resource-limit']],
    ['something is offered', 4, [candidate(4)], []],
  ])('are named where they have what is asked for: %s', (_, least, open, says) => {
    const { offers, messages } = planOffers(request({ cores: [least, least] }), open, LIMITS, NOW, drained)
    expect(messages.map(({ name, values }) => (name === 'pools-drained' ? values.pools : name))).toEqual(says)
    expect(offers.length > 0).toBe(says.length === 0)
  })
  it('count with the largest that there is', () => {
    const [said] = planOffers(request({ cores: [9, 9] }), [candidate(4)], LIMITS, NOW, drained).messages
    expect(said?.values.limit).toBe(8)
  })
})

describe('planning offers', () => {
  it('begins with an offer that is to be decided soon, and promises the start that follows', () => {
    const [first] = plan(request(), [candidate(4, [], 7_000)]).offers
    expect(first?.expiresAt).toBe(NOW + LIMITS.decideMs)
    expect(first?.plan.slot.startAt).toBe(NOW + LIMITS.decideMs + 7_000)
    const cores = first?.holds.find(({ resource }) => resource === 'cores')
    expect(cores?.fromAt).toBe(NOW + LIMITS.decideMs + 7_000)
    expect(cores?.toAt).toBe(NOW + LIMITS.decideMs + 7_000 + 10 * MINUTE + (first?.plan.slot.graceMs ?? 0))
  })
  it('offers beside it a start that can be thought over', () => {
    const { offers } = plan(request(), [candidate(4, [], 7_000)])
    expect(offers[1]?.expiresAt).toBe(NOW + LIMITS.lifetimeMs)
    expect(offers[1]?.plan.slot.startAt).toBe(NOW + LIMITS.lifetimeMs + 7_000)
  })
  it('lets both start early, and no start that was chosen for being later', () => {
    const { offers } = plan(request(), [candidate(4)])
    expect(offers.map(({ plan }) => earliestStart(plan.slot) < plan.slot.startAt)).toEqual([true, true, false, false])
  })
  it('starts at the very instant that was asked for', () => {
    const { offers } = plan(request({ starts: [[60 * MINUTE, 60 * MINUTE]] }), [candidate(4)])
    expect(offers.map(({ plan }) => [earliestStart(plan.slot), plan.slot.startAt])).toEqual([
      [NOW + 60 * MINUTE, NOW + 60 * MINUTE],
    ])
  })
  it('starts early within the window that was asked for, or never where the client wants that', () => {
    const asked = request({ starts: [[60 * MINUTE, 90 * MINUTE]] })
    const busy = [held(4, 0, 80 * MINUTE)]
    const startsOf = (wanted: ExecutionRequest) =>
      plan(wanted, [candidate(4, busy)])
        .offers.slice(0, 1)
        .map(({ plan }) => [earliestStart(plan.slot), plan.slot.startAt])
    expect(startsOf(asked)).toEqual([[NOW + 60 * MINUTE, NOW + 80 * MINUTE]])
    expect(startsOf({ ...asked, startEarly: false })).toEqual([[NOW + 80 * MINUTE, NOW + 80 * MINUTE]])
  })
  it('ends an offer before its start cannot be reached any more', () => {
    const [offer] = plan(request({ starts: [[MINUTE / 4, MINUTE / 2]] }), [candidate(4, [], 10_000)]).offers
    expect(offer?.expiresAt).toBe(NOW + MINUTE / 2 - 10_000)
    expect(offer?.plan.slot.startAt).toBe(NOW + MINUTE / 2)
  })
  it('waits for the capacity that others hold', () => {
    const [first] = plan(request({ cores: [3, 3] }), [candidate(4, [held(2, 0, 30 * MINUTE)])]).offers
    expect(first?.plan.slot.startAt).toBe(NOW + 30 * MINUTE)
  })
  it('fits exactly into a gap', () => {
    const busy = [held(4, 0, 10 * MINUTE), held(4, 20 * MINUTE + 10_000, 60 * MINUTE)]
    const { offers } = plan(request(), [candidate(4, busy)], { ...LIMITS, lifetimeMs: MINUTE })
    expect(offers[0]?.plan.slot.startAt).toBe(NOW + 10 * MINUTE)
  })
  it('offers more resources, up to the maximum and never above', () => {
    const { offers } = plan(request({ cores: [2, 3] }), [candidate(4)])
    expect(new Set(offers.map(({ plan }) => plan.compute.cores))).toEqual(new Set([2, 3]))
  })
  it('offers what there is of a maximum that no pool has, and says so', () => {
    const { offers, messages } = plan(request({ cores: [2, 99] }), [candidate(4)])
    expect(Math.max(...offers.map(({ plan }) => plan.compute.cores))).toBe(4)
    expect(messages.map(({ name }) => name)).toEqual(['maximum-capped'])
  })
  it('offers other pools, and no more than the limit', () => {
    const { offers } = plan(
      request(),
      [candidate(4, [], 0, 'a'), candidate(4, [], 0, 'bb'), candidate(4, [], 0, 'ccc')],
      { ...LIMITS, offersMax: 2 },
    )
    expect(offers.map(({ plan }) => plan.pool)).toEqual(['a', 'bb'])
  })
})

describe('accelerators', () => {
  const pools = [
    candidate(4, [], 0, 'plain'),
    candidate(4, [], 0, 'old', 8, 'nvidia-v100'),
    candidate(4, [], 0, 'newest', 2, 'nvidia-a100'),
  ]

  it('come only from the pools that have them, of the kind that was asked for', () => {
    const chosen = (accelerators: AcceleratorRequest) =>
      new Set(plan(request({ accelerators }), pools).offers.map((offer) => offer.plan.pool))
    expect(chosen({ min: 1, max: 1 })).toEqual(new Set(['old', 'newest']))
    expect(chosen({ min: 3, max: 3 })).toEqual(new Set(['old']))
    expect(chosen({ min: 1, max: 1, type: 'NVIDIA-A100' })).toEqual(new Set(['newest']))
  })
  it('are offered up to the maximum, held, and named', () => {
    const { offers, messages } = plan(request({ accelerators: { min: 1, max: 9, type: 'nvidia-a100' } }), pools)
    const counts = new Set(offers.map((offer) => offer.plan.compute.accelerators?.count))
    expect(counts).toEqual(new Set([1, 2]))
    const [first] = offers
    expect(first?.plan.compute.accelerators).toEqual({ count: 1, type: 'nvidia-a100' })
    expect(first?.holds.filter(({ resource }) => resource === 'accelerators')).toMatchObject([{ amount: 1 }])
    expect(messages).toMatchObject([{ name: 'maximum-capped', values: { maximum: 9, limit: 2 } }])
  })
  it('that are optional are no reason to go without an offer', () => {
    const { offers } = plan(request({ accelerators: { min: 0, max: 2, type: 'nvidia-h100' } }), pools)
    expect(offers.length).toBeGreaterThan(0)
    expect(offers.every((offer) => offer.plan.compute.accelerators === undefined)).toBe(true)
  })
  it('that others hold are waited for', () => {
    const busy: Hold = { resource: 'accelerators', amount: 2, fromAt: NOW, toAt: NOW + 30 * MINUTE }
    const [first] = plan(request({ accelerators: { min: 1, max: 1 } }), [candidate(4, [busy], 0, 'a', 2)]).offers
    expect(first?.plan.slot.startAt).toBe(NOW + 30 * MINUTE)
  })
  it.each([
    [{ min: 1, max: 1, type: 'h100' }, pools, '/compute/accelerators/type', 'possible is nvidia-v100, nvidia-a100'],
    [{ min: 1, max: 1 }, pools.slice(0, 1), '/compute/accelerators/min', 'there are none here'],
    [{ min: 9, max: 9 }, pools, '/compute/accelerators/min', 'the largest has 8'],
  ])('that no pool has are a NO that says what there is: %o', (accelerators, candidates, pointer, known) => {
    const { offers, messages } = plan(request({ accelerators }), candidates)
    expect(offers).toEqual([])
    expect(messages).toMatchObject([{ values: { pointer } }])
    expect(messages[0]?.text).toContain(known)
  })
})

describe('planning says NO', () => {
  const names = (asked: ExecutionRequest, candidates: Candidate[]) => {
    const { offers, messages } = plan(asked, candidates)
    expect(offers).toEqual([])
    return messages
  }
  it('to more than any pool has', () => {
    expect(names(request({ cores: [5, 5] }), [candidate(4)])[0]?.text).toBe(
      'No pool has 5 cores as /compute/cores/min asks for at least; the largest has 4.',
    )
  })
  it('to a window that is over, with the field', () => {
    const [said] = names(request({ starts: [[-60 * MINUTE, -MINUTE]] }), [candidate(4)])
    expect(said?.name).toBe('window-past')
    expect(said?.values.pointer).toBe('/schedule/requested/start')
  })
  it.each([0, 10 * MINUTE, 1440 * MINUTE])(
    'to a window before the end of a preparation of %d ms, with a start that is possible',
    (prepareMs) => {
      const [said] = names(request({ starts: [[-60 * MINUTE, prepareMs - MINUTE]] }), [candidate(4, [], prepareMs)])
      const proposedAt = Date.parse(/such as '([^']+)'/.exec(said?.text ?? '')?.[1] ?? '') - NOW
      const again = request({ starts: [[proposedAt, proposedAt]] })
      expect(planOffers(again, [candidate(4, [], prepareMs)], LIMITS, NOW).offers).not.toEqual([])
    },
  )
  it.each([
    [LIMITS.horizonMs + 1, /ask for less to be prepared/],
    [LIMITS.horizonMs * 12, /ask for less to be prepared/],
    [LIMITS.horizonMs, /Leave it out/],
    [LIMITS.horizonMs - MINUTE, /Leave it out/],
  ])('to a window before the end of a preparation of %d ms, without a start beyond the horizon', (prepareMs, next) => {
    const [said] = names(request({ starts: [[-60 * MINUTE, MINUTE]] }), [candidate(4, [], prepareMs)])
    expect(said?.name).toBe('window-past')
    expect(said?.text).not.toContain("such as '2")
    expect(said?.text).toMatch(next)
  })
  it('to what begins beyond the horizon', () => {
    expect(names(request({ starts: [[40 * 1440 * MINUTE, 41 * 1440 * MINUTE]] }), [candidate(4)])[0]?.name).toBe(
      'beyond-horizon',
    )
  })
  it('to a duration above the limit', () => {
    expect(names(request({ durationMs: 1441 * MINUTE }), [candidate(4)])[0]?.name).toBe('duration-limit')
  })
  it('when nothing is free in the window, with what is short and when the next slot is', () => {
    const busy = candidate(4, [held(4, 0, 90 * MINUTE)])
    const [said] = names(request({ starts: [[0, 60 * MINUTE]] }), [busy])
    expect(said?.text).toBe(
      'There are not enough cores free in the requested time. The next slot would start at 2026-11-24T01:30:00Z.',
    )
  })
  it('and the next slot is after the window rather than before it', () => {
    const busy = candidate(4, [held(4, 300 * MINUTE, 390 * MINUTE)])
    const [said] = names(request({ starts: [[300 * MINUTE, 310 * MINUTE]] }), [busy])
    expect(said?.text).toContain('The next slot would start at 2026-11-24T06:30:00Z.')
  })
})

describe('whatever is held and asked for', () => {
  const anyHold = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 120 }))
    .map(([amount, from, length]) => held(amount, from * MINUTE, (from + length) * MINUTE))
  const anyRequest = fc.record({
    cores: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 })),
    minutes: fc.integer({ min: 1, max: 90 }),
    window: fc.option(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 120 }))),
  })

  it('every offer is inside its window, between minimum and maximum, and fits', () => {
    fc.assert(
      fc.property(fc.array(anyHold, { maxLength: 10 }), anyRequest, (holds, asked) => {
        const [min, more] = asked.cores
        const starts: [number, number][] = asked.window
          ? [[asked.window[0] * MINUTE, (asked.window[0] + asked.window[1]) * MINUTE]]
          : []
        const { offers } = plan(request({ cores: [min, min + more], durationMs: asked.minutes * MINUTE, starts }), [
          candidate(8, holds),
        ])
        const profile = new PoolProfile([{ resource: 'cores', amount: 8, fromAt: 0 }], holds, NOW)
        for (const { plan, holds: wanted, expiresAt } of offers) {
          const { startAt } = plan.slot
          for (const [from, to] of starts) {
            expect(earliestStart(plan.slot)).toBeGreaterThanOrEqual(NOW + from)
            expect(startAt).toBeLessThanOrEqual(NOW + to)
          }
          expect(expiresAt).toBeLessThanOrEqual(startAt - plan.slot.prepareMs)
          expect(plan.compute.cores).toBeGreaterThanOrEqual(min)
          expect(plan.compute.cores).toBeLessThanOrEqual(min + more)
          for (const hold of wanted.filter(({ resource }) => resource === 'cores'))
            expect(profile.conflict(hold)).toBeUndefined()
        }
      }),
    )
  })

  it('the first offer of one that accepts at once is the earliest that fits', () => {
    fc.assert(
      fc.property(
        fc.array(anyHold, { maxLength: 10 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 90 }),
        (holds, cores, minutes) => {
          const [first] = plan(
            request({ cores: [cores, cores], durationMs: minutes * MINUTE }),
            [candidate(8, holds)],
            { ...LIMITS, lifetimeMs: 0, decideMs: 0, offersMax: 1 },
          ).offers
          const profile = new PoolProfile([{ resource: 'cores', amount: 8, fromAt: 0 }], holds, NOW)
          const graceMs = first?.plan.slot.graceMs ?? 0
          const fits = (startAt: number) =>
            profile.conflict({
              resource: 'cores',
              amount: cores,
              fromAt: startAt,
              toAt: startAt + minutes * MINUTE + graceMs,
            }) === undefined
          const starts = [NOW, ...holds.map(({ toAt }) => toAt)].sort((a, b) => a - b)
          expect(first?.plan.slot.startAt).toBe(starts.find(fits))
        },
      ),
    )
  })
})
