/**
 * A check that volumes are mounted where the request says. The path of a mount is refused where the system of a container is,
 * but runtimes follow links of the image: with a link `/data` to `/sys/fs`, a mount at `/data` would be in the place of that.
 *
 * Podman shows the volume in the place of a link that it is mounted at, so the image is looked at in a container without
 * volumes, which is never started.
 */
import { posix } from 'node:path'
import type { Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import { outermost, SYSTEM_DIRECTORIES } from '../../domain/mount-path.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import type { Workload } from '../platform.ts'
import { isLink, statPath } from './archive.ts'
import { makeContainer, removeContainer } from './containers.ts'
import type { EngineClient } from './engine-client.ts'
import type { Marks } from './marks.ts'

/** As many links as Linux follows. */
const LINKS_MAX = 40
/** Of how many places in images it is remembered what they are. Images never change. */
const REMEMBERED_MAX = 10_000

type Place = { readonly is: 'nothing' | 'no link' } | { readonly is: 'link'; readonly to: string }

export class MountCheck {
  readonly #client: EngineClient
  readonly #clock: Clock
  readonly #marks: Marks
  readonly #known = new RecentMap<string, Place>(REMEMBERED_MAX)

  constructor(client: EngineClient, clock: Clock, marks: Marks) {
    this.#client = client
    this.#clock = clock
    this.#marks = marks
  }

  /** Throws PLATFORM_REFUSED for a mount that a link of the image leads to where the system is. */
  async assertPlain({ execution, imageId, mounts }: Workload): Promise<void> {
    const image = new ImageLook(this.#client, this.#clock, this.#marks, execution, imageId)
    try {
      // What lies in another mount is no part of the image.
      for (const path of outermost(mounts.map(({ path }) => path))) {
        const place = await this.#resolve(path, (at) => this.#placeAt(at, image))
        if (place !== undefined && !belongsToSystem(place)) continue
        const leads = place === undefined ? 'leads in a circle' : `leads to ${place}, which belongs to the system`
        throw new BrokerError('PLATFORM_REFUSED', `no volume is mounted at ${path}: a link there in the image ${leads}`)
      }
    } finally {
      await image.close()
    }
  }

  /** The target of a path of the image; undefined where its links have no end. */
  async #resolve(path: string, placeAt: (path: string) => Promise<Place>): Promise<string | undefined> {
    let place = '/'
    let rest = partsOf(path)
    for (let links = 0; rest.length > 0;) {
      const [part = '', ...after] = rest
      const next = posix.resolve(place, part)
      const found = await placeAt(next)
      if (found.is === 'nothing') return posix.resolve(next, ...after)
      if (found.is === 'link') {
        links += 1
        if (links > LINKS_MAX) return undefined
        rest = [...partsOf(found.to), ...after]
        place = '/'
        continue
      }
      place = next
      rest = after
    }
    return place
  }

  async #placeAt(path: string, image: ImageLook): Promise<Place> {
    // The engine makes these when it starts a container.
    if (belongsToSystem(path)) return { is: 'no link' }
    const key = `${image.id} ${path}`
    const known = this.#known.get(key)
    if (known) return known
    const found = await image.placeAt(path)
    this.#known.set(key, found)
    return found
  }
}

/** The files of an image, looked at in a container that is made at the first look. */
class ImageLook {
  readonly id: string
  readonly #client: EngineClient
  readonly #clock: Clock
  readonly #mark: ReturnType<Marks['look']>
  #isMade = false

  constructor(client: EngineClient, clock: Clock, marks: Marks, execution: ExecutionId, imageId: string) {
    this.id = imageId
    this.#client = client
    this.#clock = clock
    this.#mark = marks.look(execution)
  }

  async placeAt(path: string): Promise<Place> {
    if (!this.#isMade) {
      this.#isMade = true
      // An image without a program is refused; this one is never started.
      const settings = { Image: this.id, Cmd: ['none'], HostConfig: { NetworkMode: 'none' } }
      await makeContainer(this.#client, this.#mark, settings)
    }
    const stat = await statPath(this.#client, this.#mark.name, path)
    if (!stat) return { is: 'nothing' }
    return isLink(stat) ? { is: 'link', to: stat.linkTarget } : { is: 'no link' }
  }

  async close(): Promise<void> {
    if (this.#isMade) await removeContainer(this.#client, this.#clock, this.#mark)
  }
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

function belongsToSystem(path: string): boolean {
  const [top] = partsOf(path)
  return top === undefined || SYSTEM_DIRECTORIES.includes(top)
}
