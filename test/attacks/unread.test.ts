/** Attacks by clients that ask and do not read: what is held for them stays small, and ends. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { UNANSWERED_MAX } from '../../src/http/in-turn.ts'
import { PART_BYTES_MAX } from '../../src/http/streams.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What the program that runs has written, in bytes. */
const WRITTEN = 100_000

const STARTED = 'http.server.request.start'

let broker: TestBroker
let written: string
let running: string
/** The answers that the broker has to give, in the order of their requests. */
let answers: ServerResponse[]
/** The broker's end of the connection on which a request came last. */
let side: Socket
const note = (message: unknown) => {
  const { response, socket } = message as { readonly response: ServerResponse; readonly socket: Socket }
  answers.push(response)
  side = socket
}
beforeAll(async () => {
  broker = await testBroker({ 'listen.requestTimeout': 'PT1S' })
  const api = new Api(broker.url)
  written = await api.run(containerRequest({ environment: { SIMULATED_STDOUT: 'x'.repeat(100_000) } }))
  await api.ends(written)
  const writes = { SIMULATED_DURATION: 'PT10M', SIMULATED_STDOUT: `${'x'.repeat(WRITTEN - 1)}\nand more\n` }
  running = await api.run(containerRequest({ environment: writes }, { compute: cores(1) }))
  await api.reaches(running, 'AVAILABLE')
  subscribe(STARTED, note)
})
beforeEach(() => {
  answers = []
})
afterAll(async () => {
  unsubscribe(STARTED, note)
  await broker.close()
})

const asked = (path: string, range = 'none') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nRange: ${range}\r\n\r\n`

async function opened(): Promise<Socket> {
  const { hostname, port } = new URL(broker.url)
  const socket = connect(Number(port), hostname)
  // To be cut off is what the attack comes to, not its failure.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** The broker's end of a connection after a request; the client never reads. */
async function unread(requests: string): Promise<Socket> {
  const socket = await opened()
  socket.pause().write(requests)
  await vi.waitFor(() => expect(answers).not.toEqual([]))
  return side
}

const begun = () => answers.filter(({ headersSent }) => headersSent)

const isServed = async () => expect((await fetch(`${broker.url}/availability`)).status).toBe(200)

describe('a client that reads nothing', () => {
  it.each<[string, () => string, string?]>([
    ['the program of the page', () => '/docs/swagger-ui-bundle.js'],
    ['the contract in JSON', () => '/openapi.json'],
    ['the contract in YAML', () => '/openapi.yaml'],
    ['a list', () => '/executions?LAST=500'],
    ['output', () => `/streams/${written}/stdout`],
    ['a part of output that grows', () => `/streams/${running}/stdout`, 'bytes=0-'],
    ['what is not there', () => '/nothing'],
  ])('is cut off when it asks on and on for %s', async (_, path, range) => {
    const end = await unread(asked(path(), range).repeat(1_300))
    if (!end.closed) await once(end, 'close')
    expect(answers.length).toBeGreaterThan(UNANSWERED_MAX)
    expect(begun().length).toBeLessThanOrEqual(UNANSWERED_MAX)
    await isServed()
  })
  it('has one answer held for it, and that for a time', async () => {
    const end = await unread(asked('/docs/swagger-ui-bundle.js').repeat(UNANSWERED_MAX))
    // Before the broker hears of it: what it ends does not count as held.
    const held = new Promise((resolve) => {
      end.prependOnceListener('timeout', () => resolve(begun().filter((one) => !one.writableFinished).length))
    })
    expect([await held, answers.length]).toEqual([1, UNANSWERED_MAX])
    if (!end.closed) await once(end, 'close')
    await isServed()
  })
  it('may wait as long as there is nothing to read', async () => {
    const end = await unread(asked(`/executions/${running}/events`))
    await once(end, 'timeout')
    expect([end.destroyed, answers[0]?.headersSent]).toEqual([false, true])
    end.destroy()
  })
})

describe('requests in one piece', () => {
  it('are all answered, in their order', async () => {
    const paths = Array.from({ length: UNANSWERED_MAX }, (_, at) => `/nothing-${at}`)
    const socket = await opened()
    socket.write(paths.map((path) => asked(path)).join(''))
    let text = ''
    for await (const part of socket) {
      text += String(part)
      if (text.includes(`There is no ${paths.at(-1)} here`)) break
    }
    expect([...text.matchAll(/There is no (\S+) here/g)].map(([, path]) => path)).toEqual(paths)
  })
  it('begin after the one before, and not when the client is gone', async () => {
    const end = await unread(
      [`/executions/${running}/events`, '/docs', '/openapi.json'].map((path) => asked(path)).join(''),
    )
    await vi.waitFor(() => expect(answers.map(({ headersSent }) => headersSent)).toEqual([true, false, false]))
    end.destroy()
    await once(end, 'close')
    await isServed()
    expect(answers.slice(1, 3).map(({ headersSent }) => headersSent)).toEqual([false, false])
  })
})

describe('output that grows is held in small parts', () => {
  it.each([
    ['bytes=0-', 0, PART_BYTES_MAX],
    ['bytes=1-99999', 1, PART_BYTES_MAX],
    [`bytes=${PART_BYTES_MAX}-`, PART_BYTES_MAX, WRITTEN - PART_BYTES_MAX],
    ['bytes=99990-999999999', 99_990, 10],
    ['bytes=0-0', 0, 1],
  ])('%s', async (Range, from, length) => {
    const { status, headers, body } = await new Api(broker.url).get<string>(`/streams/${running}/stdout`, { Range })
    expect([status, headers.get('content-range')]).toEqual([206, `bytes ${from}-${from + length - 1}/*`])
    expect([body.length, headers.get('content-length')]).toEqual([length, String(length)])
  })
})
