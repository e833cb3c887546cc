import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/domain/dates.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api, containerRequest, cores, type Answer } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { onServer } from '../support/database.ts'

const HOUR_S = 3600

const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT0.02S',
    pools: [
      {
        name: 'default',
        cores: 8,
        memory: 16,
        storage: 100,
        prices: { currency: 'EUR', coreHour: 1 },
      },
    ],
  },
]

let brokers: TestBroker[]
let apis: Api[]
beforeAll(async () => {
  const options = { platforms, 'offers.maximumDuration': 'PT10H' }
  const first = await testBroker(options)
  // A server has several brokers on it; the embedded database has one, whose requests still race.
  brokers = onServer ? [first, await testBroker(options, undefined, first)] : [first]
  apis = brokers.map(({ url }) => new Api(url))
})
afterAll(async () => {
  for (const broker of [...brokers].reverse()) await broker.close()
})

const api = (turn = 0) => apis[turn % apis.length] as Api
const long = { environment: { SIMULATED_DURATION: 'PT20H' } }
const inHours = (hours: number) => new Date(Math.ceil(Date.now() / 3_600_000 + hours) * 3_600_000).toISOString()
const at = (start: string | undefined, duration: string, container = long, compute = cores(1)) =>
  containerRequest(container, { compute, schedule: { requested: { ...(start ? { start } : {}), duration } } })

type Update = Record<string, unknown>
const extendBy = (delta: number): Update => ({
  kind: KIND.deltaUpdate,
  path: '/schedule/available/duration',
  delta,
  units: 's',
})
const setTo = (path: string, value: number): Update => ({ kind: KIND.integerUpdate, path, value })
const update = (uuid: string, body: Update, turn = 0): Promise<Answer<Schemas['Execution']>> =>
  api(turn).post(`/executions/${uuid}`, body)
const problemOf = ({ body }: Answer<unknown>) => body as Schemas['Problem']

const durationOf = ({ schedule }: Schemas['Execution']) => schedule?.available?.duration
const optionOf = ({ meta }: Schemas['Execution'], path: string) => meta.options?.find((option) => option.path === path)
const secondsOf = (duration: string | undefined) => parseDuration(duration ?? 'PT0S', 0).value / 1000
const cancel = async (...uuids: string[]) => {
  for (const uuid of uuids) await api().setPhase(uuid, 'CANCELLED')
  for (const uuid of uuids) await api().ends(uuid)
}
const running = async (duration: string, wanted = 1) => {
  const uuid = await api().run(at(undefined, duration, long, cores(wanted)))
  await api().reaches(uuid, 'AVAILABLE')
  return uuid
}

