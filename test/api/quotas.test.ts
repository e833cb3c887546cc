import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
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
const ONE = { Prefer: 'offers=1' }
const small = containerRequest({}, { compute: cores(1), schedule: { requested: { duration: 'PT1H' } } })
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
    const { body } = await api.get<Schemas['ExecutionList']>('/executions?LAST=100')
    const live = (body.executions ?? []).filter(({ phase }) => phase !== 'CANCELLED')
    await Promise.all(live.map(({ meta }) => api.setPhase(meta.uuid ?? '', 'CANCELLED')))
    await Promise.all(live.map(({ meta }) => api.ends(meta.uuid ?? '')))
  }

  it('lets exactly 5 of 32 through that accept at the same time, every time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const sets = await Promise.all(Array.from({ length: 32 }, () => api.offers(small, ONE)))
      const answers = await Promise.all(
        sets.map(({ offers = [] }) => api.setPhase(offers[0]?.meta.uuid ?? '', 'ACCEPTED')),
      )
      const statuses = answers.map(({ status }) => status)
      expect([count(statuses, 200), count(statuses, 403)]).toEqual([5, 27])
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
  })
  it('refuses to accept with its words, and the offer stays open', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => api.offers(small, ONE)))
    const uuidOf = (set: Schemas['OfferSet'] | undefined) => set?.offers?.[0]?.meta.uuid ?? ''
    for (const set of others) expect((await api.setPhase(uuidOf(set), 'ACCEPTED')).status).toBe(200)
    const { status, body } = await api.setPhase(uuidOf(first), 'ACCEPTED')
    expect(status).toBe(403)
    expect(body).toMatchObject({
      type: expect.stringContaining('policy-denied') as string,
      detail: 'The quota five is 5 executions at once; 5 are used, and this needs 1 more.',
    })
    expect((await api.execution(uuidOf(first))).phase).toBe('OFFERED')
    await cancelAll()
    expect((await api.setPhase(uuidOf(first), 'ACCEPTED')).status).toBe(200)
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
    const { offers: [hers] = [] } = await cleo.offers(eight, ONE)
    expect((await bob.setPhase(his?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(200)
    // An administrator does not make it another's.
    for (const somebody of [cleo, setting.admin]) {
      const { status, body } = await somebody.setPhase(hers?.meta.uuid ?? '', 'ACCEPTED')
      expect([status, body]).toMatchObject([
        403,
        { detail: expect.stringMatching(/for the group radio; 8 are used/) as string },
      ])
    }
    expect((await dora.offers(eight, ONE)).result).toBe('YES')
    const { body } = await setting.admin.get<Schemas['QuotaList']>('/admin/quotas')
    expect(body.quotas).toMatchObject([
      { name: 'open', of: 'user', limits: [{ what: 'openOfferSets', limit: 3 }] },
      { name: 'radio', of: 'group', window: 'P7D', uses: [{ account: 'radio', limits: [{ used: 8, limit: 10 }] }] },
    ])
    expect(body.quotas?.[0]?.uses.map(({ username }) => username)).toContain('ada')
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
