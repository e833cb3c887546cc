/**
 * A database whose connection breaks in the midst of statements, as when its server is restarted or a network falls
 * apart. The process lives, says what happened, makes no mistake of it, and goes on when the database is back.
 */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { BrokerError } from '../../src/domain/errors.ts'
import { systemClock } from '../../src/system-clock.ts'
import { openServer } from '../../src/store/server.ts'
import type { Database } from '../../src/store/database.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import type { Break } from '../support/breaking-server.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { cableTo, type Cable } from '../support/cable.ts'
import { onServer, temporaryDatabase } from '../support/database.ts'
import { expectSurvival } from '../support/survival.ts'

vi.setConfig({ testTimeout: 120_000 })

const ENDS: readonly Break[] = ['closes', 'resets']

describe.skipIf(!onServer)('a transaction', () => {
  let place: { readonly url: string; drop(): Promise<void> }
  let cable: Cable
  let database: Database
  beforeAll(async () => {
    place = (await temporaryDatabase()) as typeof place
    cable = await cableTo(place.url)
    database = await openServer({ url: cable.url, connectionsMax: 2 })
    await database.transaction((tx) => database.script(tx, 'create table noted (id int primary key, text text)'))
  })
  expectSurvival()
  afterEach(() => cable.mend())
  afterAll(async () => {
    await database.close()
    await cable.end()
    await place.drop()
  })

  const insert = {
    name: 'note',
    text: 'insert into noted values ($1, $2) returning id, text',
    parameters: ['id', 'text'],
  }
  const look = { name: 'look', text: 'select id, text from noted where id = $1', parameters: ['id'] }
  let id = 0
  const note = () =>
    database.transaction(async (tx) => {
      await tx.query(insert, { id: (id += 1), text: 'something' })
      return tx.query<{ text: string }>(look, { id })
    })
  const isThere = async () => (await database.query(look, { id })).length > 0

  it.each(ENDS)(
    'that loses its connection at any byte fails as UNAVAILABLE, whole or not at all: it %s',
    async (how) => {
      await note()
      const before = cable.carried
      await note()
      const usual = cable.carried - before
      // A new connection says more before the first statement.
      for (let bytes = 0; bytes <= 4 * usual; bytes += bytes < usual ? 3 : 29) {
        cable.cut(how, bytes)
        const outcome = await note().catch((error: unknown) => error)
        cable.mend()
        const kept = await isThere()
        if (outcome instanceof Error) expect(outcome, `after ${bytes} bytes`).toMatchObject({ code: 'UNAVAILABLE' })
        else expect([outcome, kept], `after ${bytes} bytes`).toEqual([[{ id, text: 'something' }], true])
      }
    },
  )
})