describe('the duration of an execution', () => {
  it('that waits is extended and shortened, with what is booked, what it costs, and what is said', async () => {
    const uuid = await api().run(at(inHours(1), 'PT1H'))
    const longer = await update(uuid, extendBy(HOUR_S))
    expect(longer.status).toBe(200)
    expect(durationOf(longer.body)).toBe('PT2H')
    expect(longer.body.costs?.[0]).toMatchObject({ min: 2, max: 2, units: 'EUR' })
    expect(allText(longer.body)).toContain('The granted duration was changed from PT1H to PT2H.')
    const shorter = await update(uuid, extendBy(-1.5 * HOUR_S), 1)
    expect(durationOf(shorter.body)).toBe('PT30M')
    expect(shorter.body.costs?.[0]).toMatchObject({ min: 0.5, max: 0.5 })
    await cancel(uuid)
  })
  it('that runs is enforced as it was changed', async () => {
    const uuid = await running('PT1H')
    const before = await api().execution(uuid)
    const longer = await update(uuid, extendBy(60), 1)
    expect(secondsOf(durationOf(longer.body)) - secondsOf(durationOf(before))).toBe(60)
    // Down to what is over in a moment: the program is stopped then, and says why.
    const left = optionOf(longer.body, 'schedule/available/duration') as Schemas['IntegerDeltaOption']
    const shorter = await update(uuid, extendBy((left.min ?? 0) + 1))
    expect(shorter.status).toBe(200)
    const ended = await api().ends(uuid)
    expect(ended.phase).toBe('FAILED')
    expect(allText(ended).join()).toMatch(/stopped because the granted duration of PT[\d.]+S was over/)
  })
  it('that runs goes on beyond the time that it was granted first', async () => {
    const uuid = await api().run(at(undefined, 'PT2S', { environment: { SIMULATED_DURATION: 'PT2.5S' } }))
    await api().reaches(uuid, 'AVAILABLE')
    expect((await update(uuid, extendBy(HOUR_S))).status).toBe(200)
    expect((await api().ends(uuid)).phase).toBe('COMPLETED')
  })
  it('gives capacity back at once when it gets shorter, and takes no more than there is', async () => {
    const first = await api().run(at(inHours(1), 'PT4H', long, cores(8)))
    const second = () => api(1).offers(at(inHours(3), 'PT1H', long, cores(8)))
    expect((await second()).result).toBe('NO')
    expect((await update(first, extendBy(-3 * HOUR_S))).status).toBe(200)
    const { result, offers } = await second()
    expect(result).toBe('YES')
    const refused = await update(first, extendBy(2 * HOUR_S))
    expect(refused.status).toBe(409)
    expect(problemOf(refused)).toMatchObject({ type: expect.stringMatching(/no-room$/) as string })
    expect(problemOf(refused).detail).toMatch(
      /^The execution is WAITING and stays as it is: there are not enough cores/,
    )
    expect(problemOf(refused).errors?.[0]?.pointer).toBe('/delta')
    const after = await api().execution(first)
    expect(durationOf(after)).toBe('PT1H')
    // Exactly what is free before the other one can be taken.
    const option = optionOf(after, 'schedule/available/duration') as Schemas['IntegerDeltaOption']
    expect(option).toMatchObject({ kind: KIND.deltaOption, units: 's', min: 1 - HOUR_S })
    expect((await update(first, extendBy((option.max ?? 0) + 1))).status).toBe(409)
    expect((await update(first, extendBy(option.max ?? 0))).status).toBe(200)
    await cancel(first, offers?.[0]?.meta.uuid as string)
  })
  it('is never longer than the site allows, and never over', async () => {
    const uuid = await api().run(at(inHours(1), 'PT1H'))
    for (const delta of [9 * HOUR_S + 1, -HOUR_S, -9 * HOUR_S, Number.MAX_SAFE_INTEGER]) {
      const refused = await update(uuid, extendBy(delta))
      expect(refused.status).toBe(422)
      expect(problemOf(refused).errors?.[0]).toMatchObject({
        pointer: '/delta',
        detail: expect.stringMatching(/can change by -3599 to 32400 seconds/) as string,
      })
    }
    expect(durationOf(await api().execution(uuid))).toBe('PT1H')
    expect((await update(uuid, extendBy(9 * HOUR_S))).status).toBe(200)
    await cancel(uuid)
  })
})

