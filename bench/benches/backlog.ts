/** A small pool with a long line before it: how many of its cores are in use until the line is done. */
import { BrokerClient, type Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { Chance } from '../../test/model/chance.ts'
import { postgresServer } from '../../test/support/engines.ts'
import { onDocker } from '../bare-run.ts'
import type { Bench, Effort, Reading, Skipped } from '../benchmark.ts'
import { cleanly, type Later } from '../cleanly.ts'
import { serverPlace } from '../databases.ts'
import { serveBroker } from '../served-broker.ts'

const CORES = 8
const CLIENTS = 16
/** So many executions keep the pool busy for about three minutes. */
const EXECUTIONS = 160
const SEED = 2_026
/** Promises are asked for longer than programs run, as people do. */
const MARGIN_SECONDS = 3
/** The pool fills up meanwhile. */
const FILLING_MS = 10_000

export const backlog: Bench = {
  name: 'backlog',
  measures:
    `The cores in use of a pool of ${CORES}, from the tenth second until the last program has started. ${CLIENTS} ` +
    `clients ask for 1 to 3 cores as soon as possible, accept the earliest offer and go on with the next, ` +
    `${EXECUTIONS} times in all. Programs sleep for 2 to 7 s; ${MARGIN_SECONDS} s more are asked for.`,
  baseline: 'All cores of the pool.',
  run: measure,
}

async function measure(effort: Effort): Promise<(Reading | Skipped)[]> {
  const image = 'docker.io/library/busybox:1.37'
  const alone = await cleanly((later) => busyShare([{}], { type: 'simulated' }, image, effort, later))
  return [
    reading('simulated, one broker on the embedded database', alone),
    await onServer(image, effort),
    ...(await onDocker(async (socket, { location }, later) => [
      reading('Docker', await busyShare([{}], { type: 'docker', socket }, location, effort, later)),
    ])),
  ]
}

async function onServer(image: string, effort: Effort): Promise<Reading | Skipped> {
  const name = 'simulated, two brokers on a PostgreSQL server'
  const { address, missing } = postgresServer()
  if (!address) return { name, skipped: missing ?? 'there is no server' }
  return cleanly(async (later) => {
    const place = await serverPlace(address)
    later(() => place.drop())
    return reading(name, await busyShare([place.config, place.config], { type: 'simulated' }, image, effort, later))
  })
}

const reading = (name: string, share: number): Reading => ({
  ...{ name: `cores in use, ${name}`, value: share * CORES, unit: 'cores', baseline: CORES },
  goal: { of: 'ratio', atLeast: 0.9 },
})

/** The share of the cores that were in use, with a broker for each of the configurations, which share one pool. */
async function busyShare(
  configs: readonly Readonly<Record<string, unknown>>[],
  platform: Readonly<Record<string, unknown>>,
  image: string,
  { times }: Effort,
  later: Later,
): Promise<number> {
  const pools = [{ name: 'default', cores: CORES, memory: 4 * CORES, storage: 1 }]
  const clients: BrokerClient[] = []
  let shared = {}
  for (const config of configs) {
    const broker = await serveBroker({ ...shared, ...config, platforms: [{ name: 'site', pools, ...platform }] })
    later(() => broker.close())
    // Simulated containers are files there, and two brokers with one platform have to see the same.
    shared = { dataDirectory: broker.dataDirectory }
    clients.push(new BrokerClient(broker.url))
  }
  const chance = new Chance(SEED)
  let left = times(EXECUTIONS)
  const accepted: string[] = []
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number) => {
      const client = clients[number % clients.length] as BrokerClient
      while (left-- > 0) accepted.push(await accept(client, image, chance.integer(1, 3), chance.integer(2, 7)))
    }),
  )
  const [client] = clients as [BrokerClient]
  const runs: (Run | string)[] = []
  for (const uuid of accepted) runs.push(await runOf(client, uuid))
  const wrong = runs.filter((one) => typeof one === 'string')
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${runs.length} did not run, such as ${wrong[0]}`)
  return shareInUse(runs as Run[])
}

async function accept(client: BrokerClient, image: string, cores: number, seconds: number): Promise<string> {
  const { meta, offers } = await client.request({
    executable: { kind: KIND.dockerContainer, image: { locations: [image] }, command: ['sleep', String(seconds)] },
    compute: { kind: KIND.simpleCompute, cores: { min: cores, max: cores } },
    schedule: { requested: { duration: `PT${seconds + MARGIN_SECONDS}S` } },
  })
  const uuid = offers?.[0]?.meta.uuid
  if (!uuid) throw new Error(`nothing was offered: ${JSON.stringify(meta.messages)}`)
  await client.accept(uuid)
  return uuid
}

/** The cores that a program used, and from when to when. */
interface Run {
  readonly cores: number
  readonly fromAt: number
  readonly toAt: number
}

/** A run, or the execution in words when its program did not run. */
async function runOf(client: BrokerClient, uuid: string): Promise<Run | string> {
  const times = new Map<string, number>()
  for await (const event of client.events(uuid))
    if (event.type === 'phase' && event.family === undefined) times.set(event.event, Date.parse(event.time))
  const execution = await client.execution(uuid)
  const [fromAt, toAt] = [times.get('start'), times.get('finish')]
  if (fromAt === undefined || toAt === undefined) return JSON.stringify(execution)
  return { cores: (execution.compute as Schemas['SimpleComputeResource']).cores?.min ?? 0, fromAt, toAt }
}

/** The share of the cores in use from the time at which the pool was full until the last start. */
function shareInUse(runs: readonly Run[]): number {
  const [first, last] = [Math.min(...runs.map(({ fromAt }) => fromAt)), Math.max(...runs.map(({ fromAt }) => fromAt))]
  const isShort = last - first < 2 * FILLING_MS
  const [from, to] = isShort ? [first, Math.max(...runs.map(({ toAt }) => toAt))] : [first + FILLING_MS, last]
  const used = runs.reduce(
    (sum, { cores, fromAt, toAt }) => sum + cores * Math.max(0, Math.min(toAt, to) - Math.max(fromAt, from)),
    0,
  )
  return used / ((to - from) * CORES)
}
