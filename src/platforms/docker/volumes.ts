/**
 * Volumes and the files in them.
 *
 * Files get in through the archive API of a container that mounts the volume and is never started (the stage), because
 * that works with an engine on another host too, and no program has to run for it. The stage is made when it is needed
 * and removed with its volume; it is found by its name, so a crash at any point leaves nothing that is not found again.
 */
import type { Clock } from '../../domain/clock.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { VolumeContent, VolumeFile, VolumeNames, VolumeRef, VolumeUse } from '../platform.ts'
import {
  archiveOf,
  directoriesTo,
  getFile,
  isFile,
  namesInDirectory,
  parentsOf,
  putArchive,
  putFile,
  statPath,
} from './archive.ts'
import { findContainer, makeContainer, remove, removeContainer } from './containers.ts'
import type { DiskUse, MeasuredVolume } from './engine-answers.ts'
import { EngineRefusal, type EngineClient } from './engine-client.ts'
import { helperImage, isOfHelper, VOLUMES_DIRECTORY } from './helper-image.ts'
import type { Marks } from './marks.ts'
import { volumeMount } from './volume-mount.ts'
import { diskUse, volumeDetails, volumeList } from './answer-shapes.ts'

/** Any user may write, and replace or remove what is there: the volume is one execution's alone. */
const ROOT_MODE = 0o777

/** The number of times that the engine is asked to measure when something is removed meanwhile. */
const MEASURE_ATTEMPTS = 10

export class Volumes {
  readonly #client: EngineClient
  readonly #clock: Clock
  readonly #marks: Marks
  readonly #architecture: () => Promise<string>

  /** `architecture` tells that of the engine. */
  constructor(client: EngineClient, clock: Clock, marks: Marks, architecture: () => Promise<string>) {
    this.#client = client
    this.#clock = clock
    this.#marks = marks
    this.#architecture = architecture
  }

