import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  const pool = { cores: 8, memory: 16, storage: 100 }
  const simulated = (name: string, pools: string[]) => ({
    type: 'simulated',
    name,
    pools: pools.map((one) => ({ ...pool, name: one })),
  })
  broker = await testBroker({ platforms: [simulated('first', ['default', 'large']), simulated('second', ['default'])] })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const timeline = async (path: string) => (await api.get<Schemas['PoolTimeline']>(`/admin/pools/${path}`)).body
const coresOf = ({ resources }: Schemas['PoolTimeline']) =>
  resources.find(({ resource }) => resource === 'cores')?.steps.map(({ booked, capacity }) => [booked, capacity])

it('cannot be offered while no platform answers, which passes', async () => {
  const away = await testBroker({ platforms: [{ type: 'docker', name: 'engine', socket: '/nowhere/engine.sock' }] })
  try {
    const { result, meta } = await new Api(away.url).offers(containerRequest())
    expect([result, meta.messages?.map(({ message }) => message)]).toEqual([
      'NO',
      [
        'Nothing can be offered now: the execution platform engine takes nothing on: The container engine did not answer (while asking what it is).',
      ],
    ])
  } finally {
    await away.close()
  }
})

describe('the pools', () => {
  it('are listed with what they have', async () => {
    const { body } = await api.get<Schemas['PoolList']>('/admin/pools')
    expect(body.pools?.map(({ platform, name }) => `${platform}/${name}`)).toEqual([
      'first/default',
      'first/large',
      'second/default',
    ])
    expect(body.pools?.[0]?.capacity).toEqual({ cores: 8, memory: 16, storage: 100, accelerators: 0 })
    expect((await api.get(new URL(body.pools?.[0]?.url as string).href.slice(broker.url.length))).status).toBe(200)
  })

  it('show what is booked over the next hours', async () => {
    expect(coresOf(await timeline('large/timeline'))).toEqual([[0, 8]])
    const startAt = Date.now() + 2 * 3_600_000
    const schedule = { requested: { start: new Date(startAt).toISOString(), duration: 'PT1H' } }
    const { offers = [] } = await api.offers(containerRequest({}, { compute: cores(5), schedule }))
    const all = await Promise.all(
      [
        'large/timeline?hours=6',
        'default/timeline?platform=first&hours=6',
        'default/timeline?platform=second&hours=6',
      ].map(timeline),
    )
    expect(offers.length).toBeGreaterThan(0)
    const shown = all.map(coresOf)
    for (const steps of shown)
      expect(steps).toEqual([
        [0, 8],
        [5, 8],
        [0, 8],
      ])
  })

  it('are shown in bounded steps, in any notation', async () => {
    const seen = await timeline('large/timeline?hours=48&steps=4&from=2026-01-01')
    expect([seen.step, seen.from, seen.until]).toEqual(['PT12H', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z'])
    const yaml = await api.get('/admin/pools/large/timeline', { Accept: 'application/yaml' })
    expect(yaml.headers.get('content-type')).toContain('application/yaml')
  })

  it.each([
    ['none/timeline', 404, /There is no pool none; GET \/admin\/pools lists/],
    ['large/timeline?platform=second', 404, /There is no pool large on second/],
    ['default/timeline', 400, /there are pools called default on first and second; name one of them/],
    ['large/timeline?hours=0', 400, /'0' is not a whole number from 1 to 8784/],
    ['large/timeline?steps=x', 400, /'x' is not a whole number/],
    ['large/timeline?from=soon', 400, /The parameter from is not right/],
  ])('say what is wrong with %s', async (path, status, said) => {
    const answer = await api.get<Schemas['Problem']>(`/admin/pools/${path}`)
    expect(answer.status).toBe(status)
    expect(answer.body.detail).toMatch(said)
  })
})
