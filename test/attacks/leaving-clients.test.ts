/**
 * Clients that go away in the midst of things: while an answer is written to them, while they still send a request, and
 * with resets. It ends their own request and nothing else, and leaves nothing held open.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { systemClock } from '../../src/system-clock.ts'
import { Api, containerRequest, cores } from '../support/api.ts'
import type { Break } from '../support/breaking-server.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { expectSurvival } from '../support/survival.ts'

vi.setConfig({ testTimeout: 60_000 })

const HOLD_MAX = 4
const WAYS: readonly Break[] = ['closes', 'resets']

/** More than a socket takes at once. */
const OUTPUT = 'what a program wrote\n'.repeat(6_000)

let broker: TestBroker
let api: Api
let logged: { readonly level: number; readonly msg: string }[]
let written: string
let running: string
let offerSet: string
beforeAll(async () => {
  logged = []
  const lines = new Writable({
    write: (line: Buffer, _, done) => {
      logged.push(JSON.parse(String(line)) as (typeof logged)[number])
      done()
    },
  })
  const pools = [{ name: 'default', cores: 1_000, memory: 1_000, storage: 1_000 }]
  const platforms = [{ type: 'simulated', name: 'simulated', duration: 'PT0.1S', pools }]
  const options = { platforms, 'rateLimits.openPerCaller': HOLD_MAX }
  broker = await testBroker(options, systemClock, undefined, pino({ level: 'info' }, lines))
  api = new Api(broker.url)
  written = await api.run(containerRequest({ environment: { SIMULATED_DURATION: 'PT0.1S', SIMULATED_STDOUT: OUTPUT } }))
  await api.ends(written)
  running = await api.run(containerRequest({ command: ['sleep', '600'] }, { compute: cores(1) }))
  await api.reaches(running, 'AVAILABLE')
  const large = { compute: cores(1), meta: { name: 'n'.repeat(200) } }
  const offered = await api.offers(containerRequest({ environment: environmentOf(150_000) }, large))
  offerSet = offered.meta?.uuid ?? ''
  expect(offered.result).toBe('YES')
})
beforeEach(() => {
  logged.length = 0
})
expectSurvival()
afterAll(() => broker.close())

function environmentOf(bytes: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: bytes / 1_000 }, (_, at) => [`V${at}`, 'x'.repeat(1_000)]))
}

