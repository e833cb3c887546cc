/** The small request that benches ask offers for, and how it is asked. */
import type { Pool } from 'undici'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'

/** How many offers an answer has to have. */
export const OFFERS = 4
const REQUEST = JSON.stringify({
  executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/bench:1'] } },
  compute: { kind: KIND.simpleCompute, cores: { min: 1, max: 4 }, memory: { min: 1, max: 4 } },
  schedule: { requested: { duration: 'PT10M' } },
} satisfies Schemas['ExecutionRequest'])

/** Asks for an offer set and gives its id. Throws when there are not as many offers as there have to be. */
export async function askForOffers(client: Pool): Promise<string> {
  const { body } = await client.request({
    method: 'POST',
    path: '/offersets',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: REQUEST,
  })
  const { meta, offers, result } = (await body.json()) as Schemas['OfferSet']
  if (offers?.length !== OFFERS) throw new Error(`${offers?.length ?? 0} offers instead of ${OFFERS}: ${result}`)
  return meta.uuid as string
}
