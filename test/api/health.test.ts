import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { ADMIN_PASSWORD, basic, brokerWithAccounts, CallerApi } from '../support/accounts.ts'
import { cableTo } from '../support/cable.ts'
import { administer, onServer } from '../support/database.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

/** The value of a figure. */
async function figure(series: string): Promise<number> {
  const { body } = await api.get<string>('/metrics')
  const line = body.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length + 1))
}

describe('the health', () => {
  it('names each part that is asked', async () => {
    const { status, body } = await api.get<Schemas['Health']>('/health/ready')
    expect([status, body]).toEqual([
      200,
      {
        status: 'ok',
        checks: [
          { name: 'database', status: 'ok' },
          { name: 'platform simulated', status: 'ok' },
        ],
      },
    ])
  })
})

describe('the figures', () => {
  it('are in the text format of Prometheus, with the lag of the event loop', async () => {
    const { status, headers, body } = await api.get<string>('/metrics')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m)
    expect(body).toMatch(/^broker_database_up 1$/m)
  })
  it('count offers, and executions by how they end', async () => {
    const series = [
      'broker_offer_sets_total{result="YES"}',
      'broker_offer_sets_total{result="NO"}',
      'broker_offers_total',
      'broker_executions_ended_total{phase="COMPLETED"}',
      'broker_executions_ended_total{phase="FAILED"}',
    ]
    const before = await Promise.all(series.map(figure))
    const { offers } = await api.offers(containerRequest(), { Prefer: 'offers=2' })
    await api.offers(containerRequest({}, { compute: cores(99) }))
    await api.setPhase(offers?.[0]?.meta.uuid as string, 'ACCEPTED')
    await api.ends(offers?.[0]?.meta.uuid as string)
    await api.ends(await api.run(containerRequest({ environment: { SIMULATED_EXIT_CODE: '1' } })))
    const after = await Promise.all(series.map(figure))
    expect(after.map((value, index) => value - (before[index] as number))).toEqual([2, 1, 3, 1, 1])
  })
  it('tell what platforms, pools and executions there are, and how much is booked', async () => {
    const pool = (name: string) => figure(`broker_pool_${name}{platform="simulated",pool="default",resource="cores"}`)
    expect(await figure('broker_platform_up{platform="simulated"}')).toBe(1)
    const before = await pool('booked')
    const running = { environment: { SIMULATED_DURATION: 'PT1H' } }
    const uuid = await api.run(containerRequest(running, { compute: cores(2) }))
    await api.reaches(uuid, 'AVAILABLE')
    expect([await pool('capacity'), await pool('booked'), await pool('free')]).toEqual([8, before + 2, 6 - before])
    expect(await figure('broker_executions{phase="AVAILABLE"}')).toBe(1)
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
    expect([await pool('booked'), await figure('broker_executions{phase="AVAILABLE"}')]).toEqual([before, 0])
    const away = join(broker.dataDirectory, 'simulated', 'simulated', 'away')
    writeFileSync(away, '')
    expect(await figure('broker_platform_up{platform="simulated"}')).toBe(0)
    rmSync(away)
  })
  it('have a series for every phase and every result from the start, with 0 where there is none', async () => {
    const fresh = await testBroker()
    try {
      const { body } = await new Api(fresh.url).get<string>('/metrics')
      for (const phase of ['OFFERED', 'ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING', 'FAILED'])
        expect(body).toContain(`\nbroker_executions{phase="${phase}"} 0\n`)
      for (const phase of ['COMPLETED', 'FAILED', 'CANCELLED'])
        expect(body).toContain(`\nbroker_executions_ended_total{phase="${phase}"} 0\n`)
      for (const result of ['YES', 'NO']) expect(body).toContain(`\nbroker_offer_sets_total{result="${result}"} 0\n`)
      expect(body).not.toMatch(/phase="(EXPIRED|REJECTED)"/)
    } finally {
      await fresh.close()
    }
  })
  it('measure answers by their route, not by their path', async () => {
    const series = 'broker_http_request_duration_seconds_count{method="GET",route="/executions/:uuid",status="404"}'
    const before = await figure(series)
    for (const uuid of ['a', 'b']) await api.get(`/executions/${uuid}`)
    expect(await figure(series)).toBe(before + 2)
  })
  it('tell what the engine has to do', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString()
    const before = await figure('broker_queue_later')
    const uuid = await api.run(containerRequest({}, { schedule: { requested: { start } } }))
    await api.reaches(uuid, 'WAITING')
    await expect.poll(() => figure('broker_queue_later')).toBe(before + 1)
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
  })
})

