/** What reading, checking and writing bodies costs in each notation, beside the bare framework. */
import { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { NOTATIONS, type Notation } from '../../src/protocol/notation.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { serveWire, type ServedWire } from '../served-wire.ts'
import { inTurns, manyAtOnce, median, oneByOne } from '../statistics.ts'

const CONNECTIONS = 8
const OFFERS = 4
const REQUEST = {
  meta: { name: 'a night of calibration', description: 'What the bench of the wire asks for.' },
  executable: {
    kind: KIND.dockerContainer,
    image: { locations: ['example.org/project/calibration:1.4.2'] },
    command: ['calibrate', '--input', '/data/raw', '--threads', '4'],
    environment: { OMP_NUM_THREADS: '4', LOG_LEVEL: 'info' },
  },
  compute: {
    kind: KIND.simpleCompute,
    cores: { min: 1, max: 4 },
    memory: { min: 2, max: 8 },
    volumes: [{ kind: KIND.simpleVolumeMount, path: '/scratch', mode: 'READWRITE', resource: 'scratch' }],
  },
  storage: [{ kind: KIND.simpleStorage, meta: { name: 'scratch' }, size: { min: 20 } }],
  schedule: { requested: { duration: 'PT10M' } },
} satisfies Schemas['ExecutionRequest']

export const wire: Bench = {
  name: 'wire',
  measures:
    `\`POST /offersets\` with a request that has something of everything, answered with ${OFFERS} offers, in each notation: routing, ` +
    'negotiation, reading, conforming, validating, presenting and writing. Nothing is planned, booked or asked of a ' +
    'database. For one request: the time on the processor of the whole service, with 8 clients at once, and what one ' +
    'client waits.',
  baseline:
    'The same framework (Fastify) with nothing added, which is sent the same bytes and answers the same bytes. JSON it reads ' +
    'and writes with its own parser and serialiser; of YAML and XML it knows nothing, and answers a text that is ready. At the end, the broker with JSON is the baseline of the other two.',
  run: measure,
}

function measure(effort: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const broker = await serveWire({ serve: 'broker', offers: OFFERS })
    later(() => broker.close())
    const answers: Record<string, string> = {}
    for (const notation of NOTATIONS)
      answers[mediaTypeOf(notation)] = await withClient(broker, notation, (ask) => ask())
    const { offers } = JSON.parse(answers[mediaTypeOf(NOTATIONS[0] as Notation)] as string) as Schemas['OfferSet']
    if (offers?.length !== OFFERS) throw new Error(`${offers?.length ?? 0} offers instead of ${OFFERS}`)
    const bare = await serveWire({ serve: 'bare', answers })
    later(() => bare.close())
    const readings: Reading[] = []
    for (const notation of NOTATIONS) readings.push(...(await compare(notation, broker, bare, effort)))
    const [json, ...others] = NOTATIONS
    for (const notation of others) readings.push(await besideJson(notation, json as Notation, broker, effort))
    return readings
  })
}

async function compare(
  notation: Notation,
  broker: ServedWire,
  bare: ServedWire,
  { rounds, times }: Effort,
): Promise<Reading[]> {
  const name = notation.name.toUpperCase()
  const [many, few] = [times(2_000), times(400)]
  const work = await inTurns(
    rounds,
    () => processorMsOf(broker, notation, many),
    () => processorMsOf(bare, notation, many),
  )
  const waits = await inTurns(
    rounds,
    () => withClient(broker, notation, (ask) => oneByOne(few, ask)),
    () => withClient(bare, notation, (ask) => oneByOne(few, ask)),
  )
  return [
    {
      name: `${name}, time on the processor`,
      value: median(work.subject),
      unit: 'ms',
      baseline: median(work.baseline),
    },
    {
      name: `${name}, 1 client, p50`,
      value: median(waits.subject.flat()),
      unit: 'ms',
      baseline: median(waits.baseline.flat()),
    },
  ]
}

async function besideJson(
  notation: Notation,
  json: Notation,
  broker: ServedWire,
  { rounds, times }: Effort,
): Promise<Reading> {
  const count = times(2_000)
  const work = await inTurns(
    rounds,
    () => processorMsOf(broker, notation, count),
    () => processorMsOf(broker, json, count),
  )
  return {
    name: `${notation.name.toUpperCase()} beside JSON, time on the processor`,
    value: median(work.subject),
    unit: 'ms',
    baseline: median(work.baseline),
    goal: { of: 'ratio', atMost: 4 },
  }
}

const mediaTypeOf = ({ mediaTypes }: Notation) => mediaTypes[0] as string

/** The time on the processor for one of `count` requests, in milliseconds. */
function processorMsOf(service: ServedWire, notation: Notation, count: number): Promise<number> {
  return withClient(service, notation, async (ask) => {
    const before = await service.processorMs()
    await manyAtOnce(CONNECTIONS, count, ask)
    return ((await service.processorMs()) - before) / count
  })
}

/** Gives a function that asks for an offer set in a notation and gives the answer as it came. */
async function withClient<Result>(
  service: ServedWire,
  notation: Notation,
  use: (ask: () => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const client = new Pool(service.url, { connections: CONNECTIONS })
  const mediaType = mediaTypeOf(notation)
  const text = notation.write(REQUEST, 'ExecutionRequest')
  const ask = async () => {
    const { body, statusCode } = await client.request({
      method: 'POST',
      path: '/offersets',
      headers: { 'content-type': mediaType, accept: mediaType, prefer: 'return=representation' },
      body: text,
    })
    const answer = await body.text()
    if (statusCode !== 200) throw new Error(`${statusCode}: ${answer}`)
    return answer
  }
  try {
    return await use(ask)
  } finally {
    await client.close()
  }
}
