/**
 * Random requests over HTTP against a whole broker. `BROKER_FUZZ=20000` sends so many; `BROKER_TEST_SEED` repeats a run.
 */
import { request as httpRequest, Agent } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { NOTATIONS } from '../../src/protocol/notation.ts'
import type { Schemas } from '../../src/protocol/contract.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { shots, type Shot } from './requests.ts'

const SHOTS = Number(process.env.BROKER_FUZZ ?? 300)
const BATCH = 100
/** An answer that takes longer counts as none. */
const ANSWER_WITHIN_MS = 30_000
/** How much memory may grow for each request, once everything has been used. Less than the smallest request. */
const BYTES_PER_REQUEST_MAX = 2_000
/** Fewer requests than this say nothing about memory. */
const ENOUGH_FOR_MEMORY = 4_000
const seed = Number(process.env.BROKER_TEST_SEED ?? Date.now() % 2 ** 31)

let broker: TestBroker
const agent = new Agent({ keepAlive: true })
beforeAll(async () => {
  broker = await testBroker({ 'offers.lifetime': 'PT2S', 'data.answerWithin': 'PT1S' })
})
afterAll(async () => {
  agent.destroy()
  await broker.close()
})

it(`${SHOTS} random requests are answered as the contract says (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const counts = new Map<number, number>()
  let before: number | undefined
  for (let sent = 0; sent < SHOTS; sent += BATCH) {
    for (const shot of fc.sample(shots, { seed: seed + sent, numRuns: Math.min(BATCH, SHOTS - sent) })) {
      const answer = await send(shot)
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
      check(shot, answer)
    }
    if (before === undefined && sent >= SHOTS / 2) before = heapBytes()
  }
  delay.disable()
  const growth = (heapBytes() - (before ?? 0)) / (SHOTS / 2)
  const statuses = [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`)
  const stall = Math.round(delay.max / 1e6)
  console.log(
    `seed ${seed}; ${statuses.join(', ')}; ${Math.round(growth)} bytes per request; longest stall ${stall} ms`,
  )
  if (SHOTS >= ENOUGH_FOR_MEMORY) expect(growth).toBeLessThan(BYTES_PER_REQUEST_MAX)
})

interface Answer {
  readonly status: number
  readonly mediaType: string
  readonly text: string
}

function check(shot: Shot, { status, mediaType, text }: Answer): void {
  const what = () =>
    `${shot.method} ${shot.path} ${JSON.stringify(shot.headers)} ${shot.body?.toString().slice(0, 2_000)}\n-> ${status} ${text.slice(0, 1_000)}`
  expect(status, what()).toBeLessThan(500)
  if (shot.statuses.length > 0) expect(shot.statuses, what()).toContain(status)
  if (status !== 303) return
  const notation = NOTATIONS.find(({ mediaTypes }) => mediaTypes.includes(mediaType))
  const { result, meta } = notation?.read(text, 'OfferSet') as Schemas['OfferSet']
  // A NO tells what to change.
  if (result === 'NO') {
    const errors = meta?.messages?.filter(({ level, message }) => level === 'ERROR' && message.length > 10) ?? []
    expect(errors.length, what()).toBeGreaterThan(0)
  }
}

/** Sends a request as it is; the client does not correct it. */
function send({ method, path, headers, body }: Shot): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const sent = httpRequest(broker.url + path, { method, headers, agent, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const mediaType = (response.headers['content-type'] ?? '').split(';')[0] ?? ''
        resolve({ status: response.statusCode ?? 0, mediaType, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', (error) => reject(new Error(`no answer to ${method} ${path}`, { cause: error })))
    sent.end(body)
  })
}

/** How much the language holds after it has given back what nobody needs. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
