/**
 * Presents what the broker knows in the words of the contract. Null and empty values are left out: they are `undefined`
 * here, which no notation writes. To copy every answer once more without them took as long as to write it. Fields are
 * named one by one, not spread: objects of one form each are made and written faster.
 */
import { formatDuration, formatInstant, formatStartWindow, type Instant } from '../domain/dates.ts'
import type { ChangeRanges } from '../domain/execution-change.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { ComponentPhase } from '../domain/component-lifecycle.ts'
import {
  componentPlaces,
  firstPositions,
  type ComponentFamily,
  type Estimate,
  type ExecutionPlan,
  type PlannedAccelerators,
} from '../domain/execution-plan.ts'
import { componentId, type ExecutionId, type OfferSetId } from '../domain/ids.ts'
import type { Message } from '../domain/message.ts'
import type { Spelling } from '../domain/spelling.ts'
import type { Cause } from '../domain/transition-table.ts'
import { filled } from './compact.ts'
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'
import { executionOptions, offerSetOptions } from './options.ts'
import { endpointsNow, presentConnectors, presentNetwork } from './present-connectors.ts'
import { presentContainer } from './present-container.ts'
import { PresentedCosts } from './present-costs.ts'
import { plannedMessages, presentMessages } from './present-messages.ts'
import { presentSchedule, timesOf } from './present-schedule.ts'
import { textOf } from './read-meta.ts'
import { executionPath, publishedExecution, publishedOfferSet } from './spell.ts'

/** What is shown of an offer set. */
export interface OfferSetView {
  readonly id: OfferSetId
  readonly name?: string
  readonly description?: string
  readonly spelling: Spelling
  readonly result: 'YES' | 'NO'
  readonly messages: readonly Message[]
  readonly createdAt: Instant
  readonly expiresAt: Instant
  readonly offers: readonly ExecutionView[]
  /** False when the reader may not change it; nothing is offered to be changed then. */
  readonly mayUpdate?: boolean
}

/** What is shown of an execution. */
export interface ExecutionView {
  readonly id: ExecutionId
  readonly offerSetId: OfferSetId
  readonly name?: string
  readonly description?: string
  readonly phase: ExecutionPhase
  readonly createdAt: Instant
  readonly modifiedAt: Instant
  readonly expiresAt: Instant
  readonly startAt?: Instant
  readonly prepareAt?: Instant
  readonly startedAt?: Instant
  readonly endAt?: Instant
  readonly endedAt?: Instant
  readonly exitCode?: number
  readonly givenBackAt?: Instant
  readonly compactedAt?: Instant
  readonly plan: ExecutionPlan
  /** The user name of its owner; only for readers who look after the broker. */
  readonly user?: string | undefined
  /** False when the reader may not change it; nothing is offered to be changed then. */
  readonly mayUpdate?: boolean
  /** True when the reader may enter the server that it is; only then is the way in shown. */
  readonly mayEnter?: boolean
  /** What there is room for to change; nothing where that was not looked up. */
  readonly ranges?: ChangeRanges
  /** By position; an offer that was not accepted has none yet, and nothing was said or happened since it was made. */
  readonly components?: readonly {
    readonly position: number
    readonly phase: ComponentPhase
    readonly detail?: Readonly<Record<string, unknown>>
  }[]
  readonly messages?: readonly (Message & { readonly position?: number })[]
  readonly history?: readonly {
    readonly toPhase: ExecutionPhase
    readonly at: Instant
    readonly event: string
    readonly cause: Cause
  }[]
}

type Component = Schemas['Executable' | 'ComputeResource' | 'StorageResource' | 'DataResource' | 'VolumeMount']

/** The first segment of the path of a component. */
export const COMPONENT_PATHS: Readonly<Record<ComponentFamily, string>> = {
  executable: 'executables',
  compute: 'compute',
  storage: 'storage',
  data: 'data',
  volume: 'volumes',
}

/** Makes the URL of a path of the service. */
export type Link = (path: string) => string

/** Presents an offer set, in the spelling in which it was asked for. */
export function presentOfferSet(view: OfferSetView, link: Link): Schemas['OfferSet'] {
  const offers = view.offers.map((offer) => presentExecution(offer, link, view.spelling))
  const presented: Schemas['OfferSet'] = {
    kind: KIND.offerSet,
    meta: {
      uuid: view.id,
      name: view.name,
      description: textOf(view.description),
      url: link(`/offersets/${view.id}`),
      created: formatInstant(view.createdAt),
      messages: presentMessages(view.messages),
      options: view.mayUpdate === false ? undefined : filled(offerSetOptions(view.offers)),
    },
    result: view.result,
    description: view.spelling === 'published' ? textOf(view.description) : undefined,
    expires: view.offers.length > 0 ? formatInstant(view.expiresAt) : undefined,
    offers: filled(offers),
  }
  return view.spelling === 'published' ? publishedOfferSet(presented) : presented
}

