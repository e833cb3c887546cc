import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { brokerWithAccounts, type BrokerWithAccounts } from '../support/accounts.ts'
import { allText, Api, containerRequest, cores, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT1H',
    pools: [{ name: 'default', cores: 800, memory: 1600, storage: 10000 }],
  },
]
/** How often the race is run; it has to come out the same every time. */
const ROUNDS = Number(process.env.BROKER_TEST_QUOTA_ROUNDS ?? 3)
const LIVE = ['OFFERED', 'ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING']
const ONE = { Prefer: 'offers=1' }
const small = containerRequest({}, { compute: cores(1), schedule: { requested: { duration: 'PT1H' } } })
const reject = (api: Api, set: Schemas['OfferSet'] | undefined) =>
  api.post(`/offersets/${set?.meta.uuid}`, { kind: KIND.enumUpdate, path: 'phase', value: 'REJECTED' })
const count = <Thing>(all: readonly Thing[], one: Thing) => all.filter((other) => other === one).length

describe('a quota of 5 executions', () => {
  let broker: TestBroker
  let api: Api
  beforeAll(async () => {
    broker = await testBroker({ platforms, policies: [{ type: 'quota', name: 'five', limits: { executions: 5 } }] })
    api = new Api(broker.url)
  })
  afterAll(() => broker.close())
  const cancelAll = async () => {
    // Without phases, offers that were never accepted are not listed.
    const phases = LIVE.map((phase) => `PHASE=${phase}`).join('&')
    const { body } = await api.get<Schemas['ExecutionList']>(`/executions?LAST=100&${phases}`)
    const live = body.executions ?? []
    await Promise.all(live.map(({ meta }) => api.setPhase(meta.uuid ?? '', 'CANCELLED')))
    await Promise.all(live.map(({ meta }) => api.ends(meta.uuid ?? '')))
  }

  it('lets exactly 5 of 32 through that ask at the same time, every time, and each of them is safe to accept', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const sets = await Promise.all(Array.from({ length: 32 }, () => api.offers(small, ONE)))
      const offered = sets.flatMap(({ offers = [] }) => offers)
      expect(offered.length).toBe(5)
      const answers = await Promise.all(offered.map(({ meta }) => api.setPhase(meta.uuid ?? '', 'ACCEPTED')))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      await cancelAll()
    }
  })
  it('lets exactly 5 of 32 through that run directly at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        // Every second one is made to be repeated, which goes another way.
        api.post('/executions', small, index % 2 === 0 ? { 'Idempotency-Key': `race-${index}` } : {}),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect([count(statuses, 303), count(statuses, 400)]).toEqual([5, 27])
  })
  it('says how it is reached, and refuses further offers meanwhile', async () => {
    const { result, meta } = await api.offers(small)
    expect([result, messageNames({ meta })]).toEqual(['NO', ['policy-quota']])
    const refused = await api.post<Schemas['Execution']>('/executions', small)
    expect(allText(refused.body)).toContain(
      'The quota five is 5 executions at once; 5 are used, and this needs 1 more.',
    )
    const { body } = await api.get<Schemas['Account']>('/account')
    expect(body.quotas).toMatchObject([
      { quota: 'five', of: 'user', limits: [{ what: 'executions', limit: 5, used: 5 }] },
    ])
    await cancelAll()
    expect((await api.offers(small)).result).toBe('YES')
    await cancelAll()
  })
  it('names open offers that are in the way, and counts them no more once they are rejected', async () => {
    const sets = await Promise.all(Array.from({ length: 5 }, () => api.offers(small, ONE)))
    const { meta } = await api.offers(small)
    expect(allText({ meta } as Schemas['Execution']).join(' ')).toMatch(
      /5 are used, 5 of them by your own open offers until \S+Z, and this needs 1 more/,
    )
    await reject(api, sets[0])
    expect((await api.offers(small, ONE)).result).toBe('YES')
    await cancelAll()
  })
  it('refuses to accept with its words when it was made smaller meanwhile, and the offer stays open', async () => {
    const sets = await Promise.all(Array.from({ length: 2 }, () => api.offers(small, ONE)))
    const [first, second] = sets.map(({ offers }) => offers?.[0]?.meta.uuid ?? '') as [string, string]
    expect((await api.setPhase(first, 'ACCEPTED')).status).toBe(200)
    await broker.reload({ policies: [{ type: 'quota', name: 'five', limits: { executions: 1 } }] })
    const { status, body } = await api.setPhase(second, 'ACCEPTED')
    expect(status).toBe(403)
    expect(body).toMatchObject({
      type: expect.stringContaining('policy-denied') as string,
      detail: 'The quota five is 1 executions at once; 1 are used, and this needs 1 more.',
    })
    expect((await api.execution(second)).phase).toBe('OFFERED')
  })
})

