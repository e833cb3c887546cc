/** What the demonstration runs on: an engine with an image that was made for it, or the simulated platform. */
import type { NamedPlatform } from '../../src/config.ts'
import { isBrokerError } from '../../src/domain/errors.ts'
import type { EnginePlaces } from '../../src/engine-places.ts'
import { NOTHING_ANSWERS, whyUnreached } from '../../src/platforms-here.ts'
import { EngineClient } from '../../src/platforms/docker/engine-client.ts'
import {
  findChecksumProgram,
  hasHelperImage,
  makeChecksumImage,
  removeHelperImage,
  type ChecksumImage,
  type ChecksumProgram,
} from './checksum-image.ts'

/** Where the checksum is computed, and how a request says so. */
export interface DemoPlatform {
  readonly config: NamedPlatform
  readonly real: boolean
  /** What a person should know about it. */
  readonly notes: readonly string[]
  readonly image: { readonly location: string; readonly architecture: string }
  readonly entrypoint: string | undefined
  readonly command: (path: string) => string[]
  /** Takes away what was made. */
  remove(): Promise<void>
}

/** Finds an engine among the sockets and makes the image there; without one, or without a program to take along, simulates. */
export async function choosePlatform(wanted: 'auto' | 'simulated', engines: EnginePlaces): Promise<DemoPlatform> {
  if (wanted === 'simulated') return simulated('As you asked, containers are simulated: nothing is really run.')
  const unreached = [...engines.refused]
  for (const socket of engines.sockets) {
    const client = new EngineClient(socket)
    const product = await productAt(client, unreached)
    if (product === undefined) {
      await client.close()
      continue
    }
    const program = findChecksumProgram()
    if (program) return onEngine(client, socket, product, program)
    await client.close()
    return simulated(
      `${product} answers at ${socket}, but this machine has no program to make an image of, so containers are simulated: nothing is really run.`,
    )
  }
  return simulated(...unreached, NOTHING_ANSWERS)
}

/** The engine's name; undefined, and why in `unreached`, where none answers. */
async function productAt(client: EngineClient, unreached: string[]): Promise<string | undefined> {
  try {
    const { body } = await client.ask<{ Version: string; Components?: { Name: string }[] }>({
      path: '/version',
      doing: 'looking for an engine',
      timeoutMs: 5_000,
    })
    const podman = body.Components?.some(({ Name }) => Name.startsWith('Podman'))
    return `${podman ? 'Podman' : 'Docker Engine'} ${body.Version}`
  } catch (error) {
    if (!isBrokerError(error)) throw error
    unreached.push(...whyUnreached(error))
    return undefined
  }
}

async function onEngine(
  client: EngineClient,
  socket: string,
  product: string,
  program: ChecksumProgram,
): Promise<DemoPlatform> {
  const hadHelper = await hasHelperImage(client)
  const image: ChecksumImage = await makeChecksumImage(client, program)
  return {
    config: { type: 'docker', name: 'docker', socket },
    real: true,
    notes: [
      `Containers run on ${product} at ${socket}.`,
      `The image ${image.location} was made here of ${program.path}, so no registry is needed.`,
    ],
    image,
    entrypoint: program.path,
    command: program.args,
    remove: async () => {
      await image.remove()
      if (!hadHelper) await removeHelperImage(client)
      await client.close()
    },
  }
}

function simulated(...notes: string[]): DemoPlatform {
  return {
    config: { type: 'simulated', name: 'simulated' },
    real: false,
    notes,
    image: { location: 'localhost/execution-broker-demo:simulated', architecture: 'amd64' },
    entrypoint: undefined,
    command: (path) => ['sha256sum', path],
    remove: async () => undefined,
  }
}
