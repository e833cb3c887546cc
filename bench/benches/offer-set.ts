/** One offer set over HTTP, beside a bare transaction that writes the same rows. */
import { Pool } from 'undici'
import { askForOffers, OFFERS } from '../asked-offers.ts'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAndBaseline, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { inTurns, manyAtOnce, median, oneByOne, percentile } from '../statistics.ts'
import type { ServedBroker } from '../served-broker.ts'

type Kind = DatabasePlace['kind']

const CONFIG = {
  offers: { perSet: OFFERS },
  platforms: [
    {
      type: 'simulated',
      name: 'simulated',
      pools: [{ name: 'default', cores: 1_000_000, memory: 1_000_000, storage: 1_000_000 }],
    },
  ],
}
export const offerSet: Bench = {
  name: 'offer-set',
  measures:
    `\`POST /offersets\` with a small request in JSON that is answered with ${OFFERS} offers, on a broker in a process of ` +
    `its own: one client, and then ${CONNECTIONS} at once.`,
  baseline:
    'One transaction that writes the same rows, through the same driver, into a database of the same kind: the embedded ' +
    'one in the process that measures, or the same PostgreSQL server.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(kind: Kind, makePlace: () => Promise<DatabasePlace>, effort: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { broker, database, result } = await brokerAndBaseline(makePlace, CONFIG, later, (one) =>
      withClient(one, (ask) => ask()),
    )
    const { again } = await recordWrites(database, result)
    return withClient(broker, async (ask) => [
      ...(await alone(kind, ask, again, effort)),
      ...(await crowded(kind, ask, again, effort)),
    ])
  })
}

async function alone(
  kind: Kind,
  ask: () => Promise<unknown>,
  write: () => Promise<void>,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const count = times(60)
  const measured = await inTurns(
    rounds,
    () => oneByOne(count, ask),
    () => oneByOne(count, write),
  )
  const [subject, baseline] = [measured.subject.flat(), measured.baseline.flat()]
  return [{ name: `${kind}, 1 client, p50`, value: median(subject), unit: 'ms', baseline: median(baseline) }]
}

async function crowded(
  kind: Kind,
  ask: () => Promise<unknown>,
  write: () => Promise<void>,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const count = times(600)
  const measured = await inTurns(
    rounds,
    () => manyAtOnce(CONNECTIONS, count, ask),
    () => manyAtOnce(CONNECTIONS, count, write),
  )
  const perSecond = (turns: typeof measured.subject) => median(turns.map((turn) => turn.perSecond))
  const latencies = measured.subject.flatMap((turn) => turn.latencies)
  const clients = `${kind}, ${CONNECTIONS} clients`
  return [
    {
      name: `${clients}, throughput`,
      value: perSecond(measured.subject),
      unit: 'offer sets/s',
      baseline: perSecond(measured.baseline),
      ...(kind === 'server' ? { goal: { of: 'ratio', atLeast: 0.3 } } : {}),
    },
    {
      name: `${clients}, p99 beside p50`,
      value: percentile(latencies, 0.99),
      unit: 'ms',
      baseline: median(latencies),
      goal: { of: 'ratio', atMost: 8 },
    },
  ]
}

/** Gives a function that asks for an offer set and gives its id. */
async function withClient<Result>(
  broker: ServedBroker,
  use: (ask: () => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const client = new Pool(broker.url, { connections: CONNECTIONS })
  try {
    return await use(() => askForOffers(client))
  } finally {
    await client.close()
  }
}
