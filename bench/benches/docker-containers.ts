/** A hundred containers that sleep, twenty at a time, on a real Docker Engine, beside as many of a bare `docker run`. */
import { Pool } from 'undici'
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { TestImage } from '../../test/support/images.ts'
import { BARE_RUN, bareRun, onDocker } from '../bare-run.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { processorMs } from '../broker-figures.ts'
import type { Later } from '../cleanly.ts'
import { acceptToEnd } from '../executions.ts'
import { serveBroker } from '../served-broker.ts'
import { manyAtOnce, median, millisecondsOf } from '../statistics.ts'

const AT_ONCE = 20
const SLEEP_SECONDS = 5
/** A wave of each takes as long as the programs do, so a few rounds have to be enough. */
const ROUNDS_MAX = 3

export const dockerContainers: Bench = {
  name: 'docker-containers',
  measures:
    `100 executions of a container that sleeps ${SLEEP_SECONDS} s, on a real Docker Engine and the embedded database, ` +
    `over HTTP: ${AT_ONCE} clients each ask for offers, accept the earliest, wait until it is COMPLETED and everything ` +
    `was given back, and go on with the next. The pool has room for ${AT_ONCE} of them. The time in all, and the ` +
    'processor time of the broker for one, with the embedded database in it.',
  baseline: `As many at once: ${BARE_RUN}`,
  run: (effort) => onDocker((socket, image, later) => measure(socket, image, later, effort)),
}

async function measure(socket: string, image: TestImage, later: Later, { rounds, times }: Effort): Promise<Reading[]> {
  const pools = [{ name: 'default', cores: AT_ONCE, memory: AT_ONCE, storage: 1 }]
  const broker = await serveBroker({ platforms: [{ type: 'docker', name: 'docker', socket, pools }] })
  later(() => broker.close())
  const client = new Pool(broker.url)
  later(() => client.close())
  const count = times(100)
  const command = ['sleep', String(count < AT_ONCE ? 0 : SLEEP_SECONDS)]
  const bare = bareRun(socket, image, command)
  later(() => bare.close())
  const request: Schemas['ExecutionRequest'] = {
    executable: { kind: KIND.dockerContainer, image: { locations: [image.location] }, command },
    schedule: { requested: { duration: 'PT1M' } },
  }
  const runAll = (some: number) => manyAtOnce(AT_ONCE, some, () => acceptToEnd(broker.url, request))
  // So that what is measured is what goes on, and not how programs get warm.
  const few = Math.min(AT_ONCE, count)
  await manyAtOnce(AT_ONCE, few, bare.run)
  await runAll(few)
  const measured = { inBroker: [] as number[], alone: [] as number[], processor: [] as number[] }
  for (let round = 0; round < Math.min(rounds, ROUNDS_MAX); round++) {
    measured.alone.push(await millisecondsOf(() => manyAtOnce(AT_ONCE, count, bare.run)))
    const before = await processorMs(client)
    measured.inBroker.push(await millisecondsOf(() => runAll(count)))
    measured.processor.push(((await processorMs(client)) - before) / count)
  }
  return [
    {
      name: `${AT_ONCE} at once beside ${bare.name}`,
      value: median(measured.inBroker) / 1_000,
      unit: 's',
      baseline: median(measured.alone) / 1_000,
      goal: { of: 'ratio', atMost: 1.15 },
    },
    { name: 'processor time of the broker for one', value: median(measured.processor), unit: 'ms' },
  ]
}
