import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

/** The figure of a name and part, as soon as there is one. */
async function figure(name: string, part: string): Promise<number> {
  for (;;) {
    const { body } = await api.get<string>('/metrics')
    const found = new RegExp(`^${name}\\{part="${part}"\\} (.*)$`, 'm').exec(body)
    if (found) return Number(found[1])
  }
}

describe('an estimate', () => {
  it('is held against what really was, for those who watch', async () => {
    await api.ends(await api.run(containerRequest({ environment: { SIMULATED_IMAGE_DURATION: 'PT0.2S' } })))
    expect(await figure('broker_estimate_error_seconds_count', 'executable')).toBe(1)
    expect(await figure('broker_estimate_error_seconds_count', 'compute')).toBe(1)
    // The simulated platform says exactly how long its pulls take.
    expect(await figure('broker_estimate_error_seconds_sum', 'executable')).toBeGreaterThan(-0.01)
  })
})