/** Presents an execution in a spelling. */
export function presentExecution(view: ExecutionView, link: Link, spelling: Spelling): Schemas['Offer'] {
  const presented = presentOwn(view, link)
  return spelling === 'published' ? publishedExecution(presented, link) : presented
}

function presentOwn(view: ExecutionView, link: Link): Schemas['Execution'] {
  const parts = new Parts(view, link)
  const { costs, metrics } = parts.costs.execution()
  return {
    kind: KIND.execution,
    meta: {
      uuid: view.id,
      name: view.name,
      description: textOf(view.description),
      url: link(executionPath('own', view.id)),
      created: parts.created,
      modified: formatInstant(view.modifiedAt),
      messages: presentMessages((view.messages ?? []).filter(({ position }) => position === undefined)),
      options: view.mayUpdate === false ? undefined : executionOptions(view),
    },
    costs,
    metrics,
    phase: view.phase,
    expires: formatInstant(view.expiresAt),
    schedule: presentSchedule(view),
    executable: parts.executable(),
    compute: parts.compute(),
    storage: filled(view.plan.storage.map((_, index) => parts.storage(index))),
    data: filled(view.plan.data.map((_, index) => parts.data(index))),
    connectors: filled(presentConnectors(view)),
    platform: { name: view.plan.platform, pool: view.plan.pool },
    user: view.user,
    offerset: link(`/offersets/${view.offerSetId}`),
    history: [
      { phase: 'OFFERED' as const, since: parts.created, event: 'offer', cause: 'broker' as const },
      ...(view.history ?? []).map(({ toPhase, at, event, cause }) => ({
        phase: toPhase,
        since: formatInstant(at),
        event,
        cause,
      })),
    ],
  }
}

/** Presents the component at a position of an execution's plan; undefined when the plan has none there. */
export function presentComponent(
  view: ExecutionView,
  link: Link,
  family: ComponentFamily,
  position: number,
): Component | undefined {
  const place = componentPlaces(view.plan)[position]
  if (place?.family !== family) return undefined
  const parts = new Parts(view, link)
  const present: Record<ComponentFamily, (index: number) => Component> = {
    executable: () => parts.executable(),
    compute: () => parts.compute(),
    storage: (index) => parts.storage(index),
    data: (index) => parts.data(index),
    volume: (index) => parts.volume(index),
  }
  return present[family](place.index)
}

function presentAccelerators({ count, type }: PlannedAccelerators): Schemas['Accelerators'] {
  return { min: count, max: count, ...(type === undefined ? {} : { type }) }
}

/** The components of one execution, each with its id, phase, messages and times. */
class Parts {
  readonly costs: PresentedCosts
  /** When the execution was made, and its parts with it. */
  readonly created: string
  readonly #view: ExecutionView
  readonly #link: Link
  /** The position of the first component of each family. */
  readonly #first: Readonly<Record<ComponentFamily, number>>

  constructor(view: ExecutionView, link: Link) {
    this.#view = view
    this.#link = link
    this.#first = firstPositions(view.plan)
    this.costs = new PresentedCosts(view)
    this.created = formatInstant(view.createdAt)
  }