describe.skipIf(!onServer)('a broker whose database is away', () => {
  it('says so to everybody who looks at it, and is up again with the database', async () => {
    const cable = await cableTo(broker.databaseUrl as string)
    const other = await testBroker({ 'database.url': cable.url }, undefined, broker)
    try {
      const looked = new Api(other.url)
      expect((await looked.get('/health/ready')).status).toBe(200)
      cable.cut()
      const ready = await looked.get<Schemas['Health']>('/health/ready')
      expect(ready.status).toBe(503)
      expect(ready.body.checks?.[0]).toMatchObject({ name: 'database', status: 'unavailable' })
      const availability = await looked.get<string>('/availability')
      expect(availability.body).toMatch(/available>false<[\s\S]*note>database: The database is not answering\.</)
      expect(availability.body).not.toContain('upSince')
      expect((await looked.get<string>('/metrics')).body).toMatch(/^broker_database_up 0$/m)
      const asked = await looked.get<Schemas['Problem']>('/executions')
      expect([asked.status, asked.headers.get('retry-after'), asked.body.detail]).toEqual([
        503,
        '5',
        'The database is not answering.',
      ])
      expect((await looked.get('/health/live')).status).toBe(200)
      cable.mend()
      expect((await looked.get('/health/ready')).status).toBe(200)
    } finally {
      await other.close()
      await cable.end()
    }
  })
})

describe.skipIf(!onServer)('a broker with identities whose database is away', () => {
  it('shows its figures to who was known before, and to nobody else', async () => {
    const own = await brokerWithAccounts()
    const cable = await cableTo(own.broker.databaseUrl as string)
    const other = await testBroker({ identity: {}, 'database.url': cable.url }, undefined, own.broker)
    try {
      const admin = new CallerApi(other.url, basic('admin', ADMIN_PASSWORD))
      expect((await admin.get<string>('/metrics')).body).toMatch(/^broker_database_up 1$/m)
      cable.cut()
      expect((await admin.get<string>('/metrics')).body).toMatch(/^broker_database_up 0$/m)
      expect((await admin.get('/executions')).status).toBe(503)
      for (const stranger of [new Api(other.url), new CallerApi(other.url, basic('admin', 'a guess of somebody'))])
        expect((await stranger.get('/metrics')).status).not.toBe(200)
    } finally {
      await other.close()
      await cable.end()
      await own.broker.close()
    }
  })
})

describe.skipIf(!onServer)('a broker whose database', () => {
  it.each([
    ['has a full disk', '53100', 'The disk of the database is full'],
    ['has become read-only', '25006', 'The database takes no changes'],
  ])('%s answers with 503 and the reason, is not ready, and goes on afterwards', async (_, code, reason) => {
    const url = broker.databaseUrl as string
    await administer(
      url,
      `create function refuse() returns trigger language plpgsql as $$
         begin raise exception using errcode = '${code}'; end $$;
       create trigger refuse before insert on offer_set for each row execute function refuse();
       create trigger refuse before insert on disk_room for each row execute function refuse()`,
    )
    const asked = await api.post<Schemas['Problem']>('/offersets', containerRequest())
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '5'])
    expect(asked.body.detail).toContain(reason)
    const ready = await api.get<Schemas['Health']>('/health/ready')
    expect(ready.status).toBe(503)
    expect(ready.body.checks?.[0]?.detail).toContain(reason)
    await administer(url, 'drop function refuse() cascade')
    expect((await api.get('/health/ready')).status).toBe(200)
    expect((await api.offers(containerRequest())).result).toBe('YES')
  })
})