async function opened(): Promise<Socket> {
  const { hostname, port } = new URL(broker.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Goes away as one does, and returns when the broker cannot reach it any more. */
async function leave(socket: Socket, how: Break): Promise<void> {
  if (how === 'resets') socket.resetAndDestroy()
  else socket.destroy()
  if (!socket.closed) await once(socket, 'close')
}

const requestOf = (method: string, path: string, headers: readonly string[] = [], body = '') =>
  [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', body].join('\r\n')

/** Everything goes on: nothing was a mistake, nothing is held for those who are gone, and others are served. */
async function goesOn(): Promise<void> {
  const mistakes = logged.filter(({ level, msg }) => level >= 50 || /unexpectedly|caught by nobody/.test(msg))
  expect(mistakes).toEqual([])
  // As many may be held open as before: what the gone ones held was given back.
  const holding = () => fetch(`${broker.url}/executions/${written}/events`).then(({ status }) => status)
  const all = Array.from({ length: HOLD_MAX }, () => 200)
  await expect.poll(() => Promise.all(all.map(holding)), { timeout: 20_000 }).toEqual(all)
  expect((await api.offers(containerRequest())).result).toBe('YES')
}

describe.each(WAYS)('a client that %s', (how) => {
  it.each<[string, () => [path: string, headers: readonly string[]]]>([
    ['a list', () => ['/executions?LAST=500', []]],
    ['a list in YAML', () => ['/offersets?LAST=500', ['Accept: application/yaml']]],
    ['a big set of offers in YAML', () => [`/offersets/${offerSet}`, ['Accept: application/yaml']]],
    ['a big set of offers in XML', () => [`/offersets/${offerSet}`, ['Accept: application/xml']]],
    ['much output', () => [`/streams/${written}/stdout`, []]],
    ['a part of much output', () => [`/streams/${written}/stdout`, ['Range: bytes=1000-']]],
    ['the events of what has ended', () => [`/executions/${written}/events`, []]],
    ['the page of documentation', () => ['/docs', []]],
    ['the contract', () => ['/openapi.json', []]],
    ['the figures', () => ['/metrics', []]],
  ])('while %s is written to it disturbs nobody', async (_, asked) => {
    const [path, headers] = asked()
    for (const bytes of [0, 1, 20, 400, 5_000, 70_000]) {
      const socket = await opened()
      let heard = 0
      const enough = new Promise<void>((resolve) => {
        socket.on('data', (part: Buffer) => (heard += part.length) >= bytes && resolve())
        // An answer that is shorter has been read whole.
        socket.on('close', () => resolve())
      })
      socket.write(requestOf('GET', path, [...headers, 'Connection: close']))
      if (bytes > 0) await enough
      await leave(socket, how)
    }
    await goesOn()
  })

  it.each<[string, () => string]>([
    ['the events of what runs', () => `/executions/${running}/events`],
    ['the output of what runs', () => `/streams/${running}/stdout?follow=true`],
    ['a change', () => `/executions/${running}?WAIT=-1&PHASE=AVAILABLE`],
  ])('while it waits for %s gives its place back', async (_, path) => {
    for (let time = 0; time < 3; time++) {
      const sockets = await Promise.all(Array.from({ length: HOLD_MAX }, opened))
      for (const socket of sockets) {
        socket.write(requestOf('GET', path()))
        if (!path().includes('WAIT')) await once(socket, 'data')
      }
      await Promise.all(sockets.map((socket) => leave(socket, how)))
      await goesOn()
    }
  })

  const body = JSON.stringify(containerRequest({ environment: environmentOf(100_000) }))
  it.each<[string, string, string]>([
    ['a request for offers', '/offersets', body],
    ['a request to run', '/executions', body],
    ['another phase', 'UPDATE', JSON.stringify({ kind: KIND.enumUpdate, path: 'phase', value: 'CANCELLED' })],
  ])('while it still sends %s makes and changes nothing', async (_, to, whole) => {
    const count = async () => {
      const { body: sets } = await api.get<Schemas['OfferSetList']>('/offersets?LAST=500')
      return sets.offersets?.length
    }
    await goesOn()
    const before = await count()
    const path = to === 'UPDATE' ? `/executions/${running}` : to
    const headers = ['Content-Type: application/json', `Content-Length: ${whole.length}`]
    const request = requestOf('POST', path, headers, whole)
    const start = request.length - whole.length
    for (const bytes of [5, start - 2, start, start + 1, start + 40, request.length - 1]) {
      const socket = await opened()
      await new Promise<void>((resolve) => socket.write(request.slice(0, bytes), () => resolve()))
      await leave(socket, how)
    }
    expect(await count()).toBe(before)
    expect((await api.execution(running)).phase).toBe('AVAILABLE')
    await goesOn()
  })

  it('before its own answer was written, has done what it asked for once', async () => {
    const key = `left-${how}`
    const headers = ['Content-Type: application/json', `Idempotency-Key: ${key}`, `Content-Length: ${body.length}`]
    const socket = await opened()
    await new Promise<void>((resolve) => socket.write(requestOf('POST', '/offersets', headers, body), () => resolve()))
    await leave(socket, how)
    const again = () => api.post<Schemas['OfferSet']>('/offersets', body, { 'Idempotency-Key': key })
    const [first, second] = [await again(), await again()]
    expect(second.body.meta?.uuid).toBe(first.body.meta?.uuid)
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    await goesOn()
  })
})
