/** Executions over HTTP, from the request until everything was given back. */
import { BrokerClient, type Schemas } from '../src/client/broker-client.ts'

/** Runs a request directly and waits until nothing more can happen. Throws when the end is not COMPLETED. */
export async function runToEnd(url: string, request: Schemas['ExecutionRequest']): Promise<Schemas['Execution']> {
  const client = new BrokerClient(url)
  const { meta, phase } = await client.runDirectly({ text: JSON.stringify(request), mediaType: 'application/json' })
  if (!meta.uuid) throw new Error(`refused as ${phase}: ${JSON.stringify(meta.messages)}`)
  return ended(client, meta.uuid)
}

/** As runToEnd, in the steps of a client that looks at the offers first: it accepts the earliest. */
export async function acceptToEnd(url: string, request: Schemas['ExecutionRequest']): Promise<Schemas['Execution']> {
  const client = new BrokerClient(url)
  const { meta, offers } = await client.request(request)
  const [earliest] = offers ?? []
  if (!earliest?.meta.uuid) throw new Error(`nothing was offered: ${JSON.stringify(meta.messages)}`)
  await client.accept(earliest.meta.uuid)
  return ended(client, earliest.meta.uuid)
}

async function ended(client: BrokerClient, uuid: string): Promise<Schemas['Execution']> {
  // The stream of events ends when everything was given back.
  await (await fetch(`${client.url}/executions/${uuid}/events`)).text()
  const execution = await client.execution(uuid)
  if (execution.phase !== 'COMPLETED') throw new Error(`ended as ${execution.phase}: ${JSON.stringify(execution)}`)
  return execution
}
