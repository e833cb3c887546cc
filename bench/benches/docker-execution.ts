/** One execution on a real Docker Engine, beside a bare `docker run` of the same image and command. */
import type { Schemas } from '../../src/client/broker-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import type { TestImage } from '../../test/support/images.ts'
import { BARE_RUN, bareRun, onDocker } from '../bare-run.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import type { Later } from '../cleanly.ts'
import { runToEnd } from '../executions.ts'
import { serveBroker } from '../served-broker.ts'
import { inTurns, median, oneByOne } from '../statistics.ts'

const COMMAND = ['echo', 'done']

export const dockerExecution: Bench = {
  name: 'docker-execution',
  measures:
    'One execution of a container that prints a word and ends, on a real Docker Engine and the embedded database, over ' +
    'HTTP, from `POST /executions` until it is COMPLETED and everything was given back; one after another.',
  baseline: BARE_RUN,
  run: (effort) => onDocker((socket, image, later) => measure(socket, image, later, effort)),
}

async function measure(socket: string, image: TestImage, later: Later, { rounds, times }: Effort): Promise<Reading[]> {
  const broker = await serveBroker({ platforms: [{ type: 'docker', name: 'docker', socket }] })
  later(() => broker.close())
  const bare = bareRun(socket, image, COMMAND)
  later(() => bare.close())
  const request: Schemas['ExecutionRequest'] = {
    executable: { kind: KIND.dockerContainer, image: { locations: [image.location] }, command: COMMAND },
  }
  const count = times(5)
  const measured = await inTurns(
    rounds,
    () => oneByOne(count, () => runToEnd(broker.url, request)),
    () => oneByOne(count, bare.run),
  )
  const name = `p50 beside ${bare.name}`
  return [{ name, value: median(measured.subject.flat()), unit: 'ms', baseline: median(measured.baseline.flat()) }]
}
