/** What a broker costs that has nothing to do but to wait, for very many executions. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { brokerFigure, processorMs } from '../broker-figures.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAt, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { manyAtOnce } from '../statistics.ts'

const CONFIG = {
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      pools: [{ name: 'default', cores: 100_000, memory: 100_000, storage: 100_000 }],
    },
  ],
}
/** In two days nothing of it begins while it is measured. */
const START_IN_MS = 2 * 86_400_000
/** What was still going on ends within so long. */
const SETTLE_MS = 10_000
const MEASURED_MS = 30_000

export const idleBroker: Bench = {
  name: 'idle-broker',
  measures:
    'A broker with 10,000 accepted executions that start in two days, left alone for half a minute: the share of one core ' +
    'that its process uses, and the statements that it sends to the database, each counted, also those that begin and end ' +
    'transactions. The embedded database is in that process.',
  baseline: 'None: a broker that does nothing should cost nothing.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { client } = await brokerAt(makePlace, CONFIG, later)
    const count = times(10_000)
    await manyAtOnce(CONNECTIONS, count, () => ask(client))
    await wait(count > 1 ? SETTLE_MS : 0)
    const before = await used(client)
    await wait(count > 1 ? MEASURED_MS : LEAST_MS)
    const after = await used(client)
    const seconds = (after.at - before.at) / 1_000
    return [
      {
        name: `${kind}, share of one core`,
        value: (after.processorMs - before.processorMs) / seconds / 10,
        unit: '%',
        goal: { of: 'value', atMost: 2 },
      },
      {
        name: `${kind}, statements`,
        value: (after.statements - before.statements) / seconds,
        unit: '1/s',
        goal: { of: 'value', atMost: 5 },
      },
    ]
  })
}

/** The least that something is seen in. */
const LEAST_MS = 2_500

async function used(client: Pool): Promise<{ at: number; processorMs: number; statements: number }> {
  return {
    processorMs: await processorMs(client),
    statements: await brokerFigure(client, 'broker_database_statements_total'),
    at: performance.now(),
  }
}

async function ask(client: Pool): Promise<void> {
  const request: Schemas['ExecutionRequest'] = {
    executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/bench:1'] } },
    schedule: { requested: { start: [new Date(Date.now() + START_IN_MS).toISOString()], duration: 'PT1M' } },
  }
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: '/executions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const text = await body.text()
  if (statusCode !== 303) throw new Error(`refused: ${text}`)
}
