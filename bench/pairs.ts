/** Offers and their acceptance over HTTP, in the single steps of a client. */
import type { Pool } from 'undici'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'

/** A broker whose sets have 4 offers, with more room than is ever asked for. */
export const ROOMY = {
  offers: { perSet: 4, lifetime: 'PT1H' },
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      pools: [{ name: 'default', cores: 1_000_000, memory: 1_000_000, storage: 1_000_000 }],
    },
  ],
}

/** An instant in two days: nothing of what starts then begins while it is measured. */
export const inTwoDays = () => Date.now() + 2 * 86_400_000

/** Asks for offers that start at an instant; gives their ids. */
export async function askForStart(client: Pool, startAt: number): Promise<string[]> {
  const offered = await send<Schemas['OfferSet']>(client, 'POST', '/offersets', {
    executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/bench:1'] } },
    compute: { kind: KIND.simpleCompute, cores: { min: 1, max: 4 }, memory: { min: 1, max: 4 } },
    schedule: { requested: { start: [new Date(startAt).toISOString()], duration: 'PT10M' } },
  } satisfies Schemas['ExecutionRequest'])
  const ids = (offered.offers ?? []).map(({ meta }) => meta.uuid as string)
  if (ids.length === 0) throw new Error(`nothing was offered: ${JSON.stringify(offered)}`)
  return ids
}

/** Accepts an offer. */
export async function accept(client: Pool, id: string): Promise<void> {
  await send(client, 'POST', `/executions/${id}`, { kind: KIND.enumUpdate, path: 'phase', value: 'ACCEPTED' })
}

/** The phase of an execution; waits up to 5 s for it to leave another one. */
export async function phaseOf(client: Pool, id: string, leaving?: string): Promise<string> {
  const query = leaving === undefined ? '' : `?WAIT=5&PHASE=${leaving}`
  return (await send<Schemas['Execution']>(client, 'GET', `/executions/${id}${query}`)).phase
}

async function send<Answer>(client: Pool, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', prefer: 'return=representation' }
  const answer = await client.request({ method, path, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`)
  return JSON.parse(text) as Answer
}
