import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { FakeClock } from '../support/fake-clock.ts'

let broker: TestBroker
let api: Api
const clock = new FakeClock()
beforeAll(async () => {
  broker = await testBroker({ 'offers.lifetime': 'PT1H' }, clock)
  api = new Api(broker.url)
})
afterAll(() => broker.close())

/** Lets whatever can happen without the clock happen, until something is the case. */
async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}

async function anOffer(): Promise<string> {
  const { offers } = await api.offers(containerRequest(), { Prefer: 'offers=1' })
  return offers?.[0]?.meta.uuid as string
}

/** Reads a stream of events in the background. */
async function read(path: string, headers: Record<string, string> = {}) {
  const gone = new AbortController()
  const response = await fetch(broker.url + path, { headers, signal: gone.signal })
  const stream = { response, text: '', ended: false, leave: () => gone.abort() }
  void (async () => {
    for await (const part of response.body ?? []) stream.text += Buffer.from(part as Uint8Array).toString()
  })()
    .catch(() => undefined) // The test itself went away.
    .then(() => (stream.ended = true))
  return stream
}

/** Lets time pass in small steps until something is the case; gives how much. */
async function passUntil(isTrue: () => boolean): Promise<number> {
  const from = clock.now()
  while (!isTrue()) {
    clock.advance(500)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return clock.now() - from
}

describe('a stream of events', () => {
  it('says now and then that it is still there, tells what comes, and ends when nothing more can', async () => {
    const uuid = await anOffer()
    const stream = await read(`/executions/${uuid}/events`)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    await eventually(() => stream.text.includes('\n\n'))
    expect(stream.text).toBe(': events follow\nretry: 2000\n\n')
    expect(await passUntil(() => stream.text.includes(': still here\n\n'))).toBeGreaterThanOrEqual(15_000)
    await api.setPhase(uuid, 'REJECTED')
    await eventually(() => stream.ended)
    expect(stream.text).toMatch(/\nid: \d+\nevent: phase\ndata: \{"phase":"REJECTED",.*\}\n\n$/)
  })
  it('goes on after the last event that was received, and is over when there is no other', async () => {
    const uuid = await anOffer()
    await api.setPhase(uuid, 'REJECTED')
    const events = await api.events(uuid)
    const last = events.at(-1)?.id as string
    expect(await api.events(uuid, String(Number(last) - 1))).toEqual(events.slice(-1))
    const { status, body } = await api.get(`/executions/${uuid}/events`, { 'Last-Event-ID': last })
    expect([status, body]).toEqual([204, ''])
  })
  it('begins nowhere else', async () => {
    const uuid = await anOffer()
    for (const id of ['x', '-1', '1.5', '9'.repeat(20)]) {
      const { status, body } = await api.get<Schemas['Problem']>(`/executions/${uuid}/events`, { 'Last-Event-ID': id })
      expect([status, body.errors?.[0]?.header]).toEqual([400, 'Last-Event-ID'])
    }
    await api.setPhase(uuid, 'REJECTED')
  })
  it('answers HEAD at once', async () => {
    const uuid = await anOffer()
    const { status, headers } = await api.send('HEAD', `/executions/${uuid}/events`, undefined, {})
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    await api.setPhase(uuid, 'REJECTED')
  })
})

describe('who goes away', () => {
  it('is not waited for any more', async () => {
    const uuid = await anOffer()
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const before = clock.waiting
    const streams = await Promise.all(Array.from({ length: 15 }, () => read(`/executions/${uuid}/events`)))
    const waits = Array.from({ length: 15 }, () => {
      const gone = new AbortController()
      const answered = fetch(`${broker.url}/executions/${uuid}?WAIT=-1`, { signal: gone.signal }).catch(() => 'gone')
      return { leave: () => gone.abort(), answered }
    })
    // Each of them waits for the clock; so they do not, when they are gone.
    await eventually(() => clock.waiting >= before + 30)
    for (const { leave } of [...streams, ...waits]) leave()
    await eventually(() => clock.waiting <= before)
    expect(await Promise.all(waits.map(({ answered }) => answered))).toEqual(waits.map(() => 'gone'))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
    await api.setPhase(uuid, 'REJECTED')
  })
})

describe('waiting', () => {
  it('ends when the phase is another one, at once when it is already', async () => {
    const uuid = await anOffer()
    const waiting = api.get<Schemas['Execution']>(`/executions/${uuid}?wait=-1&phase=OFFERED`)
    expect((await api.get<Schemas['Execution']>(`/executions/${uuid}?WAIT=99999999&PHASE=PREPARING`)).body.phase).toBe(
      'OFFERED',
    )
    await api.setPhase(uuid, 'REJECTED')
    expect((await waiting).body.phase).toBe('REJECTED')
    // Nothing can follow a terminal phase.
    expect((await api.get<Schemas['Execution']>(`/executions/${uuid}?WAIT=60`)).body.phase).toBe('REJECTED')
  })
  it('ends when the time is over', async () => {
    const uuid = await anOffer()
    let answered = false
    const before = clock.waiting
    const waiting = api.get<Schemas['Execution']>(`/executions/${uuid}?WAIT=7`).then((answer) => {
      answered = true
      return answer
    })
    await eventually(() => clock.waiting > before)
    expect(await passUntil(() => answered)).toBeGreaterThanOrEqual(7_000)
    expect((await waiting).body.phase).toBe('OFFERED')
    await api.setPhase(uuid, 'REJECTED')
  })
  it('needs a number', async () => {
    const uuid = await anOffer()
    for (const query of ['WAIT=long', 'WAIT=-2', 'WAIT=1.5', 'WAIT=1&WAIT=2', 'WAIT=1&PHASE=PARTYING'])
      expect((await api.get(`/executions/${uuid}?${query}`)).status).toBe(400)
    await api.setPhase(uuid, 'REJECTED')
  })
})
