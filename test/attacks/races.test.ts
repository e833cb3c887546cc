/** Attacks on quotas by doing many things at the same moment, and on keys that make a request one request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import {
  basic,
  bearer,
  brokerWithAccounts,
  passwordOf,
  type BrokerWithAccounts,
  type CallerApi,
} from '../support/accounts.ts'
import { containerRequest, cores } from '../support/api.ts'

const MANY = 32
const SOME = 12
/** All of it takes its time on a slow machine, and nothing here is about time. */
const PATIENCE = { timeout: 300_000 }
const ONE = { Prefer: 'offers=1' }
const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT1H',
    pools: [{ name: 'default', cores: 800, memory: 1600, storage: 10000 }],
  },
]
const small = containerRequest({}, { compute: cores(1), schedule: { requested: { duration: 'PT1H' } } })
const count = (all: readonly (number | string | undefined)[], one: number | string) =>
  all.filter((other) => other === one).length
const many = <Result>(act: (index: number) => Promise<Result>, number = SOME) =>
  Promise.all(Array.from({ length: number }, (_, index) => act(index)))
const accept = (uuid: string | undefined) => ({ kind: KIND.stringUpdate, path: 'accepted', value: uuid ?? '' })

let setting: BrokerWithAccounts
beforeAll(async () => {
  setting = await brokerWithAccounts({
    platforms,
    policies: [
      { type: 'quota', name: 'five', limits: { executions: 5 }, notGroups: ['radio', 'disk'] },
      { type: 'quota', name: 'open', limits: { openOfferSets: 3 }, groups: ['asking'] },
      { type: 'quota', name: 'together', of: 'group', groups: ['radio'], limits: { coreHours: 5 }, window: 'P7D' },
      { type: 'quota', name: 'disk', limits: { storage: 5 }, groups: ['disk'] },
    ],
  })
})
afterAll(() => setting.broker.close())
const setsOf = (who: CallerApi, number = SOME) => many(() => who.offers(small, ONE), number)

