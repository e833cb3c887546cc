/** How late programs start: many that were promised to start within one minute. */
import type { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { brokerFigure } from '../broker-figures.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAt, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { manyAtOnce, median, percentile } from '../statistics.ts'
import { setTimeout as wait } from 'node:timers/promises'

const CONFIG = {
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      pools: [{ name: 'default', cores: 1_000, memory: 1_000, storage: 1_000 }],
    },
  ],
}
const MINUTE_MS = 60_000
/** Asking for all of them takes less, also on a machine that is busy. */
const AHEAD_MS = 20_000
const LOOK_MS = 500

export const promisedStarts: Bench = {
  name: 'promised-starts',
  measures:
    '200 executions on `simulated` that are asked for in advance, to start at instants that are spread over one minute: how ' +
    'much later than promised the start of each was written down, which is before the platform is asked for it.',
  baseline: 'None: the promise is the measure.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { client } = await brokerAt(makePlace, CONFIG, later)
    const count = times(200)
    const firstAt = Date.now() + (count > 1 ? AHEAD_MS : 1_000)
    let next = 0
    const promises: Promised[] = []
    await manyAtOnce(CONNECTIONS, count, async () => {
      promises.push(await ask(client, firstAt + (MINUTE_MS * next++) / count))
    })
    while ((await brokerFigure(client, 'broker_executions_ended_total{phase="COMPLETED"}')) < count) await wait(LOOK_MS)
    const lateness: number[] = []
    for (const promised of promises) lateness.push(await latenessOf(client, promised))
    const reading = (name: string, share: number) => ({
      name,
      value: Math.max(1, percentile(lateness, share)),
      unit: 'ms',
    })
    return [
      { name: `${kind}, p50`, value: Math.max(1, median(lateness)), unit: 'ms' },
      { ...reading(`${kind}, p99`, 0.99), goal: { of: 'value', atMost: 1_000 } },
    ]
  })
}

/** An execution, and when it was promised to start. */
interface Promised {
  readonly path: string
  readonly startAt: number
}

/** Asks for an execution that starts at an instant. */
async function ask(client: Pool, startAt: number): Promise<Promised> {
  const request: Schemas['ExecutionRequest'] = {
    executable: {
      kind: KIND.dockerContainer,
      image: { locations: ['example.org/bench:1'] },
      environment: { SIMULATED_DURATION: 'PT0S' },
    },
    schedule: { requested: { start: [new Date(startAt).toISOString()], duration: 'PT1M' } },
  }
  const { statusCode, headers, body } = await client.request({
    method: 'POST',
    path: '/executions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const text = await body.text()
  if (statusCode !== 303) throw new Error(`refused: ${text}`)
  const { schedule } = JSON.parse(text) as Schemas['Execution']
  const promised = schedule?.available?.start?.split('/')[0] ?? ''
  return { path: new URL(String(headers.location)).pathname, startAt: Date.parse(promised) }
}

/** How much later than promised an execution became AVAILABLE, in milliseconds. */
async function latenessOf(client: Pool, { path, startAt }: Promised): Promise<number> {
  const { body } = await client.request({ method: 'GET', path })
  const { history = [] } = (await body.json()) as Schemas['Execution']
  const since = history.find(({ phase }) => phase === 'AVAILABLE')?.since ?? ''
  return Date.parse(since) - startAt
}
