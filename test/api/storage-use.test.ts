/** What volumes really hold: measured, and said where it is more than was promised. */
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest, messageNames } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker({ 'execution.measureEvery': 'PT0.2S' })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const sizes = [1, 2]
const request = containerRequest(
  { environment: { SIMULATED_DURATION: 'PT1H' } },
  {
    storage: sizes.map((size) => ({ kind: KIND.simpleStorage, meta: { name: `of ${size}` }, size: { min: size } })),
    compute: {
      kind: KIND.simpleCompute,
      volumes: sizes.map((size) => ({ kind: KIND.simpleVolumeMount, path: `/${size}`, resource: `of ${size}` })),
    },
  },
)

it('is said once of a storage that holds more than it has, and of no other; the figures have the sum', async () => {
  const uuid = await api.run(request)
  await api.reaches(uuid, 'AVAILABLE')
  const gib = 2 ** 30
  for (const index of [0, 1]) {
    // It has holes: nothing is written.
    const file = join(broker.dataDirectory, 'simulated', 'simulated', `${uuid}.volume.storage-${index}`, 'large')
    writeFileSync(file, '')
    truncateSync(file, 1.5 * gib)
  }
  const said = async () => (await api.execution(uuid)).storage?.map((one) => one.meta?.messages ?? []) ?? []
  let [first = [], second] = await said()
  while (first.length === 0) [first = [], second] = await said()
  expect(first.map(({ message }) => message)).toEqual([
    '1.5 GiB are in this storage, which has 1 GiB: more than was promised to anybody.',
  ])
  expect(second).toEqual([])
  const figure = async () => {
    const { body } = await api.get<string>('/metrics')
    return Number(/^broker_storage_used_bytes\{platform="simulated"\} (\d+)$/m.exec(body)?.[1])
  }
  while ((await figure()) !== 3 * gib) expect((await api.execution(uuid)).phase).toBe('AVAILABLE')
  expect(messageNames((await api.execution(uuid)).storage?.[0])).toEqual(['storage-exceeded'])
  await api.setPhase(uuid, 'CANCELLED')
  await api.ends(uuid)
})
