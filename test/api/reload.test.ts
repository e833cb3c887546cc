import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker | undefined
afterEach(async () => {
  await broker?.close()
  broker = undefined
})

const simulated = (pools: object[], more: object = {}) => [
  { type: 'simulated', name: 'simulated', duration: 'PT0.02S', pools, ...more },
]
const pool = (coreHour: number, more: object = {}) => ({
  name: 'default',
  cores: 4,
  memory: 16,
  prices: { currency: 'EUR', coreHour },
  ...more,
})
const hour = { schedule: { requested: { duration: 'PT1H' } } }
const costOf = (offer: Schemas['Execution'] | undefined) =>
  (offer?.costs?.[0] as Schemas['SimpleMinMaxFloatCost'] | undefined)?.max

async function start(options: Record<string, unknown>): Promise<{ running: TestBroker; api: Api }> {
  broker = await testBroker(options)
  return { running: broker, api: new Api(broker.url) }
}
const offersOf = async (api: Api, request = containerRequest({}, hour)) => {
  const { offers = [], result, meta } = await api.offers(request)
  return { offers: offers as Schemas['Execution'][], result, said: JSON.stringify(meta.messages ?? []) }
}

describe('a configuration that is read again', () => {
  it('changes prices of what is offered from then on, and of nothing that was offered before', async () => {
    const { running, api } = await start({ platforms: simulated([pool(1)]) })
    const before = await offersOf(api)
    expect(costOf(before.offers[0])).toBe(1)
    expect(await running.reload({ platforms: simulated([pool(3)]) })).toEqual({
      taken: ['platforms.0.pools'],
      waiting: [],
    })
    expect(costOf((await offersOf(api)).offers[0])).toBe(3)
    expect(costOf(await api.execution(before.offers[0]?.meta.uuid as string))).toBe(1)
  })

  it('changes what the pools have; what is booked already is carried out', async () => {
    const { running, api } = await start({ platforms: simulated([pool(1)]) })
    const { offers } = await offersOf(api, containerRequest({}, { ...hour, compute: cores(2) }))
    await running.reload({ platforms: simulated([pool(1, { cores: 2 }), pool(1, { name: 'more', cores: 1 })]) })
    expect(await offersOf(api, containerRequest({}, { ...hour, compute: cores(4) }))).toMatchObject({
      result: 'NO',
      said: expect.stringContaining('the largest has 2') as string,
    })
    const { body } = await api.get<Schemas['PoolList']>('/admin/pools')
    expect(body.pools?.map(({ name, capacity }) => [name, capacity.cores])).toEqual([
      ['default', 2],
      ['more', 1],
    ])
    const id = offers[0]?.meta.uuid as string
    expect((await api.setPhase(id, 'ACCEPTED')).status).toBe(200)
    expect(await api.ends(id)).toMatchObject({ phase: 'COMPLETED' })
  })

  it('adds platforms, and offers nothing more on those that are left out until they are back', async () => {
    const { running, api } = await start({ platforms: simulated([pool(1)]) })
    const id = await api.run(containerRequest())
    const second = { type: 'simulated', name: 'second', duration: 'PT0.02S', pools: [pool(2)] }
    expect(await running.reload({ platforms: [second] })).toEqual({
      taken: ['platforms.0', 'platforms without simulated'],
      waiting: [],
    })
    const { offers } = await offersOf(api)
    expect(new Set(offers.map(({ platform }) => platform?.name))).toEqual(new Set(['second']))
    const added = await api.run(containerRequest())
    for (const one of [id, added]) expect(await api.ends(one)).toMatchObject({ phase: 'COMPLETED' })
    await running.reload({ platforms: [second, ...simulated([pool(1)])] })
    const both = await offersOf(api)
    expect(new Set(both.offers.map(({ platform }) => platform?.name))).toEqual(new Set(['simulated', 'second']))
  })

  it('changes the policies, or none of them when one cannot be understood', async () => {
    const limit = (most: number) => [{ type: 'limits', name: 'site', cores: most }]
    const { running, api } = await start({ policies: limit(1) })
    const request = containerRequest({}, { compute: cores(2) })
    expect((await offersOf(api, request)).result).toBe('NO')
    const missing = [{ type: 'module', name: 'own', file: '/no/such/module.mjs' }]
    await expect(running.reload({ policies: missing })).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
    expect((await offersOf(api, request)).said).toContain('the policy site allows 1')
    expect(await running.reload({ policies: limit(2) })).toEqual({ taken: ['policies'], waiting: [] })
    expect((await offersOf(api, request)).result).toBe('YES')
  })

  it('shows quotas that were added, changed or taken away, to operators as to everybody', async () => {
    const { running, api } = await start({})
    const most = (executions: number) => [{ type: 'quota', name: 'fair', limits: { executions } }]
    const shown = async () => {
      const { body } = await api.get<Schemas['QuotaList']>('/admin/quotas')
      return (body.quotas ?? []).map(({ name, limits }) => [name, limits[0]?.limit])
    }
    const own = async () => (await api.get<Schemas['Account']>('/account')).body.quotas ?? []
    expect(await shown()).toEqual([])
    for (const executions of [3, 5]) {
      await running.reload({ policies: most(executions) })
      expect(await shown()).toEqual([['fair', executions]])
      expect(await own()).toMatchObject([{ quota: 'fair', limits: [{ limit: executions }] }])
    }
    await running.reload({ policies: [] })
    expect([await shown(), await own()]).toEqual([[], []])
  })

  it('lets policies wait with whom their names mean, and takes them when that is as before', async () => {
    const cores = (max: number) => [{ type: 'limits', name: 'small', cores: max, users: ['ada'] }]
    const from = (name: string) => ({
      identity: { issuers: [{ issuer: 'https://sso.example.org', name, audience: ['broker'] }] },
    })
    const { running } = await start({ ...from('sso'), policies: cores(1) })
    const waiting = ['identity.issuers', 'policies']
    expect(await running.reload({ ...from('other'), policies: cores(2) })).toEqual({ taken: [], waiting })
    expect((await running.reload({ ...from('other'), policies: cores(3) })).taken).toEqual([])
    expect(await running.reload({ ...from('sso'), policies: cores(3) })).toMatchObject({ taken: ['policies'] })
    const plain = { identity: { ...from('sso').identity, plainNames: 'local' } }
    expect((await running.reload({ ...plain, policies: cores(4) })).waiting).toContain('policies')
  })

  it('says what has to wait for a restart', async () => {
    const { running } = await start({ platforms: simulated([pool(1)]) })
    const platforms = simulated([pool(1)], { duration: 'PT9S' })
    expect(
      await running.reload({ platforms, 'offers.lifetime': 'PT1M', 'cors.origins': ['https://a.example'] }),
    ).toEqual({
      taken: [],
      waiting: ['cors.origins', 'offers.lifetime', 'platforms.0.duration'],
    })
  })

  it('is compared with what runs, and not with what was read last', async () => {
    const { running } = await start({ platforms: simulated([pool(1)]) })
    const reloaded = async (options: Record<string, unknown>) =>
      running.reload({ platforms: simulated([pool(1)]), ...options })
    const minute = { 'offers.lifetime': 'PT1M' }
    const waits = { taken: [], waiting: ['offers.lifetime'] }
    const nothing = { taken: [], waiting: [] }
    expect([await reloaded(minute), await reloaded(minute), await reloaded({})]).toEqual([waits, waits, nothing])
    const slow = { platforms: simulated([pool(1)], { duration: 'PT9S' }) }
    const slowWaits = { taken: [], waiting: ['platforms.0.duration'] }
    expect([await reloaded(slow), await reloaded(slow), await reloaded({})]).toEqual([slowWaits, slowWaits, nothing])
  })

  it('takes back the policies of one that failed on its way', async () => {
    const limit = (most: number) => [{ type: 'limits', name: 'site', cores: most }]
    const { running, api } = await start({ policies: limit(1), platforms: simulated([pool(1)]) })
    const { dataDirectory } = running
    mkdirSync(join(dataDirectory, 'simulated'), { recursive: true })
    writeFileSync(join(dataDirectory, 'simulated', 'blocked'), 'no directory')
    const blocked = { type: 'simulated', name: 'blocked' }
    await expect(
      running.reload({ policies: limit(4), platforms: [...simulated([pool(1)]), blocked] }),
    ).rejects.toThrow()
    const back = await running.reload({ policies: limit(1), platforms: simulated([pool(1)]) })
    expect(back.taken).toContain('policies')
    expect((await offersOf(api, containerRequest({}, { compute: cores(2) }))).result).toBe('NO')
  })
})