describe('a quota holds against many at the same moment:', PATIENCE, () => {
  it('offers that are accepted through their sets', async () => {
    const ada = await setting.user('ada')
    const sets = await setsOf(ada, MANY)
    const answers = await Promise.all(
      sets.map(({ meta, offers }) => ada.post(`/offersets/${meta.uuid}`, accept(offers?.[0]?.meta.uuid))),
    )
    expect(
      count(
        answers.map(({ status }) => status),
        200,
      ),
    ).toBe(5)
  })
  it('offers that are accepted in every way there is', async () => {
    const bob = await setting.user('bob')
    const sets = (await setsOf(bob, MANY)).filter(({ result }) => result === 'YES')
    expect(sets.length).toBe(5)
    const answers = await Promise.all([
      ...sets.map(({ meta, offers }, index) => {
        const uuid = offers?.[0]?.meta.uuid ?? ''
        return index % 2 === 0 ? bob.post(`/offersets/${meta.uuid}`, accept(uuid)) : bob.setPhase(uuid, 'ACCEPTED')
      }),
      ...Array.from({ length: SOME }, () => bob.post('/executions', small)),
    ])
    const { body } = await bob.get<Schemas['ExecutionList']>('/executions?LAST=200')
    const live = (body.executions ?? []).filter(({ phase }) => phase !== 'OFFERED' && phase !== 'REJECTED')
    expect(live.length).toBe(5)
    expect(
      count(
        answers.map(({ status }) => status),
        500,
      ),
    ).toBe(0)
  })
  it('one offer that is accepted again and again counts once', async () => {
    const cleo = await setting.user('cleo')
    const { offers: [offer] = [] } = await cleo.offers(small, ONE)
    await many(() => cleo.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED'))
    const { body } = await cleo.get<Schemas['Account']>('/account')
    const used = body.quotas?.flatMap(({ limits }) => limits).find(({ what }) => what === 'executions')?.used
    expect(used).toBe(1)
  })
  it('requests that are made by a password and by tokens of the same account', async () => {
    const dan = await setting.user('dan')
    const tokens = await Promise.all(
      [1, 2, 3].map(
        async (number) =>
          (await dan.post<Schemas['AccessToken']>('/account/tokens', { name: `t${number}` })).body.token,
      ),
    )
    const callers = [dan, ...tokens.map((token) => setting.as(bearer(token ?? '')))]
    const answers = await many((index) => (callers[index % callers.length] as CallerApi).post('/executions', small))
    expect(
      count(
        answers.map(({ status }) => status),
        303,
      ),
    ).toBe(5)
  })
  it('members of a group who come together', async () => {
    const members = await Promise.all(['eli', 'fay', 'gus'].map((name) => setting.user(name, { groups: ['radio'] })))
    const answers = await many((index) => (members[index % members.length] as CallerApi).post('/executions', small))
    expect(
      count(
        answers.map(({ status }) => status),
        303,
      ),
    ).toBe(5)
  })
  it('offer sets that are asked for', async () => {
    const hal = await setting.user('hal', { groups: ['asking'] })
    const sets = await setsOf(hal)
    expect(
      count(
        sets.map(({ result }) => result),
        'YES',
      ),
    ).toBe(3)
  })
  it('storage', async () => {
    const ida = await setting.user('ida', { groups: ['disk'] })
    const wish = containerRequest(
      {},
      { storage: [{ kind: KIND.simpleStorage, meta: { name: 's' }, size: { min: 2, max: 2 } }], compute: cores(1) },
    )
    const answers = await many(() => ida.post('/executions', wish))
    expect(
      count(
        answers.map(({ status }) => status),
        303,
      ),
    ).toBe(2)
  })
  it('the same offer by its owner and an administrator', async () => {
    const jon = await setting.user('jon')
    const { offers: [offer] = [] } = await jon.offers(small, ONE)
    const path = offer?.meta.uuid ?? ''
    const answers = await many((index) => (index % 2 === 0 ? jon : setting.admin).setPhase(path, 'ACCEPTED'))
    expect(
      count(
        answers.map(({ status }) => status),
        500,
      ),
    ).toBe(0)
    expect((await jon.execution(path)).history?.filter(({ phase }) => phase === 'ACCEPTED').length).toBe(1)
  })
})

describe('an idempotency key', PATIENCE, () => {
  const withKey = (who: CallerApi, key: string, body: unknown, path = '/executions') =>
    who.post<Schemas['Execution']>(path, body, { 'Idempotency-Key': key })

  it(`makes of ${MANY} requests at the same moment one`, async () => {
    const kim = await setting.user('kim')
    const answers = await many(() => withKey(kim, 'the same', small), MANY)
    expect(new Set(answers.map(({ body }) => body.meta.uuid)).size).toBe(1)
  })
  it('of another account is another key', async () => {
    const [lea, max] = [await setting.user('lea'), await setting.user('max')]
    const [hers, his] = [await withKey(lea, 'a-key', small), await withKey(max, 'a-key', small)]
    expect(his.body.meta.uuid).not.toBe(hers.body.meta.uuid)
  })
  it.each<[string, unknown]>([
    ['another body', containerRequest({}, { compute: cores(2) })],
    ['a body with a field more', { ...small, meta: { name: 'x' } }],
    ['an empty body', {}],
    [
      'a body that only looks the same',
      JSON.parse(JSON.stringify(small).replace('"min":1', '"min":1.0,"max":1')) as unknown,
    ],
  ])('is not used again with %s', async (title, body) => {
    const who = await setting.user(`n${title.length}`)
    await withKey(who, 'used', small)
    const { status, body: problem } = await withKey(who, 'used', body)
    expect([status, (problem as unknown as Schemas['Problem']).type]).toEqual([
      422,
      'urn:ivoa:execution-broker:problem:idempotency-key-reused',
    ])
  })
  it('is not used again for another route', async () => {
    const oda = await setting.user('oda')
    await withKey(oda, 'used', small)
    expect((await withKey(oda, 'used', small, '/offersets')).status).toBe(422)
    expect((await withKey(oda, 'used', small, '/direct')).status).toBe(422)
  })
  it('does not bring back what was refused because of a quota', async () => {
    const pia = await setting.user('pia')
    await Promise.all(Array.from({ length: 5 }, () => pia.post('/executions', small)))
    const first = await withKey(pia, 'refused', small)
    const { body } = await pia.get<Schemas['ExecutionList']>('/executions?LAST=50')
    for (const { meta } of body.executions ?? []) await pia.setPhase(meta.uuid ?? '', 'CANCELLED')
    const again = await withKey(pia, 'refused', small)
    expect([first.status, again.status]).toEqual([400, 400])
  })
  it('of somebody who was disabled gives nothing', async () => {
    const quin = await setting.user('quin')
    await withKey(quin, 'mine', small)
    const { body } = await quin.get<Schemas['Account']>('/account')
    await setting.admin.post(`/admin/identities/${body.uuid}`, { disabled: true })
    const { status } = await setting
      .as(basic('quin', passwordOf('quin')))
      .post('/executions', small, { 'Idempotency-Key': 'mine' })
    expect(status).toBe(401)
  })
})

describe('accounts hold against many at the same moment:', PATIENCE, () => {
  it('one name is taken once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        setting.admin.post('/admin/identities', {
          username: index % 2 ? 'twin' : 'TWIN',
          password: passwordOf('somebody'),
        }),
      ),
    )
    expect(
      count(
        answers.map(({ status }) => status),
        201,
      ),
    ).toBe(1)
    expect(
      count(
        answers.map(({ status }) => status),
        409,
      ),
    ).toBe(7)
  })
  it('two administrators cannot take the role from each other', async () => {
    const other = await setting.user('second', { roles: ['user', 'admin'] })
    const [one, two] = await Promise.all(
      [setting.admin, other].map(async (who) => (await who.get<Schemas['Account']>('/account')).body.uuid),
    )
    const answers = await Promise.all([
      setting.admin.post(`/admin/identities/${two}`, { roles: ['user'] }),
      other.post(`/admin/identities/${one}`, { roles: ['user'] }),
    ])
    // Whoever comes second is the last administrator, or none any more.
    expect(
      count(
        answers.map(({ status }) => status),
        200,
      ),
    ).toBe(1)
  })
})
