import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecutionId } from '../../src/domain/ids.ts'
import * as executions from '../../src/store/executions.ts'
import { openServer } from '../../src/store/server.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { onServer } from '../support/database.ts'

const WAITING_FOR_LOCKS = {
  name: 'test.waitingForLocks',
  text: `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  parameters: [],
}

let brokers: TestBroker[]
let apis: Api[]
const platforms = [
  {
    type: 'simulated',
    name: 'simulated',
    duration: 'PT0.02S',
    pools: [
      { name: 'small', cores: 8, memory: 16 },
      { name: 'large', cores: 2, memory: 100 },
    ],
  },
]
beforeAll(async () => {
  const first = await testBroker({ platforms })
  // A server has several brokers on it; the embedded database has one, whose requests still race.
  brokers = onServer ? [first, await testBroker({ platforms }, undefined, first)] : [first]
  apis = brokers.map(({ url }) => new Api(url))
})
afterAll(async () => {
  for (const broker of [...brokers].reverse()) await broker.close()
})

const api = (turn: number) => apis[turn % apis.length] as Api
const inAnHour = () => new Date(Math.ceil(Date.now() / 3_600_000 + 1) * 3_600_000).toISOString()

describe('requests that race for the last cores', () => {
  it('get what there is and never more, whichever broker they ask', async () => {
    const request = containerRequest(
      {},
      { compute: cores(3), schedule: { requested: { start: inAnHour(), duration: 'PT1H' } } },
    )
    const sets = await Promise.all(Array.from({ length: 24 }, (_, turn) => api(turn).offers(request)))
    // Eight cores hold two offers of three.
    expect(sets.filter(({ result }) => result === 'YES').length).toBe(2)
    const offers = sets.flatMap(({ offers }) => offers ?? [])
    await Promise.all(offers.map(({ meta }, turn) => api(turn).setPhase(meta.uuid as string, 'CANCELLED')))
    expect((await api(0).offers(request)).result).toBe('YES')
  })
})

describe('acceptances that race for one set', () => {
  it('have one winner, whichever broker they ask', async () => {
    for (let round = 0; round < 10; round++) {
      // Whichever wins starts at once: a start in half a minute is not among them.
      const soon = `${new Date().toISOString()}/PT30S`
      const { offers = [] } = await api(round).offers(
        containerRequest({}, { compute: cores(1, 2), schedule: { requested: { start: soon, duration: 'PT1S' } } }),
      )
      expect(offers.length).toBeGreaterThan(2)
      const answers = await Promise.all(
        offers.map(({ meta }, turn) => api(turn).setPhase(meta.uuid as string, 'ACCEPTED')),
      )
      expect(answers.filter(({ status }) => status === 200).length).toBe(1)
      const winner = answers.find(({ status }) => status === 200)?.body.meta.uuid as string
      // Any of them may win, also one that starts hours from now, so nobody waits for its end.
      await api(round + 1).setPhase(winner, 'CANCELLED')
      expect(['CANCELLED', 'COMPLETED']).toContain((await api(round + 1).ends(winner)).phase)
      const losers = offers.filter(({ meta }) => meta.uuid !== winner)
      const phases = await Promise.all(
        losers.map(async ({ meta }) => (await api(round).execution(meta.uuid as string)).phase),
      )
      expect(phases).toEqual(losers.map(() => 'REJECTED'))
    }
  })
})

describe('a cancellation', () => {
  it.runIf(onServer)('that meets another change of the phase comes after it', async () => {
    const uuid = await api(0).run(containerRequest({}, { schedule: { requested: { start: inAnHour() } } }))
    await api(0).reaches(uuid, 'WAITING')
    const database = await openServer({ url: brokers[0]?.databaseUrl as string, connectionsMax: 2 })
    const cancelled = await database.transaction(async (tx) => {
      await executions.move(tx, [uuid as ExecutionId], 'prepare', Date.now())
      const asked = api(1).setPhase(uuid, 'CANCELLED')
      while ((await database.query(WAITING_FOR_LOCKS, {})).length === 0) await setImmediate()
      return { asked }
    })
    expect((await cancelled.asked).status).toBe(200)
    expect((await api(0).ends(uuid)).history?.map(({ phase }) => phase)).toEqual([
      'OFFERED',
      'ACCEPTED',
      'WAITING',
      'PREPARING',
      'CANCELLED',
    ])
    await database.close()
  })
})

describe('executions', () => {
  it('are each run once, by whichever broker takes them', async () => {
    // Each promises a second: those that find no core now are promised one after the others.
    const run = containerRequest(
      { environment: { SIMULATED_STDOUT: 'ran\n' } },
      { schedule: { requested: { duration: 'PT1S' } } },
    )
    const uuids = await Promise.all(Array.from({ length: 40 }, (_, turn) => api(turn).run(run)))
    const ended = await Promise.all(uuids.map((uuid, turn) => api(turn).ends(uuid)))
    expect(ended.map(({ phase }) => phase)).toEqual(uuids.map(() => 'COMPLETED'))
    for (const execution of ended) expect(execution.history?.filter(({ event }) => event === 'start').length).toBe(1)
    const outputs = await Promise.all(uuids.map((uuid, turn) => api(turn).get<string>(`/streams/${uuid}/stdout`)))
    expect(outputs.map(({ body }) => body)).toEqual(uuids.map(() => 'ran\n'))
  })
})
