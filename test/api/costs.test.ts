import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COST_TYPES } from '../../src/domain/costs.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest, cores, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

const PERFORMANCE = 'urn:ivoa:calycopis:metric:compute-performance'

let broker: TestBroker
let api: Api
let server: DataServer
beforeAll(async () => {
  server = await startDataServer()
  server.files.set('/stars.csv', { content: 2_500_000 })
  const pool = { cores: 1_000, memory: 2_000, storage: 1_000 }
  broker = await testBroker({
    platforms: [
      {
        type: 'simulated',
        name: 'simulated',
        duration: 'PT0.02S',
        pools: [
          {
            ...pool,
            name: 'dear',
            prices: { currency: 'EUR', coreHour: 0.1, memoryGibHour: 0.2, gigabyteMoved: 4 },
            energy: { coreHour: 0.02 },
            carbon: 230,
            metrics: [{ type: PERFORMANCE, min: 25, perCore: true, units: 'HS23' }],
          },
          { ...pool, name: 'fair', prices: { currency: 'EUR', coreHour: 0.05 } },
          { ...pool, name: 'unknown' },
        ],
      },
    ],
  })
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  await server.close()
})

const limit = (type: string, max: number, units?: string): Schemas['CostItem'] => ({
  kind: KIND.simpleCost,
  type,
  max,
  ...(units ? { units } : {}),
})
const own = (offers: Schemas['OfferSet']['offers']) => (offers ?? []) as Schemas['Execution'][]
const ofPool = (offers: Schemas['OfferSet']['offers'], pool: string) =>
  own(offers).find((offer) => offer.platform?.pool === pool)
const amounts = (part: { costs?: Schemas['CostItem'][] } | undefined) => {
  const shown = (part?.costs ?? []).map((item) => {
    const { type = '', min, max, units } = item as Schemas['SimpleMinMaxFloatCost']
    return [type.split(':').at(-1) ?? '', min === max ? `${min} ${units}` : `${min} to ${max} ${units}`] as const
  })
  return Object.fromEntries(shown)
}
const hour = { schedule: { requested: { duration: 'PT1H' } } }

describe('an offer', () => {
  it('says what it costs, as the sum of its parts', async () => {
    const data = [{ kind: KIND.simpleData, location: `${server.url}/stars.csv` }]
    const { offers } = await api.offers(containerRequest({}, { ...hour, compute: cores(2), data }))
    const offer = ofPool(offers, 'dear')
    expect(amounts(offer?.compute)).toEqual({ monetary: '0.4 EUR', energy: '0.04 kWh', carbon: '9.2 g' })
    expect(amounts(offer?.data?.[0])).toEqual({ monetary: '0.01 EUR', energy: '0 kWh', carbon: '0 g' })
    expect(amounts(offer)).toEqual({ monetary: '0.41 EUR', energy: '0.04 kWh', carbon: '9.2 g' })
    expect(offer?.metrics).toEqual([{ kind: KIND.simpleMetric, type: PERFORMANCE, units: 'HS23', min: 50, max: 50 }])
    expect(amounts(ofPool(offers, 'fair'))).toEqual({ monetary: '0.1 EUR' })
    expect(ofPool(offers, 'unknown')?.costs).toBeUndefined()
  })

  it('above a limit is not made', async () => {
    const within = await api.offers(
      containerRequest({}, { ...hour, compute: cores(1, 8), costs: [limit(COST_TYPES.monetary, 0.2)] }),
    )
    expect(within.result).toBe('YES')
    for (const offer of own(within.offers)) {
      expect(offer.platform?.pool).toBe('fair')
      expect((offer.costs?.[0] as Schemas['SimpleMinMaxFloatCost']).max).toBeLessThanOrEqual(0.2)
    }
  })

  it('is not made when a limit is too low, and the answer says what would do', async () => {
    const answer = await api.offers(
      containerRequest({}, { ...hour, costs: [limit(COST_TYPES.monetary, 0.01)], compute: cores(2) }),
    )
    expect(answer.result).toBe('NO')
    expect(messageNames(answer)).toEqual(['limit-too-low'])
    expect(answer.meta.messages?.[0]?.message).toContain('the lowest possible is 0.1 EUR, in the pool fair')
  })

  it('is made by the limits of every part and unit, in any notation', async () => {
    const yaml = [
      `executable: { kind: ${KIND.dockerContainer}, image: { locations: [x] } }`,
      'schedule: { requested: { duration: PT1H } }',
      `compute: { kind: ${KIND.simpleCompute}, costs: [{ kind: ${KIND.simpleCost}, type: '${COST_TYPES.energy}', max: 0.02, units: kWh }] }`,
      `metrics: [{ kind: ${KIND.simpleMetric}, type: '${PERFORMANCE}', min: 20 }]`,
    ].join('\n')
    const { body } = await api.post<Schemas['OfferSet']>('/offersets', yaml, {
      'Content-Type': 'application/yaml',
      Prefer: 'return=representation',
    })
    expect([body.result, own(body.offers)[0]?.platform?.pool]).toEqual(['YES', 'dear'])
    const foreign = await api.offers(containerRequest({}, { costs: [limit(COST_TYPES.monetary, 5, 'GBP')] }))
    expect(foreign.meta.messages?.[0]?.message).toContain('in GBP')
  })

  it('is not limited by an item without numbers, nor by an abstract one', async () => {
    const { result, meta } = await api.offers(
      containerRequest(
        {},
        {
          costs: [
            { kind: KIND.simpleCost, type: 'urn:any' },
            { kind: KIND.abstractCost, type: COST_TYPES.carbon },
          ],
        },
      ),
    )
    expect([result, messageNames({ meta })]).toEqual(['YES', []])
  })

  it.each([
    [{ kind: KIND.simpleCost, max: 1 }, 'invalid-value', '/costs/0/type'],
    [{ kind: KIND.simpleCost, type: COST_TYPES.energy, min: 2, max: 1 }, 'minimum-above-maximum', '/costs/0'],
    [{ kind: KIND.simpleCost, type: 'urn:nobody:knows', max: 1 }, 'limit-not-stated', '/costs/0'],
  ] as const)('is not made for the limit %o', async (item, name, pointer) => {
    const { meta } = await api.offers(containerRequest({}, { costs: [item] }))
    expect(messageNames({ meta })).toEqual([name])
    expect(meta.messages?.[0]?.values?.pointer).toBe(pointer)
  })
})

