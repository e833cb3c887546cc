/**
 * Whether the program of a container is there, before it is started.
 *
 * Under an init the engine starts the init and cannot tell that the program is missing: the container ends at once,
 * with 127 under Docker and with 1 under Podman, as if the program had done so. So it is looked for as the init will.
 */
import { posix } from 'node:path'
import { BrokerError } from '../../domain/errors.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import { isLink, statPath } from './archive.ts'
import type { ContainerDetails } from './engine-answers.ts'
import type { EngineClient, EngineRefusal } from './engine-client.ts'

/** What both engines set when neither the image nor the request has a PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const LINKS_MAX = 10
/** Bits of Go's `os.FileMode`, which has 32 of them; the bit operators of this language take the first for a sign. */
const DIRECTORY = 2 ** 31
const EXECUTABLE = 0o111

/** How many programs are remembered that were found: looking costs the engine as much as a small program does. */
const REMEMBERED_MAX = 1_000

export class ProgramCheck {
  /** What was found in images, which never change. */
  readonly #found = new RecentMap<string, true>(REMEMBERED_MAX)

  /** Throws PROGRAM_NOT_STARTED when the program of a container that was never started is certainly not there. */
  async assertThere(client: EngineClient, container: ContainerDetails): Promise<void> {
    const { Config, Image } = container
    // Podman keeps the empty text that takes away the entry point of an image.
    const program = Config.Entrypoint?.[0] || Config.Cmd?.[0]
    if (program === undefined) return
    const places = placesOf(program, Config)
    // A volume over a place of the image hides what was found, but of volumes nothing is certain anyway.
    const key = JSON.stringify([Image, places])
    if (this.#found.get(key)) return
    let fault = 'is not in the image'
    for (const path of places) {
      const found = await lookAt(client, container, path)
      if (found === 'program') {
        // With a volume in it, it is not certain that it was the image that had the program.
        if (!container.Mounts?.length) this.#found.set(key, true)
        return
      }
      if (found === 'other') fault = 'is not a program that can be executed'
    }
    throw new BrokerError('PROGRAM_NOT_STARTED', `'${program}' ${fault}`)
  }
}

/** Where a program may be: at its path, or in the directories of PATH when it is only a name. */
function placesOf(program: string, { Env, WorkingDir }: ContainerDetails['Config']): string[] {
  const directory = WorkingDir || '/'
  if (program.includes('/')) return [posix.resolve(directory, program)]
  const path = Env?.find((variable) => variable.startsWith('PATH='))?.slice('PATH='.length) || DEFAULT_PATH
  return path.split(':').map((place) => posix.resolve(directory, place, program))
}

async function lookAt(
  client: EngineClient,
  { Id, Mounts = [] }: ContainerDetails,
  path: string,
): Promise<'program' | 'other' | 'nothing'> {
  let place = path
  for (let links = 0; links < LINKS_MAX; links++) {
    // Podman follows links in a volume as if the volume were all there is, so nothing is certain there.
    if (Mounts.some(({ Destination }) => place.startsWith(`${Destination}/`))) return 'program'
    const stat = await statPath(client, Id, place)
    if (!stat) return 'nothing'
    if (!isLink(stat)) return stat.mode < DIRECTORY && stat.mode & EXECUTABLE ? 'program' : 'other'
    place = stat.linkTarget
  }
  return 'other'
}

/** Podman's fixed errors for a program that is missing or may not be executed. */
const PODMAN_FAULTS_OF_PROGRAM = [
  'OCI runtime attempted to invoke a command that was not found',
  'OCI permission denied',
]

/** True when a container was not started because of its program: without an init the engine finds that out itself. */
export function isFaultOfProgram({ reason }: EngineRefusal, container: ContainerDetails | undefined): boolean {
  // As in a shell: 126 is a program that cannot be executed, 127 one that is missing.
  const exitCode = container?.State.ExitCode
  return exitCode === 126 || exitCode === 127 || (reason !== undefined && PODMAN_FAULTS_OF_PROGRAM.includes(reason))
}
