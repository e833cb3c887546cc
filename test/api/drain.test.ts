import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest, cores, messageNames } from '../support/api.ts'

const pool = { cores: 4, memory: 8, storage: 50 }
let setting: BrokerWithAccounts
let ada: CallerApi
let operator: CallerApi
beforeAll(async () => {
  setting = await brokerWithAccounts({
    platforms: [
      {
        type: 'simulated',
        name: 'sim',
        pools: [
          { name: 'old', ...pool },
          { name: 'new', ...pool },
          { name: 'big', ...pool, cores: 8 },
        ],
      },
    ],
  })
  ada = await setting.user('ada')
  operator = await setting.user('olga', { roles: ['user', 'operator'] })
})
afterAll(() => setting.broker.close())

const drain = (name: string, body: object = {}) => operator.post<Schemas['Pool']>(`/admin/pools/${name}/drain`, body)
const open = (name: string) => operator.send<Schemas['Pool']>('DELETE', `/admin/pools/${name}/drain`, undefined, {})
const poolsOffered = async () => {
  const { offers = [] } = await ada.offers(containerRequest(), { Prefer: 'offers=4' })
  return new Set(offers.map((offer) => (offer as Schemas['Execution']).platform?.pool))
}

describe('a pool that is drained', () => {
  it('is offered to nobody any more, and again when it is open', async () => {
    const drained = await drain('old', { reason: 'The disks are replaced.' })
    expect([drained.status, drained.body]).toMatchObject([200, { name: 'old', drainReason: 'The disks are replaced.' }])
    expect([...(await poolsOffered())].sort()).toEqual(['big', 'new'])
    const { body } = await operator.get<Schemas['PoolList']>('/admin/pools')
    expect(body.pools?.map(({ name, drained: since }) => [name, since !== undefined])).toEqual([
      ['old', true],
      ['new', false],
      ['big', false],
    ])
    expect((await open('old')).body.drained).toBeUndefined()
    expect(await poolsOffered()).toContain('old')
  })
  it('keeps what it promised before', async () => {
    const { offers: [offer] = [] } = await ada.offers(containerRequest(), { Prefer: 'offers=1' })
    const name = (offer as Schemas['Execution']).platform?.pool ?? ''
    await drain(name)
    expect((await ada.setPhase(offer?.meta.uuid ?? '', 'ACCEPTED')).status).toBe(200)
    await ada.reaches(offer?.meta.uuid ?? '', 'COMPLETED')
    await open(name)
  })
  it('says why nothing is offered when there is no other', async () => {
    await drain('old', { reason: 'The disks are replaced.' })
    await drain('new')
    await drain('big', { reason: 'A board is changed.' })
    const { result, meta } = await ada.offers(containerRequest())
    expect([result, messageNames({ meta })]).toEqual(['NO', ['pools-drained']])
    expect(meta.messages?.[0]?.message).toBe(
      'Pools that could run this take nothing new on now: sim/old (The disks are replaced.), sim/new (no reason was given), sim/big (A board is changed.).',
    )
    await open('old')
    await open('new')
    await open('big')
  })
  it('is seen by operators in its timeline and in the figures, where nothing of it is free', async () => {
    const figures = async () => {
      const { body } = await operator.get<string>('/metrics')
      return [
        'drained{platform="sim",pool="old"}',
        'free{platform="sim",pool="old",resource="cores"}',
        'drained{platform="sim",pool="new"}',
      ].map((series) => body.split(`\nbroker_pool_${series} `)[1]?.split('\n')[0])
    }
    const timeline = async () => (await operator.get<Schemas['PoolTimeline']>('/admin/pools/old/timeline')).body
    expect([await figures(), (await timeline()).drained]).toEqual([['0', '4', '0'], undefined])
    const { body } = await drain('old', { reason: 'The disks are replaced.' })
    expect(await figures()).toEqual(['1', '0', '0'])
    expect(await timeline()).toMatchObject({ drained: body.drained, drainReason: 'The disks are replaced.' })
    await open('old')
    expect(await figures()).toEqual(['0', '4', '0'])
  })
  it('is named with its reason where it alone has what is asked for', async () => {
    await drain('big', { reason: 'A board is changed.' })
    for (const [least, names] of [
      [5, ['pools-drained']],
      [8, ['pools-drained']],
      [9, ['resource-limit']],
    ] as const) {
      const { meta } = await ada.offers(containerRequest({}, { compute: cores(least, least) }))
      expect([least, messageNames({ meta })]).toEqual([least, names])
    }
    const { meta } = await ada.offers(containerRequest({}, { compute: cores(5, 5) }))
    expect(meta.messages?.[0]?.message).toContain(': sim/big (A board is changed.).')
    await open('big')
    expect((await ada.offers(containerRequest({}, { compute: cores(5, 5) }))).result).toBe('YES')
  })
  it('is in the record', async () => {
    const { body } = await setting.admin.get<Schemas['AuditLog']>('/admin/audit?action=drain%20pool&LAST=1')
    expect(body.entries).toMatchObject([{ actorName: 'olga', target: 'sim/big' }])
  })
  it.each([
    ['missing', {}, 404],
    ['old', { reason: 'x'.repeat(501) }, 400],
    ['old', { until: 'tomorrow' }, 400],
  ])('has to be one, with a reason that is short: %s', async (name, body, status) => {
    expect((await drain(name, body)).status).toBe(status)
  })
})
