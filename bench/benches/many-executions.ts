/** Many executions whose programs end at once, beside the bare transactions that write the same rows. */
import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { Database } from '../../src/store/database.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { brokerFigure, processorMs } from '../broker-figures.ts'
import { cleanly } from '../cleanly.ts'
import { busyMs } from '../database-time.ts'
import { brokerAndBaseline, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { runToEnd } from '../executions.ts'
import { manyAtOnce, millisecondsOf } from '../statistics.ts'

export const CONFIG = {
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
    'until all are COMPLETED and everything was given back. Then for one of them, on the server: the processor time of the ' +
    'broker, the time that its statements kept connections of the server busy, and the share that the first has of both, ' +
    'which is the share of the time that is not the database’s.',
  baseline:
    'The rows that each leaves in the database, written again in as many transactions as wrote them, by 16 clients ' +
    'through the same driver. The broker shares transactions among executions where many are at the same step, so it ' +
    'may be faster.',
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
    const [few, count] = [Math.ceil(times(1_000) / 10), times(1_000)]
    const measuring = await timesOf(kind, client, database)
    // So that what is measured is what goes on, and not how programs get warm.
    await runAll(client, few)
    const perSecond = await runAll(client, count)
    const shares = await measuring(few + count)
    const bare = await manyAtOnce(CONNECTIONS, Math.ceil(count / 5), writes.again)
    return [
      {
        name: `${kind}, 16 clients beside ${writes.transactions} transactions with ${writes.rows} rows`,
        value: perSecond,
        unit: 'executions/s',
        baseline: bare.perSecond,
        ...(kind === 'server' ? { goal: { of: 'value', atLeast: 100 } } : {}),
      },
      ...shares,
    ]
  })
}

/** Begins to measure whose time is spent; gives what tells, after so many executions. The embedded database is in the broker. */
async function timesOf(
  kind: DatabasePlace['kind'],
  client: Pool,
  database: Database,
): Promise<(executions: number) => Promise<Reading[]>> {
  const databaseMs = async () => (kind === 'server' ? busyMs(database) : 0)
  const before = { database: await databaseMs(), broker: await processorMs(client) }
  return async (executions) => {
    const broker = ((await processorMs(client)) - before.broker) / executions
    const ofBroker = { name: `${kind}, processor time of the broker for one`, value: broker, unit: 'ms' }
    if (kind === 'embedded') return [{ ...ofBroker, name: `${ofBroker.name}, with the database in it` }]
    const busy = ((await databaseMs()) - before.database) / executions
    return [
      ofBroker,
      { name: `${kind}, time of the database for one`, value: busy, unit: 'ms' },
      { name: `${kind}, share that is not the database’s`, value: (100 * broker) / (broker + busy), unit: '%' },
    ]
  }
}

/** Runs so many to their end; gives how many in a second. */
export async function runAll(client: Pool, count: number): Promise<number> {
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

const completed = (client: Pool) => brokerFigure(client, 'broker_executions_ended_total{phase="COMPLETED"}')
