/** A broker that is several processes with a role each, on one database server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { onServer } from '../support/database.ts'
import { brokerPlace, type BrokerPlace, type BrokerProcess } from '../support/process.ts'

const LINES = 'one\ntwo\nthree\n'
const REQUEST = containerRequest({ environment: { SIMULATED_DURATION: 'PT1S', SIMULATED_STDOUT: LINES } })

describe.skipIf(!onServer)('a broker of several processes', { timeout: 120_000 }, () => {
  let place: BrokerPlace
  const processes: BrokerProcess[] = []
  let [offers, firstExecutions, secondExecutions, worker] = [] as unknown as [Api, Api, Api, Api]

  async function start(role: string, more: Record<string, string> = {}): Promise<Api> {
    const started = await place.start({ BROKER_ROLE: role, ...more })
    processes.push(started)
    return new Api(started.url)
  }

  beforeAll(async () => {
    place = await brokerPlace()
    firstExecutions = await start('executions')
    secondExecutions = await start('executions')
    offers = await start('offers', { BROKER_ENDPOINTS_EXECUTIONS: firstExecutions.url })
    worker = await start('worker')
  }, 300_000)
  afterAll(async () => {
    for (const started of processes) await started.kill('SIGTERM')
    await place.remove()
  })

  it('offers at one endpoint what is accepted, followed and read at the other', async () => {
    const { offers: found = [] } = await offers.offers(REQUEST)
    const { url, uuid = '' } = found[0]?.meta ?? {}
    expect(url).toBe(`${firstExecutions.url}/executions/${uuid}`)
    const waited = secondExecutions.get<Schemas['Execution']>(`/executions/${uuid}?WAIT=60&PHASE=OFFERED`)
    const events = secondExecutions.events(uuid)
    expect((await firstExecutions.setPhase(uuid, 'ACCEPTED')).status).toBe(200)
    expect((await waited).body.phase).not.toBe('OFFERED')
    const followed = await firstExecutions.get<string>(`/streams/${uuid}/stdout?follow=true`)
    expect(followed.body).toBe(LINES)
    const phases = (await events).flatMap(({ type, phase, component }) =>
      type === 'phase' && !component ? [phase] : [],
    )
    expect(phases.filter((phase) => ['ACCEPTED', 'AVAILABLE', 'COMPLETED'].includes(phase ?? ''))).toEqual([
      'ACCEPTED',
      'AVAILABLE',
      'COMPLETED',
    ])
    const [sibling] = found.slice(1)
    if (sibling?.meta.uuid) expect((await secondExecutions.execution(sibling.meta.uuid)).phase).toBe('REJECTED')
  })
  it('runs directly at the endpoint of executions, and ends there', async () => {
    const uuid = await secondExecutions.run(REQUEST)
    expect((await firstExecutions.ends(uuid)).phase).toBe('COMPLETED')
  })
  it('leads to the other endpoint with the method and the body, where it is known', async () => {
    for (const path of ['/executions/some?WAIT=1', '/sessions', '/direct', '/streams/some/stdout']) {
      const { status, headers } = await fetch(offers.url + path, { method: 'POST', redirect: 'manual' })
      expect([status, headers.get('location')]).toEqual([308, firstExecutions.url + path])
    }
    const unknown = await fetch(`${firstExecutions.url}/requests`)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ detail: 'The offers are served by other processes of this broker.' })
  })
  it('has workers that tell operators how they are, and nothing else', async () => {
    expect((await worker.get('/health/live')).status).toBe(200)
    expect((await worker.get('/health/ready')).status).toBe(200)
    expect((await worker.get<string>('/metrics')).body).toMatch(
      /^broker_executions_ended_total\{phase="COMPLETED"\} [1-9]/m,
    )
    for (const path of ['/executions', '/offersets', '/account', '/admin/pools'])
      expect((await fetch(worker.url + path)).status).toBe(404)
  })
})
