/** What of a request an engine does not do. */
import { posix } from 'node:path'
import { portsPointer, type ExecutionRequest } from '../../domain/execution-request.ts'
import { UNPRIVILEGED, type Unsupported } from '../platform.ts'
import { WRITABLE, type Confinement } from './container-settings.ts'
import { normalArchitecture, type Engine } from './engine-facts.ts'
import { publishesPorts, type Connecting } from './networks.ts'

/** `engine` is undefined as long as it has not answered; then its operating system and architecture are not compared. */
export function unsupportedBy(
  { executable, compute }: ExecutionRequest,
  confinement: Connecting & Partial<Pick<Confinement, 'readOnlyRoot'>>,
  engine: Engine | undefined,
): Unsupported[] {
  const { type, privileged, ports, image } = executable
  const connecting: Connecting = confinement
  const unsupported: Unsupported[] = []
  const refuse = (pointer: string, reason: string) => unsupported.push({ pointer, reason })
  if (privileged) unsupported.push(UNPRIVILEGED)
  if (connecting.network !== 'none' && engine?.connects === false) refuse('/executable', NO_NETWORK)
  else if (!publishesPorts(connecting, engine))
    ports.forEach((_, index) => {
      const pointer = portsPointer(executable)
      refuse(type === 'docker-container' ? `${pointer}/${index}` : pointer, whyNoPorts(connecting))
    })
  if (engine && image.os !== engine.os) refuse('/executable/image/platform/os', `programs run under ${engine.os} here`)
  if (engine && normalArchitecture(image.architecture) !== engine.architecture)
    refuse('/executable/image/platform/architecture', `the processors here are ${engine.architecture}`)
  // The only way to keep Podman from copying what the image has there separates its parts by colons.
  compute.volumes.forEach(({ path }, index) => {
    if (!engine?.isPodman) return
    const pointer = `/compute/volumes/${index}/path`
    if (path.includes(':')) refuse(pointer, 'a path cannot have a colon here')
    // Podman has memory there whenever the root cannot be written to, and mounts nothing in its place.
    if (confinement.readOnlyRoot && WRITABLE.includes(posix.resolve(path)))
      refuse(pointer, `${path} is in the memory of programs here; choose another place, such as /data`)
  })
  return unsupported
}

const NO_NETWORK =
  'programs have a network here, and this engine can give them none until slirp4netns is installed and the broker started again'

function whyNoPorts({ publish }: Connecting): string {
  return publish
    ? 'programs have no network here, and this engine can give none to a program that does not also let it reach out'
    : 'ports of programs are not published here'
}
