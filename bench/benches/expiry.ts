/** The waits of requests while very many offers expire at one instant. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'undici'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { brokerAt, CONNECTIONS, onEachDatabase, type DatabasePlace } from '../databases.ts'
import { accept, askForStart, inTwoDays, phaseOf, ROOMY } from '../pairs.ts'
import { manyAtOnce, median, millisecondsOf, percentile } from '../statistics.ts'

const OFFERS = 10_000
/** Clients that ask while the offers expire. */
const CLIENTS = 4
/** The time in which the offers are made, for each offer and at least, in milliseconds. */
const MADE_WITHIN = { each: 8, least: 8_000 }

export const expiry: Bench = {
  name: 'expiry',
  measures:
    `${OFFERS.toLocaleString('en')} open offers that all expire at one instant. From then on until the last has expired, ` +
    `${CLIENTS} clients ask for offers, accept one, and look at it, again and again: what the slowest of a hundred requests ` +
    'of each kind waits.',
  baseline: 'What half of the requests of that kind wait, in the same time.',
  run: (effort) => onEachDatabase((kind, place) => measure(kind, place, effort)),
}

function measure(
  kind: DatabasePlace['kind'],
  makePlace: () => Promise<DatabasePlace>,
  { times }: Effort,
): Promise<Reading[]> {
  return cleanly(async (later) => {
    const { client } = await brokerAt(makePlace, ROOMY, later)
    const [first, ...others] = await openOffers(client, times(OFFERS))
    if (first === undefined) throw new Error('there are no offers')
    while ((await phaseOf(client, first, 'OFFERED')) === 'OFFERED');
    const waits = { 'asking for offers': [], accepting: [], looking: [] } as Record<string, number[]>
    let isOver = false
    const asking = Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        do await oneOfEach(client, waits)
        while (!isOver)
      }),
    )
    const over = (async () => {
      for (const id of others) while ((await phaseOf(client, id)) === 'OFFERED') await wait(20)
    })().finally(() => (isOver = true))
    await Promise.all([over, asking])
    return Object.entries(waits).map(([what, latencies]) => ({
      name: `${kind}, ${what}, p99 beside p50`,
      value: percentile(latencies, 0.99),
      unit: 'ms',
      baseline: median(latencies),
      goal: { of: 'ratio', atMost: 8 },
    }))
  })
}

/** Makes at least so many offers that expire when they would have to begin; gives one of each hundred sets. */
async function openOffers(client: Pool, count: number): Promise<string[]> {
  const startAt = Date.now() + Math.max(MADE_WITHIN.least, count * MADE_WITHIN.each)
  const seen: string[] = []
  const made = await askForStart(client, startAt)
  const sets = Math.ceil(count / made.length)
  await manyAtOnce(CONNECTIONS, sets, async () => {
    const [id] = (await askForStart(client, startAt)) as [string]
    seen.push(id)
  })
  return seen.filter((_, index) => index % 100 === 0)
}

async function oneOfEach(client: Pool, waits: Record<string, number[]>): Promise<void> {
  const timed = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    let result: Result | undefined
    const took = await millisecondsOf(async () => (result = await work()))
    waits[what]?.push(took)
    return result as Result
  }
  const [id] = (await timed('asking for offers', () => askForStart(client, inTwoDays()))) as [string]
  await timed('accepting', () => accept(client, id))
  await timed('looking', () => phaseOf(client, id))
}
