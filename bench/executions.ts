/** Executions over HTTP, from the request until everything was given back. */
import { BrokerClient, type Schemas } from '../src/client/broker-client.ts'

/** Runs a request directly and waits until nothing more can happen. Throws when the end is not COMPLETED. */
export async function runToEnd(url: string, request: Schemas['ExecutionRequest']): Promise<Schemas['Execution']> {
  const client = new BrokerClient(url)
  const { meta, phase } = await client.runDirectly({ text: JSON.stringify(request), mediaType: 'application/json' })
  if (!meta.uuid) throw new Error(`refused as ${phase}: ${JSON.stringify(meta.messages)}`)
  // The stream of events ends when everything was given back.
  await (await fetch(`${url}/executions/${meta.uuid}/events`)).text()
  const ended = await client.execution(meta.uuid)
  if (ended.phase !== 'COMPLETED') throw new Error(`ended as ${ended.phase}: ${JSON.stringify(ended)}`)
  return ended
}
