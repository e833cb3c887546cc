import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
beforeAll(async () => {
  broker = await testBroker({ 'retention.offers': 'PT0.001S', 'retention.details': 'PT0.001S' })
})
afterAll(() => broker.close())

/** The broker keeps house when it starts; what it answers afterwards is asked for until it has. */
async function untilGone(path: string): Promise<Schemas['Problem']> {
  const api = new Api(broker.url)
  for (;;) {
    const { status, body } = await api.get<Schemas['Problem']>(path)
    if (status === 404) return body
  }
}

async function untilCompacted(uuid: string): Promise<Schemas['Execution']> {
  for (;;) {
    const execution = await new Api(broker.url).execution(uuid)
    if (execution.executable && !('streams' in execution.executable)) return execution
  }
}

describe('what has ended', () => {
  it('leaves when its time is over, and the answer says so', async () => {
    const first = new Api(broker.url)
    const uuid = await first.run(containerRequest({ command: ['echo', 'hello'] }))
    await first.ends(uuid)
    expect((await first.get(`/streams/${uuid}/stdout`)).body).toBe('hello\n')
    const { meta, offers = [] } = await first.offers(containerRequest())
    await first.post(`/offersets/${meta.uuid}`, { kind: 'uri:enum-value-update', path: 'phase', value: 'REJECTED' })

    await broker.restart()
    const kept = await untilCompacted(uuid)
    expect(kept.phase).toBe('COMPLETED')
    const output = await new Api(broker.url).get<Schemas['Problem']>(`/streams/${uuid}/stdout`)
    expect(output.status).toBe(404)
    expect(output.body.detail).toMatch(
      /^The output is not there any more since .*Z: output is kept for PT0\.001S after the end of an execution\.$/,
    )
    const offer = await untilGone(`/executions/${offers[0]?.meta.uuid}`)
    expect(offer.detail).toContain('offers that nobody accepted for PT0.001S')
  })
})
