import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { allText, Api, containerRequest, cores, startOf } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

const platforms = [
  { type: 'simulated', name: 'simulated', pools: [{ name: 'default', cores: 2, memory: 16, storage: 100 }] },
]

let broker: TestBroker
let api: Api
beforeEach(async () => {
  broker = await testBroker({ platforms })
  api = new Api(broker.url)
})
afterEach(() => broker.close())

const lasting = (duration: string) => ({ environment: { SIMULATED_DURATION: duration } })
const request = (runs: string, requested: Schemas['RequestedTimes'] = {}, wanted = 2) =>
  containerRequest(lasting(runs), {
    compute: cores(wanted),
    schedule: { requested: { duration: 'PT1H', ...requested } },
  })
const accept = async ({ meta }: Schemas['Execution']) => {
  await api.setPhase(meta.uuid ?? '', 'ACCEPTED')
  return meta.uuid ?? ''
}
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

describe('an execution that is promised for later', () => {
  it('starts as soon as the one before it has ended, and says how much earlier that is', async () => {
    const first = await api.run(request('PT20H'))
    await api.reaches(first, 'AVAILABLE')
    const second = await api.run(request('PT0.1S'))
    const promised = startOf(await api.execution(second))
    await api.setPhase(first, 'CANCELLED')
    const ended = await api.ends(second)
    expect(ended.phase).toBe('COMPLETED')
    expect(startOf(ended).promisedAt).toBeLessThan(promised.promisedAt - 30 * 60_000)
    expect(allText(ended).join(' ')).toContain('Capacity is free: the execution starts as soon as it is ready')
  })

  it('shows the promise until it starts, and what happened afterwards', async () => {
    const [offer] = (await api.offers(request('PT0.1S'))).offers ?? []
    const { earliestAt, promisedAt } = startOf(offer as Schemas['Execution'])
    expect(promisedAt).toBeGreaterThan(earliestAt)
    const ended = await api.ends(await accept(offer as Schemas['Execution']))
    const started = startOf(ended)
    expect(started.promisedAt).toBe(started.earliestAt)
    expect(started.earliestAt).toBeLessThan(promisedAt)
  })

  it('waits for its time where the client asks for an absolute start, or for no early one', async () => {
    const absolute = await api.run(request('PT0.1S', { start: inMinutes(10), duration: 'PT1M' }, 1))
    const unhurried = (await api.offers(request('PT0.1S', { startEarly: false, duration: 'PT1M' }, 1))).offers ?? []
    const { earliestAt, promisedAt } = startOf(unhurried[0] as Schemas['Execution'])
    expect(earliestAt).toBe(promisedAt)
    const accepted = await accept(unhurried[0] as Schemas['Execution'])
    // What is free suffices for another one, which starts at once beside those that wait.
    await api.ends(await api.run(request('PT0.1S', { duration: 'PT5S' }, 1)))
    for (const uuid of [absolute, accepted]) expect((await api.execution(uuid)).phase).toBe('WAITING')
  })

  it('starts no earlier than the client allows', async () => {
    const notBefore = inMinutes(20)
    const [offer] = (await api.offers(request('PT0.1S', { notBefore }))).offers ?? []
    expect(startOf(offer as Schemas['Execution']).earliestAt).toBeGreaterThanOrEqual(Date.parse(notBefore))
  })
})

describe('an offer that starts soon', () => {
  it('has to be accepted before its preparation begins, and one beside it can be thought over', async () => {
    const { offers = [] } = await api.offers(request('PT0.1S'))
    const leftMs = offers.map(({ expires }) => Date.parse(expires ?? '') - Date.now())
    expect(leftMs[0]).toBeLessThanOrEqual(30_000)
    expect(leftMs[0]).toBeGreaterThan(20_000)
    expect(leftMs[1]).toBeGreaterThan(4 * 60_000)
  })

  it('leaves the next minutes to others', async () => {
    await api.offers(request('PT0.1S'))
    const [offer] = (await api.offers(request('PT0.1S', { duration: 'PT20S' }))).offers ?? []
    expect(offer).toBeDefined()
    const ended = await api.ends(await api.run(request('PT0.1S', { duration: 'PT10S' })))
    expect(ended.phase).toBe('COMPLETED')
  })

  it('starts sooner for a client that decides sooner, and a wrong time is refused with the right form', async () => {
    const { offers = [] } = await api.offers(request('PT0.1S'), { Prefer: 'decide-within=PT5S' })
    expect(Date.parse(offers[0]?.expires ?? '') - Date.now()).toBeLessThanOrEqual(5_000)
    const refused = await api.post<Schemas['Problem']>('/offersets', request('PT0.1S'), {
      Prefer: 'decide-within=5 seconds',
    })
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([400, expect.stringContaining('PT')])
  })
})
