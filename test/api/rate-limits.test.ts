import { afterEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { FakeClock } from '../support/fake-clock.ts'

let broker: TestBroker
afterEach(() => broker.close())

describe('a limit of requests', () => {
  it.each(['perAddress', 'perCaller'])(
    '%s is told with when to ask again, and holds up nothing else',
    async (limit) => {
      // On a clock that stands still, nothing is given back meanwhile.
      broker = await testBroker({ [`rateLimits.${limit}`]: 3 }, new FakeClock(Date.now()))
      const api = new Api(broker.url)
      const answers = [1, 2, 3, 4].map(() => api.get<Schemas['Problem']>('/executions'))
      const statuses = (await Promise.all(answers)).map(({ status }) => status)
      expect(statuses.sort()).toEqual([200, 200, 200, 429])
      const refused = await api.get<Schemas['Problem']>('/executions')
      expect(refused.headers.get('Retry-After')).toBe('20')
      expect(refused.body.detail).toMatch(/^At most 3 requests a minute are answered/)
      for (const path of ['/health/live', '/openapi.json']) expect((await api.get(path)).status).toBe(200)
    },
  )
})

describe('every answer', () => {
  it.each([
    ['/executions', 200],
    ['/nowhere', 404],
    ['/openapi.json', 200],
  ])('tells browsers to make nothing of it: %s', async (path, status) => {
    broker = await testBroker({ publicUrl: 'https://broker.example.org' })
    const answer = await fetch(broker.url + path)
    await answer.body?.cancel()
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
    })
  })
})
