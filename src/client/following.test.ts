import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BrokerClient } from './broker-client.ts'

/** A broker of which every execution has ended; `asked` are the paths that were asked for. */
let asked: string[]
let answer: (request: IncomingMessage, response: ServerResponse) => void
let client: BrokerClient
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  answer(request, response)
})
const answered = ({ url = '' }: IncomingMessage, response: ServerResponse) =>
  url.startsWith('/streams') || url.endsWith('/events')
    ? response.end()
    : response.setHeader('Content-Type', 'application/json').end('{"phase":"COMPLETED"}')
beforeEach(async () => {
  asked = []
  answer = answered
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = new BrokerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const toEnd = async (following: AsyncGenerator<unknown>) => {
  while (!(await following.next()).done);
}
const readsOf = (uuid: string) => asked.filter((path) => path === `/executions/${uuid}`).length

it('whoever follows the same at the same moment asks once whether it is there', async () => {
  const { signal } = new AbortController()
  const outputs = (['stdout', 'stderr'] as const).map((stream) => client.output('a', stream, { follow: true, signal }))
  await Promise.all([...outputs, client.events('a', signal)].map(toEnd))
  expect(readsOf('a')).toBe(1)
})

it('whoever follows something else, to another signal, or later asks for itself', async () => {
  const events = [client.events('a'), client.events('b'), client.events('b', new AbortController().signal)]
  await Promise.all(events.map(toEnd))
  expect([readsOf('a'), readsOf('b')]).toEqual([1, 2])
  await toEnd(client.events('a'))
  expect(readsOf('a')).toBe(2)
})

it('what is not there is told to all who follow it', async () => {
  answer = (_, response) =>
    response.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{"title":"Not found"}')
  const results = await Promise.allSettled([
    toEnd(client.events('a')),
    toEnd(client.output('a', 'stdout', { follow: true })),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(readsOf('a')).toBe(1)
})
