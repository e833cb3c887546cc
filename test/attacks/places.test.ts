/** Attacks on the places of the engine by one user with much to do. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { brokerWithAccounts, type BrokerWithAccounts, type CallerApi } from '../support/accounts.ts'
import { containerRequest } from '../support/api.ts'

const MANY = 200
const POOL = { name: 'default', cores: 2_000, memory: 4_000, storage: 100 }

describe('nobody takes all places of the engine', { timeout: 120_000 }, () => {
  let setting: BrokerWithAccounts
  beforeAll(async () => {
    setting = await brokerWithAccounts({
      'execution.fetches': 4,
      platforms: [{ type: 'simulated', name: 'simulated', duration: 'PT0.02S', pools: [POOL] }],
    })
  })
  afterAll(() => setting.broker.close())
  const pulling = (duration: string) =>
    containerRequest(
      { environment: { SIMULATED_IMAGE_DURATION: duration } },
      { schedule: { requested: { duration: 'PT2H' } } },
    )
  const flood = async (who: CallerApi) => {
    for (let one = 0; one < MANY; one += 20)
      await Promise.all(Array.from({ length: 20 }, () => who.run(pulling('PT1H'))))
  }

  it(`by ${MANY} executions whose images are pulled for an hour`, async () => {
    const [mallory, ada, bob] = [await setting.user('mallory'), await setting.user('ada'), await setting.user('bob')]
    await flood(mallory)
    for (const who of [ada, bob]) await who.reaches(await who.run(pulling('PT0.01S')), 'COMPLETED')
  })
})