describe.skipIf(!onServer)('a broker', () => {
  // Open offers of all cases hold something side by side.
  const pools = [{ name: 'default', cores: 1_000, memory: 1_000, storage: 1_000 }]
  const platforms = [{ type: 'simulated', name: 'simulated', duration: 'PT0.02S', pools }]
  let broker: TestBroker
  let cable: Cable
  let through: TestBroker
  let api: Api
  let logged: { readonly level: number; readonly msg: string; readonly err?: { readonly message: string } }[]
  const logger = pino(
    { level: 'info' },
    new Writable({
      write: (line: Buffer, _, done) => {
        logged.push(JSON.parse(String(line)) as (typeof logged)[number])
        done()
      },
    }),
  )
  beforeAll(async () => {
    logged = []
    // Its database is there already; the other one is reached through the cable.
    broker = await testBroker({ role: 'offers' })
    cable = await cableTo(broker.databaseUrl as string)
    const options = { 'database.url': cable.url, 'execution.lease': 'PT2S', platforms }
    through = await testBroker(options, systemClock, broker, logger)
    api = new Api(through.url)
  })
  beforeEach(() => {
    logged.length = 0
  })
  expectSurvival()
  afterEach(() => cable.mend())
  afterAll(async () => {
    await through.close()
    await cable.end()
    await broker.close()
  })

  /** The status of an answer; undefined where it broke off. */
  const statusOf = async (asking: Promise<Response>): Promise<number | undefined> => {
    const answer = await asking
    const status = answer.status
    return answer.text().then(
      () => status,
      () => undefined,
    )
  }
  const get = (path: string, headers = {}) => statusOf(fetch(through.url + path, { headers }))
  const post = (path: string, body: unknown) =>
    statusOf(
      fetch(through.url + path, {
        ...{ method: 'POST', redirect: 'manual', body: JSON.stringify(body) },
        headers: { 'Content-Type': 'application/json' },
      }),
    )
  const phase = (uuid: string, value: string) =>
    post(`/executions/${uuid}`, { kind: KIND.enumUpdate, path: 'phase', value })

  /** Requests that clients send side by side; each gives the status of its answer. */
  async function manyThings(): Promise<readonly (() => Promise<number | undefined>)[]> {
    const offered = await api.offers(containerRequest({}, { compute: cores(1) }))
    const open = offered.offers?.[0]?.meta?.uuid as string
    const running = await api.run(containerRequest())
    return [
      () => post('/offersets', containerRequest()),
      () => post('/executions', containerRequest()),
      () => phase(open, 'ACCEPTED'),
      () => phase(running, 'CANCELLED'),
      () => get('/executions'),
      () => get('/offersets', { Accept: 'application/yaml' }),
      () => get(`/executions/${running}/events`),
      () => get(`/executions/${open}?WAIT=1&PHASE=OFFERED`),
      () => get(`/streams/${running}/stdout`),
      () => get(`/offersets/${offered.meta?.uuid}`),
      () => get('/health/ready'),
      () => get('/metrics'),
    ]
  }

  /** The executions that were accepted and have not ended. */
  async function unfinished(): Promise<unknown[]> {
    const { body } = await api.get<Schemas['ExecutionList']>('/executions?LAST=500')
    const ENDED = ['OFFERED', 'REJECTED', 'EXPIRED', 'COMPLETED', 'FAILED', 'CANCELLED']
    return (body.executions ?? []).filter(({ phase: last }) => !ENDED.includes(last)).map(({ meta }) => meta)
  }

  async function goesOn(): Promise<void> {
    cable.mend()
    await expect.poll(() => get('/health/ready'), { timeout: 30_000 }).toBe(200)
    const uuid = await api.run(containerRequest())
    // What happened while nobody heard of it is looked for now and then; nobody waits for that here.
    await expect.poll(async () => (await api.execution(uuid)).phase, { timeout: 30_000 }).toBe('COMPLETED')
  }

  it.each(ENDS)('that loses its database in the midst of anything says so and goes on with it: it %s', async (how) => {
    for (const bytes of [0, 1, 6, 33, 300, 1_500, 6_000, 12_000]) {
      const things = await manyThings()
      cable.cut(how, bytes)
      const answers = await Promise.all(things.map((thing) => thing()))
      cable.cut(how)
      for (const status of answers) {
        const fine = status === undefined || status < 500 || status === 503
        expect(fine, `${status} after ${bytes} bytes`).toBe(true)
      }
      await goesOn()
    }
    const words = logged.map(({ msg }) => msg)
    expect(words).toContain('The database cannot be used now; what needs it waits.')
    expect(words).not.toContain('A request failed unexpectedly.')
    expect(words.filter((one) => one.includes('caught by nobody'))).toEqual([])
    // Whatever failed for it says that it is the database.
    const others = logged.filter(({ level, err }) => level >= 50 && !/database/.test(err?.message ?? ''))
    expect(others).toEqual([])
    await expect.poll(unfinished, { timeout: 30_000 }).toEqual([])
  })

  it.each(ENDS)('that loses its database while it starts says so and is gone: it %s', async (how) => {
    for (const bytes of [0, 1, 400, 500, 1_000, 4_000, 12_000, 15_000, 16_000, 17_000, 18_000]) {
      cable.mend()
      cable.cut(how, bytes)
      const starting = testBroker({ 'database.url': cable.url, platforms }, systemClock, through)
      const outcome = await starting.catch((error: unknown) => error)
      cable.mend()
      if (!(outcome instanceof Error)) await (outcome as TestBroker).close()
      else expect(outcome, `after ${bytes} bytes`).toBeInstanceOf(BrokerError)
    }
    await goesOn()
  })
})
