/** One execution on a real Docker Engine, beside a bare `docker run` of the same image and command. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Schemas } from '../../src/client/broker-client.ts'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { dockerEngine } from '../../test/support/engines.ts'
import { testImage, type TestImage } from '../../test/support/images.ts'
import type { Bench, Effort, Reading } from '../benchmark.ts'
import { cleanly } from '../cleanly.ts'
import { runToEnd } from '../executions.ts'
import { serveBroker } from '../served-broker.ts'
import { inTurns, median, oneByOne } from '../statistics.ts'

const COMMAND = ['echo', 'done']

export const dockerExecution: Bench = {
  name: 'docker-execution',
  measures:
    'One execution of a container that prints a word and ends, on a real Docker Engine and the embedded database, over ' +
    'HTTP, from `POST /executions` until it is COMPLETED and everything was given back; one after another.',
  baseline:
    '`docker run --rm --network none` of the same image and command; without the program `docker` on the PATH, the ' +
    'requests to create, start, await and remove the container, sent to the same socket.',
  run: async (effort) => {
    const { address, missing } = dockerEngine()
    return address ? measure(address, effort) : [{ name: 'docker', skipped: missing ?? 'there is no engine' }]
  },
}

function measure(socket: string, { rounds, times }: Effort): Promise<Reading[]> {
  return cleanly(async (later) => {
    const image = await testImage(socket)
    later(() => image.remove())
    const broker = await serveBroker({ platforms: [{ type: 'docker', name: 'docker', socket }] })
    later(() => broker.close())
    const bare = bareRun(socket, image)
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
  })
}

interface BareRun {
  readonly name: string
  readonly run: () => Promise<unknown>
  readonly close: () => Promise<void>
}

function bareRun(socket: string, image: TestImage): BareRun {
  if (!hasDockerProgram()) return bareRequests(socket, image)
  const words = ['-H', `unix://${socket}`, 'run', '--rm', '--network', 'none', image.id, ...COMMAND]
  return {
    name: 'docker run',
    run: () => promisify(execFile)('docker', words),
    close: async () => undefined,
  }
}

function hasDockerProgram(): boolean {
  try {
    execFileSync('docker', ['--version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function bareRequests(socket: string, image: TestImage): BareRun {
  const client = new EngineClient(socket)
  const doing = 'a bare run'
  return {
    name: 'bare requests',
    run: async () => {
      const { body } = await client.ask<{ Id: string }>({
        method: 'POST',
        path: '/containers/create',
        body: { Image: image.id, Cmd: COMMAND, HostConfig: { NetworkMode: 'none' } },
        doing,
      })
      const path = `/containers/${body.Id}`
      await client.ask({ method: 'POST', path: `${path}/start`, doing })
      await client.ask({ method: 'POST', path: `${path}/wait`, doing })
      await client.ask({ method: 'DELETE', path, doing })
    },
    close: () => client.close(),
  }
}
