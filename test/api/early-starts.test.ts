import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { allText, Api, containerRequest, cores, startOf } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

const platforms = [
  { type: 'simulated', name: 'simulated', pools: [{ name: 'default', cores: 2, memory: 16, storage: 100 }] },
]

const WAIT = { timeout: 20_000, interval: 20 }

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

describe('an execution that comes next', () => {
  const requestWithData = () =>
    containerRequest(lasting('PT0.1S'), {
      compute: cores(2),
      schedule: { requested: { duration: 'PT1H' } },
      storage: [{ kind: KIND.simpleStorage, size: { min: 3 } }],
    })
  const phasesOf = async (uuid: string) => {
    const { phase, compute, executable, storage } = await api.execution(uuid)
    return [phase, compute?.phase, executable?.phase, ...(storage ?? []).map((one) => one.phase)]
  }
  const ready = ['PREPARING', 'AVAILABLE', 'AVAILABLE', 'AVAILABLE']

  it('is prepared while others run, and starts at once when they have ended', async () => {
    const first = await api.run(request('PT20H'))
    await api.reaches(first, 'AVAILABLE')
    const [second, third] = [await api.run(requestWithData()), await api.run(request('PT0.1S'))]
    await vi.waitFor(async () => expect(await phasesOf(second)).toEqual(ready), WAIT)
    expect((await api.execution(first)).phase).toBe('AVAILABLE')
    expect((await api.reaches(third, 'WAITING')).phase).toBe('WAITING')
    await api.setPhase(first, 'CANCELLED')
    const ended = await api.ends(second)
    const { preparing, available } = ended.schedule ?? {}
    expect(ended.phase).toBe('COMPLETED')
    expect(Date.parse(preparing?.start ?? '')).toBeLessThan(startOf(ended).promisedAt)
    expect([preparing?.duration, available?.duration]).toEqual([
      expect.stringMatching(/^PT/),
      expect.stringMatching(/^PT/),
    ])
    expect((await api.ends(third)).phase).toBe('COMPLETED')
  })

  it('gives everything back when it is cancelled meanwhile, and the next one comes next', async () => {
    const first = await api.run(request('PT20H'))
    await api.reaches(first, 'AVAILABLE')
    const [second, third] = [await api.run(requestWithData()), await api.run(requestWithData())]
    await vi.waitFor(async () => expect(await phasesOf(second)).toEqual(ready), WAIT)
    await api.setPhase(second, 'CANCELLED')
    await vi.waitFor(async () => expect(await phasesOf(third)).toEqual(ready), WAIT)
    await vi.waitFor(async () => {
      const { storage } = await api.execution(second)
      expect(storage?.map(({ phase }) => phase)).toEqual(['CANCELLED'])
    }, WAIT)
    expect((await api.execution(first)).phase).toBe('AVAILABLE')
  })

  it('is not prepared before its time where it may not start early', async () => {
    const first = await api.run(request('PT20H'))
    await api.reaches(first, 'AVAILABLE')
    const unhurried = await api.run(request('PT0.1S', { startEarly: false }))
    const next = await api.run(requestWithData())
    await vi.waitFor(async () => expect(await phasesOf(next)).toEqual(ready), WAIT)
    expect((await api.execution(unhurried)).phase).toBe('WAITING')
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
