/** A platform that does not answer for a while, as an engine that is stopped. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest, cores, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeEach(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterEach(() => broker.close())

const file = () => join(broker.dataDirectory, 'simulated', 'simulated', 'away')
const goAway = () => writeFileSync(file(), '')
const comeBack = () => rmSync(file())

/** The reasons of a NO, by the names of its messages. */
async function refusals(): Promise<readonly (string | undefined)[]> {
  const { result, meta } = await api.offers(containerRequest())
  expect(result).toBe('NO')
  return messageNames({ meta })
}

describe('a platform that is away', () => {
  it('is a passing fault for those who ask for offers, and nothing that is not supported', async () => {
    goAway()
    expect(await refusals()).toEqual(['platform-away'])
    const { status, body } = await api.post<Schemas['Execution']>('/executions', containerRequest())
    expect([status, messageNames(body)]).toEqual([400, ['platform-away']])
    const health = await api.get<Schemas['Health']>('/health/ready')
    expect([health.status, health.body.checks?.[1]?.status]).toEqual([503, 'unavailable'])
    comeBack()
    expect((await api.offers(containerRequest())).result).toBe('YES')
  })
  it('says so as well when it was never there since the broker was started', async () => {
    goAway()
    await broker.restart()
    api = new Api(broker.url)
    expect(await refusals()).toEqual(['platform-away'])
  })
  it('is named beside others that are too small for what is asked for', async () => {
    const pools = (cores: number) => [{ name: 'default', cores }]
    const platforms = [
      { type: 'simulated', name: 'simulated', pools: pools(8) },
      { type: 'simulated', name: 'small', pools: pools(2) },
    ]
    const two = await testBroker({ platforms })
    try {
      const there = new Api(two.url)
      writeFileSync(join(two.dataDirectory, 'simulated', 'simulated', 'away'), '')
      const { meta } = await there.offers(containerRequest({}, { compute: cores(3, 3) }))
      expect(messageNames({ meta })).toEqual(['resource-limit', 'platform-away'])
      expect((await there.offers(containerRequest({}, { compute: cores(2, 2) }))).result).toBe('YES')
    } finally {
      await two.close()
    }
  })
  it('makes the output of a program that runs unavailable, and goes on for those who follow it', async () => {
    const environment = { SIMULATED_DURATION: 'PT1H', SIMULATED_STDOUT: 'a line\n' }
    const uuid = await api.run(containerRequest({ environment }))
    await api.reaches(uuid, 'AVAILABLE')
    const followed = await fetch(`${broker.url}/streams/${uuid}/stdout?follow=true`)
    goAway()
    for (const query of ['', '?follow=true'])
      for (const headers of [{}, { Range: 'bytes=0-3' }] as Record<string, string>[]) {
        const asked = await api.get<Schemas['Problem']>(`/streams/${uuid}/stdout${query}`, headers)
        expect([asked.status, asked.headers.get('retry-after'), asked.body.type]).toEqual([
          503,
          '5',
          'urn:ivoa:execution-broker:problem:platform-unavailable',
        ])
      }
    comeBack()
    expect((await api.get(`/streams/${uuid}/stdout`)).status).toBe(200)
    await api.setPhase(uuid, 'CANCELLED')
    await api.ends(uuid)
    // It was not broken off: an answer that is ends in an error.
    await followed.text()
  })
})
