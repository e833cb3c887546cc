/** One execution on the simulated platform, beside the bare transactions that write the same rows. */
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAndBaseline, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { runToEnd } from '../executions.ts'
import { inTurns, median, oneByOne } from '../statistics.ts'

const CONFIG = {
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      duration: 'PT0.001S',
      pools: [{ name: 'default', cores: 10_000, memory: 10_000, storage: 10_000 }],
    },
  ],
}
const REQUEST: Schemas['ExecutionRequest'] = {
  executable: { kind: KIND.dockerContainer, image: { locations: ['example.org/bench:1'] } },
}

export const simulatedExecution: Bench = {
  name: 'simulated-execution',
  measures:
    'One execution whose program ends after a millisecond, over HTTP, from `POST /executions` until it is COMPLETED and ' +
    'everything was given back; one after another.',
  baseline:
    'The rows that the execution left in the database, written again in as many transactions as wrote them, through the ' +
    'same driver: what remains when there is no broker and no platform. A row that was changed again and again counts once.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { broker, database, result } = await brokerAndBaseline(makePlace, CONFIG, later, ({ url }) =>
      runToEnd(url, REQUEST),
    )
    const writes = await recordWrites(database, result.meta.uuid as string)
    const count = times(10)
    const measured = await inTurns(
      rounds,
      () => oneByOne(count, () => runToEnd(broker.url, REQUEST)),
      () => oneByOne(count, writes.again),
    )
    const name = `${kind}, p50 beside ${writes.transactions} transactions with ${writes.rows} rows`
    return [{ name, value: median(measured.subject.flat()), unit: 'ms', baseline: median(measured.baseline.flat()) }]
  })
}