describe('an execution', () => {
  it('that is run directly keeps to the limits, or is refused with the reasons', async () => {
    const refused = await api.post<Schemas['Execution']>(
      '/executions',
      containerRequest({}, { costs: [limit(COST_TYPES.monetary, 0)] }),
    )
    expect([refused.status, messageNames(refused.body)]).toEqual([400, ['limit-too-low']])
    const uuid = await api.run(containerRequest({}, { costs: [limit(COST_TYPES.carbon, 1_000)] }))
    expect((await api.ends(uuid)).platform?.pool).toBe('dear')
  })

  it('says afterwards what it really cost, which is what it ran and what was moved', async () => {
    const { offers } = await api.offers(
      containerRequest(
        { environment: { SIMULATED_DURATION: 'PT0.5S' } },
        { ...hour, compute: cores(8), data: [{ kind: KIND.simpleData, location: `${server.url}/stars.csv` }] },
      ),
    )
    const uuid = ofPool(offers, 'dear')?.meta.uuid as string
    await api.setPhase(uuid, 'ACCEPTED')
    const ended = await api.ends(uuid)
    expect(ended.phase, allText(ended).join()).toBe('COMPLETED')
    const cost = (part: { costs?: Schemas['CostItem'][] } | undefined) =>
      part?.costs?.[0] as Schemas['SimpleMinMaxFloatCost']
    const [quoted, actual] = [cost(ofPool(offers, 'dear')), cost(ended)]
    // 8 cores at 0.1 and 1 GiB at 0.2 for half a second.
    expect(cost(ended.compute).max).toBeGreaterThanOrEqual(0.000139)
    expect(cost(ended.compute).max).toBeLessThan(0.01)
    expect(cost(ended.data?.[0]).max).toBe(0.01)
    expect(actual.min).toBe(actual.max)
    expect(actual.max).toBeLessThan(quoted.max ?? 0)
    expect(actual.description).toBe('What was really used, in EUR.')
  })

  it('that was cancelled before it started cost only what was moved', async () => {
    const uuid = await api.run(
      containerRequest(
        {},
        {
          compute: cores(8),
          costs: [limit(COST_TYPES.carbon, 1e9)],
          schedule: { requested: { duration: 'PT1H', start: new Date(Date.now() + 3_600_000).toISOString() } },
        },
      ),
    )
    expect((await api.setPhase(uuid, 'CANCELLED')).status).toBe(200)
    expect(amounts(await api.ends(uuid))).toEqual({ monetary: '0 EUR', energy: '0 kWh', carbon: '0 g' })
  })
})