describe('what an execution runs on', () => {
  it('is changed before it is prepared, with what is booked and what it costs', async () => {
    const uuid = await api().run(at(inHours(1), 'PT1H', long, cores(2)))
    const more = await update(uuid, setTo('/compute/cores', 6))
    expect(more.status).toBe(200)
    expect(more.body.compute?.cores).toEqual({ min: 6, max: 6 })
    expect(more.body.costs?.[0]).toMatchObject({ min: 6, max: 6 })
    expect(optionOf(more.body, 'compute/cores')).toMatchObject({ kind: KIND.integerOption, min: 1, max: 8 })
    expect((await api(1).offers(at(inHours(1), 'PT1H', long, cores(3)))).result).toBe('NO')
    const memory = await update(uuid, setTo('compute/memory', 16), 1)
    expect(memory.body.compute?.memory).toEqual({ min: 16, max: 16 })
    const refused = await update(uuid, setTo('compute/memory', 17))
    expect(refused.status).toBe(409)
    expect(problemOf(refused).errors?.[0]).toMatchObject({
      pointer: '/value',
      detail: 'its pool has 16 GiB of memory in all, so there are no 17',
    })
    expect((await update(uuid, setTo('compute/cores', 60))).body).toMatchObject({
      detail: 'The execution is WAITING and stays as it is: its pool has 8 cores in all, so there are no 60.',
    })
    expect((await update(uuid, setTo('compute/cores', 1))).body.compute?.cores).toEqual({ min: 1, max: 1 })
    expect(allText(await api().execution(uuid))).toContain('The cores were changed from 6 to 1.')
    await cancel(uuid)
  })
  it('is fixed once it runs', async () => {
    const uuid = await running('PT1H')
    const refused = await update(uuid, setTo('compute/cores', 2))
    expect(refused.status).toBe(409)
    expect(problemOf(refused).detail).toMatch(/^The execution is AVAILABLE; its cores cannot be changed now/)
    expect((await api().execution(uuid)).compute?.cores).toEqual({ min: 1, max: 1 })
    await cancel(uuid)
  })
})

describe('an update that is none', () => {
  it.each([
    [{ phase: 'ACCEPTED' }, 'ACCEPTED'],
    [{ phase: 'cancelled' }, 'CANCELLED'],
    [{ phase: 'SLEEPING' }, 'ACCEPTED'],
    [[], 'ACCEPTED'],
    [{ kind: KIND.enumUpdate }, 'ACCEPTED'],
  ])('is answered with a whole one to copy: %j', async (body, value) => {
    const uuid = await api().run(at(inHours(1), 'PT1H', long, cores(1)))
    const refused = await api().post<Schemas['Problem']>(`/executions/${uuid}`, body)
    expect(refused.status).toBe(400)
    const [, whole = ''] = /A whole one is (\{.*\})$/.exec(refused.body.detail ?? '') ?? []
    expect(JSON.parse(whole)).toEqual({ kind: KIND.enumUpdate, path: 'phase', value })
    await cancel(uuid)
  })
})

describe('an update in other units', () => {
  it.each([
    [{ ...setTo('compute/memory', 4096), units: 'MiB' }, '4096 MiB is 4 GiB, so write 4 and GiB'],
    [{ ...setTo('compute/memory', 512), units: 'MB' }, '512 MB is less than 1 GiB, so write 1 and GiB'],
    [{ ...extendBy(30), units: 'min' }, '30 min is 1800 s, so write 1800 and s'],
    [{ ...extendBy(-1), units: 'h' }, '1 h is 3600 s, so write -3600 and s'],
  ])('is told what to write: %j', async (body, advice) => {
    const uuid = await api().run(at(inHours(1), 'PT2H', long, cores(2)))
    expect(problemOf(await update(uuid, body)).errors?.[0]?.detail).toContain(advice)
    await cancel(uuid)
  })
})

describe('an update that makes no sense', () => {
  it.each([
    ['/value', setTo('compute/cores', 0)],
    ['/value', setTo('compute/memory', -3)],
    ['/units', { ...setTo('compute/memory', 2), units: 'MB' }],
    ['/units', { ...extendBy(60), units: 'min' }],
    ['/kind', setTo('schedule/available/duration', 60)],
    ['/kind', { kind: KIND.deltaUpdate, path: 'compute/cores', delta: 1 }],
    ['/value', { kind: KIND.stringUpdate, path: 'meta/name', value: 'x'.repeat(201) }],
    ['/path', { kind: KIND.stringUpdate, path: 'meta/__proto__', value: 'x' }],
    ['/path', { kind: KIND.stringUpdate, path: 'constructor', value: 'x' }],
  ])('names %s and changes nothing: %j', async (pointer, body) => {
    const uuid = await api().run(at(inHours(1), 'PT1H', long, cores(2)))
    const before = await api().execution(uuid)
    const refused = await update(uuid, body)
    expect(refused.status).toBe(422)
    expect(problemOf(refused).errors?.[0]?.pointer).toBe(pointer)
    expect({ ...(await api().execution(uuid)), history: [], phase: '' }).toMatchObject({
      schedule: before.schedule,
      compute: { cores: before.compute?.cores, memory: before.compute?.memory },
    })
    await cancel(uuid)
  })
})

