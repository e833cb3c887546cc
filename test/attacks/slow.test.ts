/** Attacks with what never arrives: each connection that is held open by a request is given up after its time. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testBroker, type TestBroker } from '../support/broker.ts'

let broker: TestBroker
beforeAll(async () => {
  broker = await testBroker({ 'listen.requestTimeout': 'PT1S' })
})
afterAll(() => broker.close())

const BODY = ['Content-Type: application/json', 'Content-Length: 1000', '', '']

describe('a request is ended with 408', () => {
  it.each<[string, string[], string | undefined]>([
    ['that stops in its first line', [], undefined],
    ['whose headers never end', ['Host: localhost'], undefined],
    ['whose headers trickle in', ['Host: localhost', 'X: '], 'x'],
    ['whose body does not come', ['Host: localhost', ...BODY], undefined],
    ['whose body trickles in', ['Host: localhost', ...BODY], ' '],
  ])('%s', async (_, lines, drop) => {
    const socket = await opened()
    const answer = answerOf(socket)
    socket.write(['POST /offersets HTTP/1.1', ...lines].join('\r\n'))
    const trickle = drop === undefined ? undefined : setInterval(() => socket.writable && socket.write(drop), 100)
    try {
      expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*application\/problem\+json[\s\S]*not sent in time/)
    } finally {
      clearInterval(trickle)
      socket.destroy()
    }
  })
  it('and nobody else waits for it', async () => {
    const held = await Promise.all(Array.from({ length: 50 }, opened))
    const ends = held.map((socket) => answerOf(socket))
    for (const socket of held) socket.write('GET /offersets HTTP/1.1\r\n')
    expect((await fetch(`${broker.url}/availability`)).status).toBe(200)
    for (const end of ends) expect(await end).toMatch(/^HTTP\/1\.1 408 /)
    for (const socket of held) socket.destroy()
  })
})

async function opened(): Promise<Socket> {
  const { hostname, port } = new URL(broker.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  // What is written after the end of the connection is the attack, not its failure.
  socket.on('error', () => undefined)
  return socket
}

/** All that the service sends until it ends the connection. */
async function answerOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  await once(socket, 'close')
  return Buffer.concat(parts).toString()
}
