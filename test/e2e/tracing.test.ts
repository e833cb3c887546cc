/** Traces as a collector gets them from real processes: one from the request that accepts to the container and its end. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest } from '../support/api.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { testImage } from '../support/images.ts'
import { brokerPlace, type BrokerPlace } from '../support/process.ts'
import { traceCollector, type TraceCollector } from '../support/trace-collector.ts'

vi.setConfig({ testTimeout: 120_000 })

let collector: TraceCollector
let place: BrokerPlace | undefined
beforeEach(async () => (collector = await traceCollector()))
afterEach(async () => {
  await place?.remove()
  collector.close()
})

const placeWith = (settings: Readonly<Record<string, string>> = {}) =>
  brokerPlace({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50', ...settings })

/**
 * Asks for offers, accepts one within a trace of the client, and ends the process, so that another one goes on. Gives
 * what was collected of that trace.
 */
async function runTraced(request: Schemas['ExecutionRequest'], settings: Readonly<Record<string, string>> = {}) {
  place = await placeWith(settings)
  const first = await place.start()
  const api = new Api(first.url)
  const { offers } = await api.offers(request)
  const uuid = String(offers?.[0]?.meta.uuid)
  const [traceId, clientSpan] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  const accepting = { kind: KIND.enumUpdate, path: 'phase', value: 'ACCEPTED' }
  const traceparent = { traceparent: `00-${traceId}-${clientSpan}-01` }
  const { status } = await api.post(`/executions/${uuid}`, accepting, traceparent)
  expect(status).toBe(200)
  await first.kill('SIGTERM')
  const second = await place.start()
  await new Api(second.url).ends(uuid)
  await collector.receives(traceId, 'close')
  await second.kill('SIGTERM')
  const spans = collector.spans.filter((span) => span.traceId === traceId)
  return { uuid, clientSpan, spans, named: (name: string) => spans.find((span) => span.name === name) }
}

describe('the trace of an accepted execution', () => {
  it('goes from the request to everything that is done for it, also in another process', async () => {
    const { uuid, clientSpan, spans, named } = await runTraced(containerRequest())
    const accepting = named('POST /executions/:uuid')
    expect(accepting).toMatchObject({
      parentSpanId: clientSpan,
      service: 'execution-broker',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/executions/:uuid',
        'http.response.status_code': 200,
      },
    })
    const steps = [
      'prepare executable',
      'prepare compute',
      'start program',
      'end of program',
      'release compute',
      'close',
    ]
    for (const step of steps)
      expect(named(step), step).toMatchObject({
        parentSpanId: accepting?.spanId,
        attributes: { 'broker.execution.id': uuid, 'broker.platform': 'simulated', 'broker.outcome': 'ok' },
      })
    expect(named('end of program')?.attributes).toMatchObject({ 'broker.exit_code': 0 })
    expect(named('close')?.attributes).toMatchObject({ 'broker.phase': 'COMPLETED' })
    expect(spans.filter(({ name }) => name === 'start program')).toHaveLength(1)
  })
  it('is one of its own where the client names none, with the booking in it, and the log names it', async () => {
    place = await placeWith({ BROKER_LOG_LEVEL: 'info' })
    const broker = await place.start()
    await new Api(broker.url).run(containerRequest())
    await broker.kill('SIGTERM')
    const asking = collector.spans.find(({ name }) => name === 'POST /executions')
    expect(asking?.parentSpanId).toBeUndefined()
    expect(collector.spans.find(({ name }) => name === 'book')).toMatchObject({
      traceId: asking?.traceId,
      parentSpanId: asking?.spanId,
    })
    const answered = broker.logged().find(({ msg, method }) => msg === 'answered' && method === 'POST')
    expect(answered).toMatchObject({ trace_id: asking?.traceId, span_id: asking?.spanId, path: '/executions' })
  })
})

describe('a broker whose collector is away', () => {
  it('does everything as before', async () => {
    place = await placeWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '100' })
    const broker = await place.start()
    const api = new Api(broker.url)
    expect((await api.ends(await api.run(containerRequest()))).phase).toBe('COMPLETED')
    await broker.kill('SIGTERM')
  })
})

describeOnEngines('the trace of an execution', ({ address }) => {
  it('names the container', async () => {
    const image = await testImage(address)
    try {
      const platforms = JSON.stringify([enginePlatform(address)])
      const { named } = await runTraced(scriptRequest(image.location, 'exit 0'), { BROKER_PLATFORMS: platforms })
      expect(named('start program')?.attributes).toMatchObject({
        'broker.platform': 'engine',
        'container.id': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      })
    } finally {
      await image.remove()
    }
  })
})
