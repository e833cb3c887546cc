/** Two brokers on one database: whether they get in each other's way, and whether anything is lost between them. */
import { Pool } from 'undici'
import { askForOffers, OFFERS } from '../asked-offers.ts'
import * as offerSets from '../../src/store/offer-sets.ts'
import type { OfferSetId } from '../../src/domain/ids.ts'
import { postgresServer } from '../../test/support/engines.ts'
import type { Bench, Effort, Reading, Skipped } from '../benchmark.ts'
import { cleanly, type Later } from '../cleanly.ts'
import { CONNECTIONS, serverPlace } from '../databases.ts'
import { processorMs } from '../broker-figures.ts'
import { hold, NOT_HELD } from '../held.ts'
import { serveBroker, type ServedBroker } from '../served-broker.ts'
import { inTurns, manyAtOnce, median } from '../statistics.ts'

/** Of one core, for each broker, where it is measured what a second one adds. */
const SHARE = 0.25

export const twoProcesses: Bench = {
  name: 'two-processes',
  measures:
    `\`POST /offersets\` as in offer-set, by ${CONNECTIONS} clients at once, half of them at each of two brokers on one ` +
    'PostgreSQL server: once with a pool for each broker, once with one pool for both. The time on the processor is that ' +
    'of the brokers, for one offer set. Every offer set that a client was told of is then looked for in the database.',
  baseline:
    'For the throughput, the same clients, all at the first broker. For the time on the processor, the first broker alone ' +
    'with as many clients as each of the two has, because what is asked for at the same time is booked together. For what ' +
    'was kept, what was answered.',
  run: measure,
}

async function measure(effort: Effort): Promise<(Reading | Skipped)[]> {
  const { address, missing } = postgresServer()
  if (!address) return [{ name: 'server', skipped: missing ?? 'there is no server' }]
  return cleanly(async (later) => [
    ...(await compare('two pools', ['first', 'second'], address, effort, later)),
    ...(await compare('one pool', ['first', 'first'], address, effort, later)),
  ])
}

async function compare(
  name: string,
  platforms: readonly [string, string],
  address: string,
  { rounds, times }: Effort,
  later: Later,
): Promise<(Reading | Skipped)[]> {
  const place = await serverPlace(address)
  later(() => place.drop())
  const [first, second] = [
    await served(platforms[0], place.config, later),
    await served(platforms[1], place.config, later),
  ]
  const told: OfferSetId[] = []
  const count = times(600)
  const turn = (brokers: readonly Asked[], clients: number) => async () => {
    const before = await processorMsOf(brokers)
    const { perSecond } = await askAll(brokers, clients, count, told)
    return { perSecond, processorMs: ((await processorMsOf(brokers)) - before) / count }
  }
  const both = turn([first, second], CONNECTIONS)
  const throughput = await inTurns(rounds, both, turn([first], CONNECTIONS))
  const work = await inTurns(rounds, both, turn([first], CONNECTIONS / 2))
  // Those who share a pool wait for each other; what is apart has to scale.
  const goal: Reading['goal'] = platforms[0] === platforms[1] ? undefined : { of: 'ratio', atLeast: 1.25 }
  const held = await heldBack(name, [first, second], rounds, turn, goal)
  const database = await place.open(first.broker)
  later(() => database.close())
  const kept = await Promise.all(told.map((id) => offerSets.find(database, id)))
  return [
    held,
    {
      name: `${name}, throughput`,
      value: median(throughput.subject.map(({ perSecond }) => perSecond)),
      unit: 'offer sets/s',
      baseline: median(throughput.baseline.map(({ perSecond }) => perSecond)),
    },
    {
      name: `${name}, time on the processor`,
      value: median(work.subject.map(({ processorMs }) => processorMs)),
      unit: 'ms',
      baseline: median(work.baseline.map(({ processorMs }) => processorMs)),
    },
    {
      name: `${name}, kept of what was answered`,
      value: kept.filter((one) => one !== undefined).length,
      unit: 'offer sets',
      baseline: told.length,
      goal: { of: 'ratio', atLeast: 1 },
    },
  ]
}

/**
 * What a second broker adds where the brokers are what is short: on a machine with few cores they, the database and the
 * clients take turns on the same ones, so each broker gets a part of a core only.
 */
async function heldBack(
  name: string,
  brokers: readonly Asked[],
  rounds: number,
  turn: (brokers: readonly Asked[], clients: number) => () => Promise<{ perSecond: number }>,
  goal: Reading['goal'],
): Promise<Reading | Skipped> {
  const what = `${name}, brokers with a quarter of a core each, throughput`
  const letGo = brokers.map(({ broker }) => hold(broker.pid, SHARE))
  try {
    if (letGo.includes(undefined)) return { name: what, skipped: NOT_HELD }
    const { subject, baseline } = await inTurns(
      rounds,
      turn(brokers, CONNECTIONS),
      turn(brokers.slice(0, 1), CONNECTIONS),
    )
    return {
      name: what,
      value: median(subject.map(({ perSecond }) => perSecond)),
      unit: 'offer sets/s',
      baseline: median(baseline.map(({ perSecond }) => perSecond)),
      ...(goal ? { goal } : {}),
    }
  } finally {
    for (const end of letGo) end?.()
  }
}

/** A broker with its clients. */
interface Asked {
  readonly broker: ServedBroker
  readonly client: Pool
  readonly ask: () => Promise<OfferSetId>
}

async function served(platform: string, config: Readonly<Record<string, unknown>>, later: Later): Promise<Asked> {
  const pools = [{ name: 'default', cores: 1_000_000, memory: 1_000_000, storage: 1_000_000 }]
  const broker = await serveBroker({
    ...config,
    offers: { perSet: OFFERS },
    platforms: [{ type: 'simulated', name: platform, pools }],
  })
  later(() => broker.close())
  const client = new Pool(broker.url, { connections: CONNECTIONS })
  later(() => client.close())
  return { broker, client, ask: async () => (await askForOffers(client)) as OfferSetId }
}

/** Clients in equal parts at each of the brokers; each goes on until all together have been answered so often. */
function askAll(brokers: readonly Asked[], clients: number, count: number, told: OfferSetId[]) {
  let next = 0
  return manyAtOnce(clients, count, async () => {
    const { ask } = brokers[next++ % brokers.length] as Asked
    told.push(await ask())
  })
}

async function processorMsOf(brokers: readonly Asked[]): Promise<number> {
  const times = await Promise.all(brokers.map(({ client }) => processorMs(client)))
  return times.reduce((sum, time) => sum + time, 0)
}
