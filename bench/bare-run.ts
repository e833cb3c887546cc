/** The baseline of what runs on an engine: the same container without a broker. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { EngineClient } from '../src/platforms/docker/engine-client.ts'
import { dockerEngine } from '../test/support/engines.ts'
import { testImage, type TestImage } from '../test/support/images.ts'
import type { Reading, Skipped } from './benchmark.ts'
import { cleanly, type Later } from './cleanly.ts'

export interface BareRun {
  readonly name: string
  /** Runs the container to its end and removes it. */
  readonly run: () => Promise<unknown>
  readonly close: () => Promise<void>
}

/** How a page says what a bare run is. */
export const BARE_RUN =
  '`docker run --rm --network none` of the same image and command; without the program `docker` on the PATH, the ' +
  'requests to create, start, await and remove the container, sent to the same socket.'

/** Measures on the Docker Engine with an image of its own, or says why there is none. */
export async function onDocker(
  measure: (socket: string, image: TestImage, later: Later) => Promise<readonly Reading[]>,
): Promise<readonly (Reading | Skipped)[]> {
  const { address, missing } = dockerEngine()
  if (!address) return [{ name: 'docker', skipped: missing ?? 'there is no engine' }]
  return cleanly(async (later) => {
    const image = await testImage(address)
    later(() => image.remove())
    return measure(address, image, later)
  })
}

/** A command in a container of an image, on the engine at a socket. */
export function bareRun(socket: string, image: TestImage, command: readonly string[]): BareRun {
  if (!hasDockerProgram()) return bareRequests(socket, image, command)
  const words = ['-H', `unix://${socket}`, 'run', '--rm', '--network', 'none', image.id, ...command]
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

function bareRequests(socket: string, image: TestImage, command: readonly string[]): BareRun {
  const client = new EngineClient(socket)
  const doing = 'a bare run'
  return {
    name: 'bare requests',
    run: async () => {
      const { body } = await client.ask<{ Id: string }>({
        method: 'POST',
        path: '/containers/create',
        body: { Image: image.id, Cmd: command, HostConfig: { NetworkMode: 'none' } },
        doing,
      })
      const path = `/containers/${body.Id}`
      await client.ask({ method: 'POST', path: `${path}/start`, doing })
      await client.ask({ method: 'POST', path: `${path}/wait`, doing, timeoutMs: 0 })
      await client.ask({ method: 'DELETE', path, doing })
    },
    close: () => client.close(),
  }
}
