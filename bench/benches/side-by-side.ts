/** Many who type `broker run` on a laptop at the same moment, beside as many of a bare `docker run`. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { TestImage } from '../../test/support/images.ts'
import { BARE_RUN, bareRun, onDocker } from '../bare-run.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import type { Later } from '../cleanly.ts'
import { serveBroker } from '../served-broker.ts'
import { inTurns, manyAtOnce, median, millisecondsOf } from '../statistics.ts'

const PEOPLE = 10
const CORES = 2
const COMMAND = ['echo', 'Hello from the broker']
const PROGRAM = 'dist/broker.js'

export const sideBySide: Bench = {
  name: 'side-by-side',
  measures:
    `${PEOPLE} programs \`broker run\`, built and begun at the same moment, of a container that prints a line, until all ` +
    `have ended; the broker has its defaults, the embedded database, and a pool of ${CORES} cores on a Docker Engine.`,
  baseline: `As many, ${CORES} at a time: ${BARE_RUN}`,
  run: (effort) => onDocker((socket, image, later) => measure(socket, image, later, effort)),
}

async function measure(socket: string, image: TestImage, later: Later, { rounds, times }: Effort): Promise<Reading[]> {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}; run \`npm run build\` first`)
  const pools = [{ name: 'default', cores: CORES, memory: 2 * CORES, storage: 1 }]
  const broker = await serveBroker({ platforms: [{ type: 'docker', name: 'docker', socket, pools }] })
  later(() => broker.close())
  const bare = bareRun(socket, image, COMMAND)
  later(() => bare.close())
  const words = [PROGRAM, 'run', '--server', broker.url, image.location, '--', ...COMMAND]
  const run = () => promisify(execFile)(process.execPath, words)
  const count = times(PEOPLE)
  const measured = await inTurns(
    rounds,
    () => millisecondsOf(() => manyAtOnce(PEOPLE, count, run)),
    () => millisecondsOf(() => manyAtOnce(CORES, count, bare.run)),
  )
  return [
    {
      name: `${PEOPLE} at the same moment beside ${bare.name}`,
      value: median(measured.subject) / 1_000,
      unit: 's',
      baseline: median(measured.baseline) / 1_000,
      goal: { of: 'ratio', atMost: 1.5 },
    },
  ]
}
