/**
 * How the broker's things in an engine are named and labelled, so that they are found again without any list.
 *
 * A name is made from what it is of, so that making a thing twice is refused by the engine; the labels say whose it is.
 */
import type { ExecutionId } from '../../domain/ids.ts'
import type { VolumeRef } from '../platform.ts'
import type { VolumeDetails } from './engine-answers.ts'

export const LABELS = {
  broker: 'execution-broker.id',
  execution: 'execution-broker.execution',
  role: 'execution-broker.role',
  volume: 'execution-broker.volume',
} as const

/**
 * `run` is the container of an execution, `volume` a volume, `stage` the container that is never started and through
 * which files get into a volume, `look` the one in which an image is looked at, `network` the network of a container,
 * `probe` the container that shows what the engine can do.
 */
export type Role = 'run' | 'volume' | 'stage' | 'look' | 'network' | 'probe'

/** A thing of the broker in the engine: its name and its labels. */
export interface Mark {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** `eb-`, the broker, the execution, and the name of the volume within it. */
const VOLUME_NAME = /^eb-([a-z0-9]+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([a-z0-9-]+)$/
/** Suffixes that attempts to start and to stop a container add to its name; see `run-containers.ts` and `stopping.ts`. */
const RUN_SUFFIX = /^(?:-[0-9a-f]{8})?(?:-stopped)?$/

/** The thing of this broker that an object on an engine is. */
export type OwnMark =
  | { readonly role: 'run' | 'look' | 'network'; readonly execution: ExecutionId }
  | { readonly role: 'stage'; readonly execution: ExecutionId; readonly volume: string }

type Labels = Readonly<Record<string, string>> | null | undefined

export class Marks {
  readonly #broker: string

  /** `broker` tells brokers apart that share an engine: 6 to 12 of a-z and 0-9. */
  constructor(broker: string) {
    if (!/^[a-z0-9]{6,12}$/.test(broker)) throw new RangeError(`'${broker}' is no id of a broker`)
    this.#broker = broker
  }

  workload(execution: ExecutionId): Mark {
    return this.#mark('run', `${execution}-run`, { [LABELS.execution]: execution })
  }

  network(execution: ExecutionId): Mark {
    return this.#mark('network', `${execution}-net`, { [LABELS.execution]: execution })
  }

  volume({ execution, name }: VolumeRef): Mark {
    return this.#mark('volume', `${execution}-${name}`, { [LABELS.execution]: execution, [LABELS.volume]: name })
  }

  stage({ execution, name }: VolumeRef): Mark {
    return this.#mark('stage', `${execution}-${name}-stage`, { [LABELS.execution]: execution, [LABELS.volume]: name })
  }

  look(execution: ExecutionId): Mark {
    return this.#mark('look', `${execution}-look`, { [LABELS.execution]: execution })
  }

  probe(): Mark {
    return this.#mark('probe', 'probe', {})
  }

  /** The value of a `filters` parameter that leaves only what belongs to this broker, of one role and execution or of all. */
  filter(role?: Role, execution?: ExecutionId): string {
    const of = { [LABELS.broker]: this.#broker, [LABELS.role]: role, [LABELS.execution]: execution }
    const label = Object.entries(of).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    return JSON.stringify({ label })
  }

  /** The value of a `filters` parameter that leaves what has a name of this broker, whatever labels it has. */
  nameFilter(): string {
    return JSON.stringify({ name: [`eb-${this.#broker}-`] })
  }

  /**
   * Which volume of this broker something is; undefined for what is somebody else's. An engine that is shut down while it
   * makes a volume leaves one with its name and without any labels; such a name, with the id of an execution, is enough.
   */
  ownVolume({ Name, Labels }: VolumeDetails): VolumeRef | undefined {
    const [, broker, execution, name] = VOLUME_NAME.exec(Name) ?? []
    if (broker !== this.#broker || execution === undefined || name === undefined) return undefined
    const volume = { execution: execution as ExecutionId, name }
    const hasNone = Object.keys(Labels ?? {}).length === 0
    return hasNone || carries(Labels, this.volume(volume)) ? volume : undefined
  }

  /**
   * The thing of this broker that a container or a network is; undefined for what is somebody else's. Labels alone prove nothing: a
   * container takes over those of its image, which anybody may write. A name that agrees with them only the broker gives.
   */
  own(names: readonly string[], labels: Labels): OwnMark | undefined {
    const { role, execution, volume } = readLabels(labels)
    if (execution === undefined) return undefined
    const isOwn = (mark: Mark, suffix = /^$/) =>
      carries(labels, mark) && names.some((name) => isNameOf(mark, name, suffix))
    switch (role) {
      case 'run':
        return isOwn(this.workload(execution), RUN_SUFFIX) ? { role, execution } : undefined
      case 'look':
        return isOwn(this.look(execution)) ? { role, execution } : undefined
      case 'network':
        return isOwn(this.network(execution)) ? { role, execution } : undefined
      case 'stage':
        if (volume === undefined || !isOwn(this.stage({ execution, name: volume }))) return undefined
        return { role, execution, volume }
      default:
        return undefined
    }
  }

  #mark(role: Role, name: string, labels: Record<string, string>): Mark {
    return {
      name: `eb-${this.#broker}-${name}`,
      labels: { [LABELS.broker]: this.#broker, [LABELS.role]: role, ...labels },
    }
  }
}

/** Engines begin the names of containers with a slash. */
function isNameOf(mark: Mark, name: string, suffix: RegExp): boolean {
  const bare = name.replace(/^\//, '')
  return bare.startsWith(mark.name) && suffix.test(bare.slice(mark.name.length))
}

/** Whether what the engine has under a name is what the mark says, and not a thing of somebody else. */
export function carries(labels: Labels, mark: Mark): boolean {
  return Object.entries(mark.labels).every(([label, value]) => labels?.[label] === value)
}

/** The role, execution and volume that labels tell. */
export function readLabels(labels: Labels): { role?: string; execution?: ExecutionId; volume?: string } {
  const { [LABELS.role]: role, [LABELS.execution]: execution, [LABELS.volume]: volume } = labels ?? {}
  return {
    ...(role === undefined ? {} : { role }),
    ...(execution === undefined ? {} : { execution: execution as ExecutionId }),
    ...(volume === undefined ? {} : { volume }),
  }
}
