/** Reads what shall be run. Every kind of executable is part of the contract; containers are what there is to run them with. */
import type { DockerContainer } from '../domain/execution-request.ts'
import type { Schemas } from './contract.ts'
import { KIND, shortKind } from './kinds.ts'
import { readMeta, textOf } from './read-meta.ts'
import type { RequestNotes } from './request-notes.ts'

/** Reads an executable; undefined for one that cannot be run here, which is noted. */
export function readExecutable(wire: Schemas['Executable'], notes: RequestNotes): DockerContainer | undefined {
  if (wire.kind === KIND.dockerContainer) return readContainer(wire, notes)
  if (!textOf(wire.location)) notes.missing('/executable/location', 'where it is')
  notes.notSupported(
    '/executable/kind',
    `${shortKind(wire.kind)} is not run here yet; possible is ${shortKind(KIND.dockerContainer)}`,
  )
  return undefined
}

function readContainer(wire: Schemas['DockerContainer'], notes: RequestNotes): DockerContainer {
  const locations = (wire.image?.locations ?? []).map((location) => location.trim()).filter((text) => text !== '')
  if (locations.length === 0) notes.missing('/executable/image/locations', 'at least one image reference')
  const entrypoint = textOf(wire.entrypoint)
  return {
    type: 'docker-container',
    ...readMeta(wire.meta),
    image: {
      locations,
      ...(wire.image?.digest ? { digest: wire.image.digest } : {}),
      architecture: wire.image?.platform?.architecture ?? 'amd64',
      os: wire.image?.platform?.os ?? 'linux',
    },
    ...(entrypoint ? { entrypoint } : {}),
    command: wire.command ?? [],
    environment: { ...wire.environment },
    privileged: wire.privileged ?? false,
    ports: (wire.network?.ports ?? []).map((port, index) => readPort(port, index, notes)),
  }
}

function readPort(
  wire: Schemas['ContainerPort'],
  index: number,
  notes: RequestNotes,
): DockerContainer['ports'][number] {
  const pointer = `/executable/network/ports/${index}`
  if (wire.internal?.port === undefined) notes.missing(`${pointer}/internal/port`, 'a port number')
  if (wire.external)
    notes.invalid(`${pointer}/external`, wire.external, 'the broker chooses where the port is published')
  return {
    internalPort: wire.internal?.port ?? 0,
    protocol: wire.protocol ?? 'TCP',
    ...(wire.access ? { access: wire.access } : {}),
    ...(wire.path ? { path: wire.path } : {}),
  }
}
