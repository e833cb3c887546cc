/** Attacks on the capacity by asking for offers and accepting none. Nothing is configured but who may come in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { allText, Api, containerRequest, cores, messageNames, startOf } from '../support/api.ts'
import { testBroker } from '../support/broker.ts'

const POOL = { name: 'default', cores: 8, memory: 64, storage: 100 }
const pool = (amounts: Partial<typeof POOL> = {}) => [
  { type: 'simulated', name: 'simulated', duration: 'PT1H', pools: [{ ...POOL, ...amounts }] },
]
const MANY = 12
const asking = (min: number, max?: number, duration = 'PT2H') =>
  containerRequest({}, { compute: cores(min, max), schedule: { requested: { duration } } })
const many = <Result>(act: () => Promise<Result>) => Promise.all(Array.from({ length: MANY }, act))
const offersOf = ({ offers = [] }: Schemas['OfferSet']) => offers as Schemas['Execution'][]
const startsOf = (set: Schemas['OfferSet']) => offersOf(set).map((offer) => startOf(offer).promisedAt)
const coresOf = (set: Schemas['OfferSet']) => offersOf(set).map(({ compute }) => compute?.cores?.max ?? 0)
const textOf = ({ meta }: Schemas['OfferSet']) => (meta.messages ?? []).map(({ message }) => message).join(' ')
const reject = (who: CallerApi, { meta }: Schemas['OfferSet']) =>
  who.post(`/offersets/${meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })

describe('nobody keeps the others waiting by offers that they do not accept:', { timeout: 300_000 }, () => {
  let setting: BrokerWithAccounts
  let victims = 0
  const victim = () => setting.user(`victim-${victims++}`)
  beforeAll(async () => {
    setting = await brokerWithAccounts({ platforms: pool() })
  })
  afterAll(() => setting.broker.close())
  /** The delay of the first offer of somebody else, in milliseconds from now. */
  const delayOf = async (request: Schemas['ExecutionRequest']) => {
    const who = await victim()
    const set = await who.offers(request)
    await reject(who, set)
    return Math.min(...startsOf(set)) - Date.now()
  }

  it.each([
    ['twelve requests for a quarter each', asking(2)],
    ['twelve requests for up to everything', asking(1, 8)],
    ['twelve requests for one core', asking(1)],
    ['twelve requests for all of the memory', containerRequest({}, { compute: { ...cores(1), memory: { min: 32 } } })],
  ])('%s', async (_, request) => {
    const mallory = await setting.user(`mallory-${victims++}`)
    const sets = await many(() => mallory.offers(request))
    expect(await delayOf(asking(4))).toBeLessThan(60_000)
    for (const set of sets) await reject(mallory, set)
  })
  it('requests for everything leave the time after the first offer to the others', async () => {
    const mallory = await setting.user('mallory-all')
    const sets = await many(() => mallory.offers(asking(8, undefined, 'PT10M')))
    expect(coresOf(sets[0] as Schemas['OfferSet'])).toEqual([8])
    // Each set is one offer, and none of them overlaps another: the pool is as free as if they were one after the other.
    const starts = sets.flatMap(startsOf).sort((a, b) => a - b)
    for (const [index, start] of starts.entries())
      if (index > 0) expect(start - (starts[index - 1] as number)).toBeGreaterThanOrEqual(600_000)
    for (const set of sets) await reject(mallory, set)
  })
  it('a request for more at most gets the share, and is told so', async () => {
    const eve = await setting.user('eve')
    const set = await eve.offers(asking(1, 8))
    expect(Math.max(...coresOf(set))).toBe(4)
    expect(messageNames(set)).toContain('maximum-shared')
    await reject(eve, set)
  })
  it('a start that waits for one’s own open offers says so', async () => {
    const ada = await setting.user('ada')
    const first = await ada.offers(asking(4))
    const second = await ada.offers(asking(1))
    expect(Math.min(...startsOf(second)) - Date.now()).toBeGreaterThan(3_600_000)
    expect(textOf(second)).toMatch(
      /^.*Your own open offers hold 4 of 8 cores of the pool simulated\/default until \S+Z, where they may hold 4; accept or reject them, and ask again, to start earlier\./,
    )
    await reject(ada, second)
    await reject(ada, first)
    const third = await ada.offers(asking(1))
    expect(Math.min(...startsOf(third)) - Date.now()).toBeLessThan(60_000)
    expect(textOf(third)).not.toMatch(/Your own open offers/)
    await reject(ada, third)
  })
  it('a refusal because of one’s own open offers says so, and that of others does not', async () => {
    const [bob, cleo] = [await setting.user('bob'), await setting.user('cleo')]
    const now = new Date(Date.now() + 1_000).toISOString()
    const soon = (min: number) =>
      containerRequest(
        {},
        { compute: cores(min), schedule: { requested: { duration: 'PT1H', start: [`${now}/PT5M`] } } },
      )
    const first = await bob.offers(soon(8))
    const second = await bob.offers(soon(1))
    expect([second.result, messageNames(second)]).toEqual(['NO', ['no-capacity', 'own-open-offers']])
    expect(messageNames(await cleo.offers(soon(1)))).toEqual(['no-capacity'])
    await reject(bob, first)
  })
  it('what is accepted is not held to the share', async () => {
    const dora = await setting.user('dora')
    const uuids: string[] = []
    for (const min of [4, 4]) {
      const { offers = [] } = await dora.offers(asking(min, undefined, 'PT1H'))
      const uuid = offers[0]?.meta.uuid ?? ''
      expect((await dora.setPhase(uuid, 'ACCEPTED')).body).toMatchObject({ meta: { uuid } })
      uuids.push(uuid)
    }
    for (const uuid of uuids) await dora.setPhase(uuid, 'CANCELLED')
  })
})

describe('a small pool works all the same:', () => {
  it.each([1, 2, 3])('of %i cores', async (size) => {
    const setting = await brokerWithAccounts({ platforms: pool({ cores: size, memory: 2, storage: 1 }) })
    try {
      const ada = await setting.user('ada')
      const set = await ada.offers(asking(size))
      expect([set.result, coresOf(set)]).toEqual(['YES', [size]])
      expect((await ada.setPhase(set.offers?.[0]?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(200)
    } finally {
      await setting.broker.close()
    }
  })
  it('and one user alone, without identities, is kept from nothing', async () => {
    const broker = await testBroker({ platforms: pool({ cores: 2 }) })
    try {
      const api = new Api(broker.url)
      const sets = [await api.offers(asking(1)), await api.offers(asking(1))]
      for (const set of sets) expect(Math.min(...startsOf(set)) - Date.now()).toBeLessThan(60_000)
      const third = await api.offers(asking(1))
      expect(textOf(third)).toMatch(/Your own open offers hold 2 of 2 cores/)
      // A direct run waits for them as well, and has no offer set that a client looks at.
      const run = await api.post<Schemas['Execution']>('/executions', asking(2))
      expect(run.status).toBe(303)
      expect(allText(run.body).join(' ')).toMatch(/Your own open offers hold 2 of 2 cores/)
    } finally {
      await broker.close()
    }
  })
})
