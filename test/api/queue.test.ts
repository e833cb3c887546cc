/** The queue of the engine, seen from outside: what takes long or fails for ever leaves the others as they are. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { runCommand } from '../support/command.ts'

describe('an engine with room for one of each kind', () => {
  let broker: TestBroker
  let api: Api
  beforeAll(async () => {
    broker = await testBroker({ 'execution.concurrency': 1, 'execution.fetches': 1 })
    api = new Api(broker.url)
  })
  afterAll(() => broker.close())
  const slowPull = () =>
    api.run(
      containerRequest(
        { environment: { SIMULATED_IMAGE_DURATION: 'PT1H' } },
        { schedule: { requested: { duration: 'PT10S' } } },
      ),
    )

  it('starts and ends what is due while an image is being pulled, and gives up what waits for its turn', async () => {
    const [pulling, waiting] = [await slowPull(), await slowPull()]
    await api.reaches(pulling, 'PREPARING')
    const quick = await api.run(containerRequest())
    await api.reaches(quick, 'COMPLETED')
    await api.setPhase(waiting, 'CANCELLED')
    await api.ends(waiting)
    await api.setPhase(pulling, 'CANCELLED')
    await api.ends(pulling)
  })
})

describe('an execution that can never be given back', () => {
  let broker: TestBroker
  let api: Api
  beforeAll(async () => {
    broker = await testBroker({ 'execution.attemptsInAll': 2, 'execution.concurrency': 1 })
    api = new Api(broker.url)
  })
  afterAll(() => broker.close())

  it('is parked after so many attempts and tells why, and others go on meanwhile', async () => {
    const poisoned = await api.run(containerRequest({ environment: { SIMULATED_DURATION: 'PT1H' } }))
    await api.reaches(poisoned, 'AVAILABLE')
    // What the platform keeps of the container cannot be removed.
    const record = join(broker.dataDirectory, 'simulated', 'simulated', `${poisoned}.stopped`)
    await mkdir(record)
    await api.setPhase(poisoned, 'CANCELLED')
    await laidAside(1)
    const other = await api.run(containerRequest())
    await api.reaches(other, 'COMPLETED')
    expect((await api.execution(poisoned)).phase).toBe('CANCELLED')

    const { body } = await api.get<Schemas['WorkList']>('/admin/work')
    expect(body.work).toMatchObject([{ uuid: poisoned, phase: 'CANCELLED', doing: 'release', attempts: 2 }])
    expect(body.work?.[0]?.reason).toContain('failed 2 times in a row')

    await rm(record, { recursive: true })
    // A restart changes nothing for what was parked.
    await broker.restart()
    api = new Api(broker.url)
    await laidAside(1)
    const command = (...args: string[]) => runCommand(['admin', ...args], { environment: { BROKER_URL: broker.url } })
    expect((await command('work')).stdout).toMatch(new RegExp(`^${poisoned} +CANCELLED +simulated +release`, 'm'))
    expect((await command('retry', poisoned)).stderr).toContain('is tried again')
    await api.ends(poisoned)
    expect((await api.post('/admin/work', { retry: 'nobody' })).status).toBe(404)
    expect((await api.post('/admin/work', {})).status).toBe(400)
  })

  /** Returns when so many are parked. */
  async function laidAside(count: number): Promise<void> {
    for (;;) {
      const { body } = await api.get<string>('/metrics')
      if (body.includes(`broker_queue_parked ${count}\n`)) return
      await new Promise(setImmediate)
    }
  }
})
