import pLimit from 'p-limit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { brokerPlace, type BrokerPlace } from '../support/process.ts'

let place: BrokerPlace
beforeAll(async () => {
  place = await brokerPlace()
})
afterAll(() => place.remove())

const KEYS = Array.from({ length: 30 }, (_, index) => `key-${index}`)
const ask = (url: string, key: string) =>
  new Api(url).post<Schemas['OfferSet']>('/offersets', containerRequest(), { 'Idempotency-Key': key })

describe('a broker that is killed while it answers', () => {
  it('has lost nothing that it acknowledged, and makes nothing twice', { timeout: 120_000 }, async () => {
    const first = await place.start()
    const acknowledged = new Map<string, string>()
    const atOnce = pLimit(6)
    try {
      await Promise.all(
        KEYS.map((key) =>
          atOnce(async () => {
            const answer = await ask(first.url, key).catch((error: unknown) => error as Error)
            if (!(answer instanceof Error)) acknowledged.set(key, answer.body.meta.uuid as string)
            // The others are being answered, or have not been asked yet.
            if (acknowledged.size === 10) await first.kill('SIGKILL')
          }),
        ),
      )
    } finally {
      await first.kill('SIGKILL')
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(10)
    expect(acknowledged.size).toBeLessThan(KEYS.length)

    const second = await place.start()
    try {
      const again = await Promise.all(KEYS.map(async (key) => [key, await ask(second.url, key)] as const))
      for (const [key, { status, headers, body }] of again) {
        expect(status).toBe(303)
        if (!acknowledged.has(key)) continue
        expect(body.meta.uuid).toBe(acknowledged.get(key))
        expect(headers.get('idempotency-replayed')).toBe('true')
      }
      const list = await new Api(second.url).get<Schemas['OfferSetList']>('/offersets?LAST=500')
      expect(list.body.offersets?.length).toBe(KEYS.length)
    } finally {
      await second.kill('SIGTERM')
    }
  })
})