describe('quotas of amounts', () => {
  let setting: BrokerWithAccounts
  beforeAll(async () => {
    setting = await brokerWithAccounts({
      platforms,
      policies: [
        { type: 'quota', name: 'hours', limits: { coreHours: 4 } },
        { type: 'quota', name: 'disk', limits: { storage: 10 } },
        { type: 'quota', name: 'radio', of: 'group', groups: ['radio'], limits: { coreHours: 3 } },
      ],
    })
  })
  afterAll(() => setting.broker.close())
  const storage = (size: number) =>
    containerRequest({}, { storage: [{ kind: KIND.simpleStorage, size: { min: size } }] })

  it('count open offers by cores and time, each set as the largest of its offers', async () => {
    const ada = await setting.user('ada')
    const flexible = containerRequest({}, { compute: cores(1, 3), schedule: { requested: { duration: 'PT1H' } } })
    const first = await ada.offers(flexible)
    expect(Math.max(...(first.offers ?? []).map((offer) => offer.compute?.cores?.max ?? 0))).toBe(3)
    expect((await ada.offers(small)).result).toBe('YES')
    const refused = await ada.offers(small)
    expect([refused.result, messageNames(refused)]).toEqual(['NO', ['policy-quota']])
    const { body } = await ada.get<Schemas['Account']>('/account')
    expect(body.quotas?.[0]?.limits).toEqual([{ what: 'coreHours', limit: 4, used: 4 }])
    await reject(ada, first)
    expect((await ada.offers(small)).result).toBe('YES')
  })
  it('count the storage of open offers', async () => {
    const bob = await setting.user('bob')
    expect((await bob.offers(storage(6))).result).toBe('YES')
    expect(messageNames(await bob.offers(storage(6)))).toContain('policy-quota')
    expect((await bob.offers(storage(4))).result).toBe('YES')
  })
  it('count the open offers of all members of a group', async () => {
    const [cleo, dora] = [
      await setting.user('cleo', { groups: ['radio'] }),
      await setting.user('dora', { groups: ['radio'] }),
    ]
    const two = containerRequest({}, { compute: cores(2), schedule: { requested: { duration: 'PT1H' } } })
    expect((await cleo.offers(two)).result).toBe('YES')
    const refused = await dora.offers(two)
    expect(allText({ meta: refused.meta } as Schemas['Execution']).join(' ')).toMatch(
      /for the group radio; 2 are used, 2 of them by open offers of the group until/,
    )
  })
})

describe('quotas of users and groups', () => {
  let setting: BrokerWithAccounts
  beforeAll(async () => {
    setting = await brokerWithAccounts({
      platforms,
      policies: [
        { type: 'quota', name: 'open', limits: { openOfferSets: 3 } },
        { type: 'quota', name: 'radio', of: 'group', groups: ['radio'], limits: { coreHours: 10 }, window: 'P7D' },
      ],
    })
  })
  afterAll(() => setting.broker.close())

  it('let exactly 3 of 16 offer sets be open', async () => {
    const ada = await setting.user('ada')
    const sets = await Promise.all(Array.from({ length: 16 }, () => ada.offers(small)))
    expect(
      count(
        sets.map(({ result }) => result),
        'YES',
      ),
    ).toBe(3)
    const rejected = sets.find(({ result }) => result === 'YES')?.meta.uuid ?? ''
    await ada.post(`/offersets/${rejected}`, {
      kind: 'uri:enum-value-update',
      path: 'phase',
      value: 'REJECTED',
    })
    expect((await ada.offers(small)).result).toBe('YES')
  })
  it('count what the members of a group use together, whoever accepts it', async () => {
    const [bob, cleo, dora] = [
      await setting.user('bob', { groups: ['radio'] }),
      await setting.user('cleo', { groups: ['radio', 'optical'] }),
      await setting.user('dora', { groups: ['optical'] }),
    ]
    const eight = containerRequest({}, { compute: cores(8), schedule: { requested: { duration: 'PT1H' } } })
    const { offers: [his] = [] } = await bob.offers(eight, ONE)
    expect((await cleo.offers(eight, ONE)).result).toBe('NO')
    // An administrator does not make it another's.
    expect((await setting.admin.setPhase(his?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(200)
    const { status, body: refused } = await cleo.post<Schemas['Execution']>('/executions', eight)
    expect([status, allText(refused).join(' ')]).toEqual([
      400,
      expect.stringMatching(/for the group radio; 8 are used, and/),
    ])
    expect((await dora.offers(eight, ONE)).result).toBe('YES')
    const { body } = await setting.admin.get<Schemas['QuotaList']>('/admin/quotas')
    expect(body.quotas).toMatchObject([
      { name: 'open', of: 'user', limits: [{ what: 'openOfferSets', limit: 3 }] },
      { name: 'radio', of: 'group', window: 'P7D', uses: [{ account: 'radio', limits: [{ used: 8, limit: 10 }] }] },
    ])
    expect(body.quotas?.[0]?.uses?.map(({ username }) => username)).toContain('ada')
    expect((await bob.get('/admin/quotas')).status).toBe(403)
  })
})

describe('quotas that cannot be', () => {
  it.each([
    [{ limits: {} }, /limits must NOT have fewer than 1 properties/],
    [{ limits: { executions: -1 } }, /executions must be >= 0/],
    [{ of: 'group', limits: { executions: 1 } }, /must have required property 'groups'/],
    [{ limits: { jobs: 1 } }, /policies\.0\.limits\.jobs is not a key/],
  ])('stop the start: %j', async (rest, said) => {
    await expect(testBroker({ policies: [{ type: 'quota', name: 'site', ...rest }] })).rejects.toThrow(said)
  })
})
