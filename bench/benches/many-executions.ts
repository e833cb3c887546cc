/** Many executions whose programs end at once, beside the bare transactions that write the same rows. */
import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAndBaseline, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { runToEnd } from '../executions.ts'
import { manyAtOnce, millisecondsOf } from '../statistics.ts'

const CONFIG = {
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      pools: [{ name: 'default', cores: 100_000, memory: 100_000, storage: 100_000 }],
    },
  ],
}
const REQUEST: Schemas['ExecutionRequest'] = {
  executable: {
    kind: KIND.dockerContainer,
    image: { locations: ['example.org/bench:1'] },
    environment: { SIMULATED_DURATION: 'PT0S' },
  },
  schedule: { requested: { duration: 'PT10M' } },
}
const LOOK_MS = 50

export const manyExecutions: Bench = {
  name: 'many-executions',
  measures:
    '1,000 executions whose programs end at once, asked for by 16 clients with `POST /executions`, from the first request ' +
    'until all are COMPLETED and everything was given back. The ratio is the share of the time that is the database’s.',
  baseline:
    'The rows that each leaves in the database, written again in as many transactions as wrote them, by 16 clients ' +
    'through the same driver.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { broker, database, result } = await brokerAndBaseline(makePlace, CONFIG, later, ({ url }) =>
      runToEnd(url, REQUEST),
    )
    const writes = await recordWrites(database, result.meta.uuid as string)
    const client = new Pool(broker.url, { connections: CONNECTIONS })
    later(() => client.close())
    const count = times(1_000)
    // So that what is measured is what goes on, and not how programs get warm.
    await runAll(client, Math.ceil(count / 10))
    const perSecond = await runAll(client, count)
    const bare = await manyAtOnce(CONNECTIONS, Math.ceil(count / 5), writes.again)
    return [
      {
        name: `${kind}, 16 clients beside ${writes.transactions} transactions with ${writes.rows} rows`,
        value: perSecond,
        unit: 'executions/s',
        baseline: bare.perSecond,
        ...(kind === 'server' ? { goal: { of: 'value', atLeast: 100 } } : {}),
      },
    ]
  })
}

/** Runs so many to their end; gives how many in a second. */
async function runAll(client: Pool, count: number): Promise<number> {
  const before = await completed(client)
  const elapsed = await millisecondsOf(async () => {
    await manyAtOnce(CONNECTIONS, count, () => ask(client))
    while ((await completed(client)) < before + count) await wait(LOOK_MS)
  })
  return (count * 1_000) / elapsed
}

async function ask(client: Pool): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: '/executions',
    headers,
    body: JSON.stringify(REQUEST),
  })
  const text = await body.text()
  if (statusCode !== 303) throw new Error(`refused: ${text}`)
}

async function completed(client: Pool): Promise<number> {
  const { body } = await client.request({ method: 'GET', path: '/metrics' })
  const [, count = '0'] = /^broker_executions_ended_total\{phase="COMPLETED"\} (\d+)$/m.exec(await body.text()) ?? []
  return Number(count)
}
