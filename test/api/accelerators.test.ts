import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api, containerRequest } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker({
    platforms: [
      {
        type: 'simulated',
        name: 'simulated',
        duration: 'PT0.02S',
        pools: [
          { name: 'plain', cores: 8, memory: 32 },
          {
            name: 'gpu',
            cores: 8,
            memory: 32,
            accelerators: 2,
            acceleratorType: 'nvidia-a100',
            prices: { currency: 'EUR', acceleratorHour: 2.5 },
          },
        ],
      },
    ],
    policies: [{ type: 'limits', name: 'fair-share', accelerators: 1 }],
  })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const withAccelerators = (accelerators: object) =>
  containerRequest(
    {},
    { compute: { kind: KIND.simpleCompute, accelerators }, schedule: { requested: { duration: 'PT1H' } } },
  )

const said = ({ meta }: Schemas['OfferSet']) => (meta.messages ?? []).map(({ message }) => message).join(' ')

describe('accelerators', () => {
  it('are offered where they are, priced, shown, and given back', async () => {
    const asked = await api.offers(withAccelerators({ min: 1, max: 2, type: 'nvidia-a100' }))
    expect(said(asked)).toContain('offers go up to the 1 that the policies allow')
    const [offer] = asked.offers as Schemas['Execution'][]
    expect(offer?.platform?.pool).toBe('gpu')
    expect(offer?.compute?.accelerators).toEqual({ min: 1, max: 1, type: 'nvidia-a100' })
    expect(offer?.costs).toMatchObject([{ min: 2.5, max: 2.5, units: 'EUR' }])
    const booked = async () => {
      const { body } = await api.get<Schemas['PoolTimeline']>('/admin/pools/gpu/timeline?hours=2&steps=1')
      return body.resources.find(({ resource }) => resource === 'accelerators')?.steps[0]
    }
    expect(await booked()).toMatchObject({ booked: 1, capacity: 2 })
    const id = offer?.meta?.uuid as string
    await api.setPhase(id, 'ACCEPTED')
    expect(await api.ends(id)).toMatchObject({ phase: 'COMPLETED' })
    expect(await booked()).toMatchObject({ booked: 0, capacity: 2 })
  })
  it.each([
    [{ min: 1, type: 'h100' }, 'possible is nvidia-a100'],
    [{ min: 2 }, 'fair-share'],
  ])('that cannot be had are a NO that says why: %o', async (accelerators, reason) => {
    const asked = await api.offers(withAccelerators(accelerators))
    expect(asked.result).toBe('NO')
    expect(said(asked)).toContain(reason)
  })
})