describe('the options', () => {
  it('are all that is possible in each phase, and each of them is', async () => {
    const { offers = [] } = await api().offers(at(inHours(1), 'PT1H'))
    const uuid = offers[0]?.meta.uuid as string
    const paths = async () => ((await api().execution(uuid)).meta.options ?? []).map(({ path }) => path)
    expect(await paths()).toEqual(['phase', 'meta/name', 'meta/description'])
    const ofOffer = await update(uuid, extendBy(60))
    expect(ofOffer.status).toBe(409)
    expect(problemOf(ofOffer).detail).toMatch(/^The execution is OFFERED/)
    await api().setPhase(uuid, 'ACCEPTED')
    const all = ['phase', 'schedule/available/duration', 'compute/cores', 'compute/memory']
    expect(await paths()).toEqual([...all, 'meta/name', 'meta/description'])
    await cancel(uuid)
    expect(await paths()).toEqual(['meta/name', 'meta/description'])
    const ofEnded = await update(uuid, extendBy(60))
    expect(ofEnded.status).toBe(409)
    expect(problemOf(ofEnded).detail).toMatch(/^The execution is CANCELLED/)
  })
  it('go no further than the policies of the site allow', async () => {
    const policies = [
      { type: 'limits', name: 'site', cores: 3, duration: 'PT2H' },
      { type: 'limits', name: 'some', memory: 5 },
      { type: 'limits', name: 'others', cores: 1, users: ['nobody'] },
    ]
    const broker = await testBroker({ platforms, policies })
    const limited = new Api(broker.url)
    const { offers = [] } = await limited.offers(at(inHours(1), 'PT1H'))
    const uuid = offers[0]?.meta.uuid as string
    const { body } = await limited.setPhase(uuid, 'ACCEPTED')
    for (const shown of [body, await limited.execution(uuid)]) {
      expect(optionOf(shown, 'compute/cores')).toMatchObject({ max: 3 })
      expect(optionOf(shown, 'compute/memory')).toMatchObject({ max: 5 })
      expect(optionOf(shown, 'schedule/available/duration')).toMatchObject({ max: HOUR_S })
    }
    await broker.close()
  })
  it('of one that runs are its end and its duration', async () => {
    const uuid = await running('PT1H')
    const { meta } = await api(1).execution(uuid)
    expect(meta.options?.[0]).toMatchObject({ path: 'phase', values: ['RELEASING', 'CANCELLED'] })
    expect(meta.options?.map(({ path }) => path)).toEqual([
      'phase',
      'schedule/available/duration',
      'meta/name',
      'meta/description',
    ])
    const { body } = await api().get<Schemas['ExecutionList']>('/executions?PHASE=AVAILABLE')
    expect(body.executions?.[0]?.meta.options?.map(({ path }) => path)).toContain('schedule/available/duration')
    await cancel(uuid)
  })
})

