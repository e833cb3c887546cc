/** An offer set and the acceptance of one of its offers over HTTP, beside bare transactions that write the same rows. */
import { Pool } from 'undici'
import { recordWrites } from '../bare-writes.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAndBaseline, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { accept, askForStart, inTwoDays, phaseOf, ROOMY } from '../pairs.ts'
import { inTurns, manyAtOnce, median, percentile } from '../statistics.ts'

export const offerAccept: Bench = {
  name: 'offer-accept',
  measures:
    `\`POST /offersets\` for a start in two days and then the acceptance of its first offer, by ${CONNECTIONS} clients at once ` +
    'at a broker in a process of its own, which takes each execution to WAITING.',
  baseline:
    'The rows that one such pair leaves in the database, written again in as many transactions as wrote them, by as many ' +
    'clients through the same driver.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { broker, database, result } = await brokerAndBaseline(makePlace, ROOMY, later, (one) =>
      withClient(one.url, async (client) => {
        const id = await pair(client)
        while ((await phaseOf(client, id, 'ACCEPTED')) !== 'WAITING');
        return id
      }),
    )
    const writes = await recordWrites(database, result)
    const count = times(400)
    const measured = await withClient(broker.url, (client) =>
      inTurns(
        rounds,
        () => manyAtOnce(CONNECTIONS, count, () => pair(client)),
        () => manyAtOnce(CONNECTIONS, count, writes.again),
      ),
    )
    const perSecond = (turns: typeof measured.subject) => median(turns.map((turn) => turn.perSecond))
    const latencies = measured.subject.flatMap((turn) => turn.latencies)
    return [
      {
        name: `${kind}, pairs beside ${writes.transactions} transactions with ${writes.rows} rows`,
        value: perSecond(measured.subject),
        unit: 'pairs/s',
        baseline: perSecond(measured.baseline),
        ...(kind === 'server' ? { goal: { of: 'ratio', atLeast: 0.35 } } : {}),
      },
      {
        name: `${kind}, p99 of a pair beside p50`,
        value: percentile(latencies, 0.99),
        unit: 'ms',
        baseline: median(latencies),
      },
    ]
  })
}

/** Asks for offers and accepts the first; gives its id. */
async function pair(client: Pool): Promise<string> {
  const [id] = (await askForStart(client, inTwoDays())) as [string]
  await accept(client, id)
  return id
}

async function withClient<Result>(url: string, use: (client: Pool) => Promise<Result>): Promise<Result> {
  const client = new Pool(url, { connections: CONNECTIONS })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