  executable(): Schemas['Executable'] {
    const { plan, exitCode, id, startAt, compactedAt } = this.#view
    const { spec, estimate } = plan.executable
    const { meta, phase, schedule } = this.#lifecycle('executable', 0, spec, estimate, plan.slot.prepareMs)
    const hasStreams = startAt !== undefined && compactedAt === undefined
    const streams = hasStreams ? { stdout: this.#stream(id, 'stdout'), stderr: this.#stream(id, 'stderr') } : undefined
    if (spec.type === 'jupyter-notebook')
      return {
        kind: KIND.jupyterNotebook,
        meta,
        phase,
        schedule,
        streams,
        exitCode,
        location: spec.location,
        mode: spec.mode,
      }
    const { image, privileged, entrypoint, command, environment, network } = presentContainer(spec)
    const endpoints = endpointsNow(this.#view)
    return {
      kind: KIND.dockerContainer,
      meta,
      phase,
      schedule,
      streams,
      exitCode,
      image,
      privileged,
      entrypoint,
      command,
      environment,
      network: endpoints.length > 0 ? presentNetwork(spec, endpoints) : network,
    }
  }

  #stream(id: ExecutionId, name: string): Schemas['OutputStream'] {
    return { locations: [this.#link(`/streams/${id}/${name}`)] }
  }

  compute(): Schemas['ComputeResource'] {
    const { compute } = this.#view.plan
    const { estimate } = compute
    const { meta, phase, schedule } = this.#lifecycle('compute', 0, compute, estimate, estimate.prepareMs)
    const { costs, metrics } = this.costs.compute()
    return {
      kind: KIND.simpleCompute,
      meta,
      phase,
      schedule,
      costs,
      metrics,
      cores: { min: compute.cores, max: compute.cores },
      memory: { min: compute.memoryGib, max: compute.memoryGib },
      accelerators: compute.accelerators && presentAccelerators(compute.accelerators),
      volumes: filled(compute.volumes.map((_, index) => this.volume(index))),
    }
  }

  volume(index: number): Schemas['VolumeMount'] {
    const { volumes } = this.#view.plan.compute
    const volume = volumes[index] as (typeof volumes)[number]
    return {
      kind: KIND.simpleVolumeMount,
      meta: this.#meta('volume', index, volume),
      path: volume.path,
      mode: volume.mode,
      resource: this.#id(volume.target.family, volume.target.index),
    }
  }

  storage(index: number): Schemas['StorageResource'] {
    const { plan } = this.#view
    const storage = plan.storage[index] as (typeof plan.storage)[number]
    const { meta, phase, schedule } = this.#lifecycle('storage', index, storage, storage.estimate, plan.slot.prepareMs)
    const { costs, metrics } = this.costs.storage(index)
    return {
      kind: KIND.simpleStorage,
      meta,
      phase,
      schedule,
      costs,
      metrics,
      size: { min: storage.sizeGib, max: storage.sizeGib },
      data: filled(plan.data.flatMap(({ spec }, data) => (spec.storage === index ? [this.#id('data', data)] : []))),
    }
  }

  data(index: number): Schemas['DataResource'] {
    const { plan } = this.#view
    const { spec, estimate } = plan.data[index] as (typeof plan.data)[number]
    const beforeMs = plan.slot.prepareMs - (plan.storage[spec.storage]?.estimate.prepareMs ?? 0)
    const { meta, phase, schedule } = this.#lifecycle('data', index, spec, estimate, beforeMs)
    const { costs, metrics } = this.costs.data(index)
    return {
      kind: KIND.simpleData,
      meta,
      phase,
      schedule,
      costs,
      metrics,
      location: spec.location,
      access: spec.access,
      saveOnFailure: spec.saveOnFailure,
      storage: this.#id('storage', spec.storage),
    }
  }

  /** What every component with a life has; `beforeMs` is how long before the start its preparation begins. */
  #lifecycle(
    family: ComponentFamily,
    index: number,
    named: { name?: string; description?: string },
    estimate: Estimate,
    beforeMs: number,
  ) {
    const { from, range, runMs, endAt } = timesOf(this.#view)
    const position = this.#position(family, index)
    const readyAt = from - beforeMs + estimate.prepareMs
    return {
      meta: this.#meta(family, index, named),
      phase: this.#view.components?.find((component) => component.position === position)?.phase ?? this.#phaseOfOffer(),
      schedule: {
        preparing: { start: formatInstant(from - beforeMs), duration: formatDuration(estimate.prepareMs) },
        available: {
          start: formatStartWindow({ fromAt: readyAt, toAt: readyAt + range }),
          duration: formatDuration(from + runMs - readyAt),
        },
        releasing: { start: formatInstant(endAt), duration: formatDuration(estimate.releaseMs) },
      },
    }
  }

  /** An offer's components exist in its plan only: they wait for it to be accepted, or have ended with it. */
  #phaseOfOffer(): ComponentPhase {
    return executionLifecycle.isTerminal(this.#view.phase) ? 'CANCELLED' : 'INITIALIZING'
  }

  #meta(
    family: ComponentFamily,
    index: number,
    { name, description }: { name?: string; description?: string },
  ): Schemas['ComponentMetadata'] {
    const { plan, messages = [] } = this.#view
    const position = this.#position(family, index)
    const uuid = this.#id(family, index)
    return {
      uuid,
      name,
      description,
      url: this.#link(`/${COMPONENT_PATHS[family]}/${uuid}`),
      created: this.created,
      messages: presentMessages([
        ...plannedMessages(plan, family, index),
        ...messages.filter((said) => said.position === position),
      ]),
    }
  }

  #id(family: ComponentFamily, index: number): string {
    return componentId(this.#view.id, this.#position(family, index))
  }

  #position(family: ComponentFamily, index: number): number {
    return this.#first[family] + index
  }
}