describe('an offer set', () => {
  const post = (uuid: string, body: Update) => api().post<Schemas['OfferSet']>(`/offersets/${uuid}`, body)
  const cancelled = { kind: KIND.enumUpdate, path: 'phase', value: 'CANCELLED' }

  it('is cancelled with its open offers, or with the execution that was accepted', async () => {
    const open = await api().offers(at(inHours(1), 'PT1H'))
    expect(open.meta.options).toMatchObject([
      { path: 'phase', values: ['REJECTED', 'CANCELLED'] },
      { path: 'accepted', pattern: `^(${open.offers?.map(({ meta }) => meta.uuid).join('|')})$` },
    ])
    const gone = await post(open.meta.uuid as string, cancelled)
    expect(new Set(gone.body.offers?.map(({ phase }) => phase))).toEqual(new Set(['CANCELLED']))
    expect((await post(open.meta.uuid as string, cancelled)).status).toBe(200)
    const rejected = await post(open.meta.uuid as string, { ...cancelled, value: 'REJECTED' })
    expect(rejected.status).toBe(409)
    expect(problemOf(rejected).detail).toBe('No offer of this set is open any more: its offers are CANCELLED.')
    const taken = await api().offers(at(inHours(1), 'PT1H'))
    const uuid = taken.offers?.[0]?.meta.uuid as string
    const accepted = await post(taken.meta.uuid as string, { kind: KIND.stringUpdate, path: 'accepted', value: uuid })
    expect(accepted.body.meta.options).toMatchObject([{ path: 'phase', values: ['CANCELLED'] }])
    const refused = await post(taken.meta.uuid as string, { ...cancelled, value: 'REJECTED' })
    expect(refused.status).toBe(409)
    expect((await post(taken.meta.uuid as string, cancelled)).body.offers?.[0]?.phase).toBe('CANCELLED')
    await api().ends(uuid)
  })
})

describe('updates that race', () => {
  it('for the last that is free have one winner, and the others are told the phase', async () => {
    for (let round = 0; round < 5; round++) {
      const uuid = await api().run(at(inHours(1), 'PT1H', long, cores(2)))
      // Each of them alone is possible, and no two together.
      const wishes = Array.from({ length: 8 }, () => extendBy(5 * HOUR_S))
      const answers = await Promise.all(wishes.map((wish, turn) => update(uuid, wish, turn)))
      const statuses = answers.map(({ status }) => status).sort()
      expect(statuses[0]).toBe(200)
      expect(statuses.slice(1).every((status) => status === 409 || status === 422)).toBe(true)
      for (const answer of answers.filter(({ status }) => status === 409))
        expect(problemOf(answer).detail).toMatch(/^The execution is (ACCEPTED|WAITING)/)
      expect(durationOf(await api(1).execution(uuid))).toBe('PT6H')
      await cancel(uuid)
    }
  })
  it('to end it have one winner, and nobody loses who wanted the same', async () => {
    for (let round = 0; round < 5; round++) {
      const uuid = await running('PT1H')
      const wishes = ['RELEASING', 'CANCELLED', 'RELEASING', 'CANCELLED']
      const answers = await Promise.all(wishes.map((phase, turn) => api(turn).setPhase(uuid, phase)))
      const ended = await api().ends(uuid)
      const winners = wishes.filter((_, turn) => answers[turn]?.status === 200)
      // Who is released can still be cancelled; everything else comes too late.
      expect([['RELEASING'], ['CANCELLED'], ['CANCELLED', 'RELEASING']]).toContainEqual([...new Set(winners)].sort())
      expect(ended.phase).toBe(winners.includes('CANCELLED') ? 'CANCELLED' : 'COMPLETED')
      const phases = ended.history?.map(({ phase }) => phase) ?? []
      expect(phases.length).toBe(new Set(phases).size)
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expect(answer.status).toBe(409)
        expect(problemOf(answer).detail).toMatch(/^The execution is (RELEASING|COMPLETED|CANCELLED)/)
      }
    }
  })
  it('with the end of the program either come before it or change nothing', async () => {
    for (let round = 0; round < 10; round++) {
      const uuid = await api().run(at(undefined, 'PT1H', { environment: { SIMULATED_DURATION: 'PT0.05S' } }))
      await api().reaches(uuid, 'AVAILABLE', 'RELEASING', 'COMPLETED')
      const answers = await Promise.all([60, 61, 62, 63].map((delta, turn) => update(uuid, extendBy(delta), turn)))
      expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
      expect((await api().ends(uuid)).phase).toBe('COMPLETED')
    }
    // Nothing of all that is left in the ledger.
    expect((await api().offers(at(inHours(1), 'PT1H', long, cores(8)))).result).toBe('YES')
  })
})