  /** Makes the volume, with these directories in it. */
  async prepare(volume: VolumeRef, directories: readonly string[], isPodman: boolean): Promise<void> {
    await this.#make(volume, isPodman)
    const stage = await this.#stage(volume)
    const doing = `preparing the volume ${volume.name}`
    const root = { type: 'directory', mode: ROOT_MODE } as const
    // The mode of the root: Docker takes it from an entry in the directory that the volume is mounted in, Podman from
    // one for the volume itself, and each ignores the other.
    await putArchive(
      this.#client,
      stage,
      VOLUMES_DIRECTORY,
      await archiveOf([{ ...root, name: `${volume.name}/` }]),
      doing,
    )
    const inside = directories.flatMap(directoriesTo)
    await putArchive(this.#client, stage, placeOf(volume), await archiveOf([{ ...root, name: './' }, ...inside]), doing)
  }

  async writeFile(volume: VolumeRef, file: VolumeFile, signal: AbortSignal): Promise<void> {
    // A source that fails before it is read says so to nobody, which would end the process; reading it tells again.
    file.content.on('error', () => undefined)
    try {
      const stage = await this.#stage(volume)
      await putFile(this.#client, this.#clock, stage, placeOf(volume), file, signal)
      await this.#assertWhole(stage, volume, file)
    } finally {
      // When it was read to its end this changes nothing, and when the engine was not even asked it has to be let go.
      file.content.destroy()
    }
  }

  async readFile(volume: VolumeRef, path: string, signal: AbortSignal): Promise<VolumeContent | undefined> {
    const stage = await this.#stage(volume)
    const place = `${placeOf(volume)}/${path}`
    const found = await statPath(this.#client, stage, place)
    if (!found) return undefined
    if (!isFile(found)) throw new BrokerError('PLATFORM_REFUSED', `${path} is not a file`)
    return { sizeBytes: found.size, content: getFile(this.#client, stage, place, signal) }
  }

  async namesIn(volume: VolumeRef, signal: AbortSignal): Promise<VolumeNames> {
    return namesInDirectory(this.#client, await this.#stage(volume), placeOf(volume), signal)
  }

  async writeLink(volume: VolumeRef, path: string, target: string): Promise<void> {
    const stage = await this.#stage(volume)
    const archive = await archiveOf([...parentsOf(path), { type: 'symlink', name: path, linkname: target }])
    await putArchive(this.#client, stage, placeOf(volume), archive, `writing the link ${path}`)
  }

  /** The engines make a volume that a container mounts when it is not there, without its labels; that must not happen. */
  async assertThere(volumes: readonly VolumeRef[]): Promise<void> {
    const nameOf = (volume: VolumeRef) => this.#marks.volume(volume).name
    const names = new Set((await this.list()).map(nameOf))
    const missing = volumes.find((volume) => !names.has(nameOf(volume)))
    if (missing) throw new BrokerError('PLATFORM_REFUSED', `the volume ${missing.name} is not there`)
  }

  /** All volumes of this broker. */
  async list(): Promise<readonly VolumeRef[]> {
    const { body } = await this.#client.ask(
      {
        path: '/volumes',
        query: { filters: this.#marks.nameFilter() },
        doing: 'listing the volumes',
      },
      volumeList,
    )
    return (body.Volumes ?? []).flatMap((one) => this.#marks.ownVolume(one) ?? [])
  }

  /** How much each holds. The engine goes through all files for that. */
  async use(signal: AbortSignal): Promise<readonly VolumeUse[]> {
    return (await this.#measured(signal)).flatMap(({ one, bytes }) => {
      const volume = this.#marks.ownVolume(one)
      return volume ? [{ ...volume, bytes }] : []
    })
  }

  /** The bytes in each volume of the engine, by its name there, whosever it is. */
  async sizes(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#measured(signal)).map(({ one, bytes }) => [one.Name, bytes]))
  }

  async #measured(signal: AbortSignal): Promise<readonly { one: MeasuredVolume; bytes: number }[]> {
    const body = await this.#diskUse(signal, MEASURE_ATTEMPTS)
    const all = (body.Volumes ?? body.VolumeUsage?.Items ?? []).map((one) => ({
      one,
      bytes: one.UsageData?.Size ?? -1,
    }))
    return all.filter(({ bytes }) => bytes >= 0)
  }

  /** Podman gives up when a container or volume is removed while it goes through them, so it is asked again. */
  async #diskUse(signal: AbortSignal, attempts: number): Promise<DiskUse> {
    const query = { type: 'volume', verbose: 1 }
    const question = { path: '/system/df', query, doing: 'measuring the volumes', timeoutMs: 0, signal }
    try {
      return (await this.#client.ask(question, diskUse)).body
    } catch (error) {
      if (attempts === 1 || !isOfRemoved(error)) throw error
      return this.#diskUse(signal, attempts - 1)
    }
  }

  async release(volume: VolumeRef): Promise<void> {
    await removeContainer(this.#client, this.#clock, this.#marks.stage(volume))
    const mark = this.#marks.volume(volume)
    const { status, body } = await this.#client.ask(
      {
        path: `/volumes/${mark.name}`,
        doing: `looking for the volume ${mark.name}`,
        answers: [404],
      },
      volumeDetails,
    )
    if (status === 404 || !this.#marks.ownVolume(body)) return
    const doing = `removing the volume ${mark.name}`
    await remove(this.#client, this.#clock, { path: `/volumes/${mark.name}`, doing })
  }

  async #make(volume: VolumeRef, isPodman: boolean): Promise<void> {
    const mark = this.#marks.volume(volume)
    const { body } = await this.#client.ask(
      {
        method: 'POST',
        path: '/volumes/create',
        body: {
          Name: mark.name,
          Driver: 'local',
          Labels: mark.labels,
          // A fixed owner keeps Podman from giving the volume the mode and owner of the image's directory when the first
          // program starts that mounts it. https://docs.podman.io/en/v4.3/markdown/podman-volume-create.1.html
          ...(isPodman ? { DriverOpts: { o: 'uid=0,gid=0' } } : {}),
        },
        doing: `making the volume ${mark.name}`,
      },
      volumeDetails,
    )
    // Both engines give the volume that is there already, whosever it is.
    if (!this.#marks.ownVolume(body))
      throw new BrokerError(
        'PLATFORM_REFUSED',
        `The engine has a volume ${mark.name} that does not belong to this broker`,
      )
  }

  /** The name of the stage of a volume, which is there afterwards. */
  async #stage(volume: VolumeRef): Promise<string> {
    const mark = this.#marks.stage(volume)
    const architecture = await this.#architecture()
    const found = await findContainer(this.#client, mark)
    // One of another version may have been made from an image that was believed for its label.
    const isOurs = found !== undefined && (await isOfHelper(found.Image, architecture))
    if (found && !isOurs) await removeContainer(this.#client, this.#clock, mark)
    if (!isOurs) {
      await this.assertThere([volume])
      await makeContainer(this.#client, mark, {
        Image: await helperImage(this.#client, architecture),
        // An image without a program is refused; this one is never started.
        Cmd: ['none'],
        HostConfig: {
          NetworkMode: 'none',
          Mounts: [volumeMount(this.#marks, volume, placeOf(volume))],
        },
      })
    }
    return mark.name
  }

  /** Some versions of Podman have said yes before they began to write, so what has arrived is looked at. */
  async #assertWhole(stage: string, volume: VolumeRef, { path, sizeBytes }: VolumeFile): Promise<void> {
    const written = await statPath(this.#client, stage, `${placeOf(volume)}/${path}`)
    if (written?.size === sizeBytes) return
    const detail = `the engine has kept ${written?.size ?? 0} of the ${sizeBytes} bytes of ${path}; its disk may be full`
    throw new BrokerError('NO_SPACE', detail)
  }
}

function placeOf({ name }: VolumeRef): string {
  return `${VOLUMES_DIRECTORY}/${name}`
}

/** True for the words of an engine about a container or volume that was listed a moment ago and is gone. */
function isOfRemoved(error: unknown): boolean {
  return error instanceof EngineRefusal && /no such (container|volume)/i.test(error.words)
}
