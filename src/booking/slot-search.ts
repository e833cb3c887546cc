/**
 * Looks for the slots in which a request fits into one pool. Pure.
 */
import type { Instant, StartWindow } from '../domain/dates.ts'
import type { Estimate, ExecutionPlan, PlannedAccelerators, PlannedSlot } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Maintenance } from '../domain/pool-capacity.ts'
import type { PriceList } from '../domain/price-list.ts'
import { RESOURCES, type Amounts, type Resource } from '../domain/resources.ts'
import { holds, type HeldTimes } from './holds.ts'
import { graceMsFor, leastAmounts, prepareMs, releaseMs, storageSizes, type Survey } from './needs.ts'
import type { OwnOpenSets } from './open-sets.ts'
import { mostDuring, OWN_SETS_MAX, shareOf, type OwnInTheWay } from './open-share.ts'
import { opposite, type Hold, type PoolProfile } from './profile.ts'
import { pricedStarts, supposedStarts } from './supposed-starts.ts'

/** A pool that could run a request. */
export interface Candidate {
  readonly platform: string
  readonly pool: string
  readonly poolId: number
  /** The most that the pool ever has. */
  readonly capacity: Amounts
  /** What its accelerators are called; undefined where it has none or nothing is said of them. */
  readonly acceleratorType?: string
  readonly profile: PoolProfile
  readonly survey: Survey
  /** What its resources cost; undefined where nothing is said of it. */
  readonly prices?: PriceList
  /** The windows in which it has less than usual, and what they keep from everybody; undefined where there are none. */
  readonly maintenance?: { readonly windows: readonly Maintenance[]; readonly withheld: readonly Hold[] }
  /** The open offer sets of the one who asks; undefined where there are none. */
  readonly own?: OwnOpenSets
}

/** A pool that could run a request and lets nothing new in. */
export interface ClosedPool extends Omit<Candidate, 'profile' | 'own' | 'maintenance'> {
  /** The operator's sentence on why; undefined where none was given. */
  readonly reason?: string
}

/** The limits of a site on what is offered. */
export interface OfferLimits {
  readonly offersMax: number
  /** How long a client may take to accept; 0 for one that accepts at once. */
  readonly lifetimeMs: number
  /** The least time that a client has to accept an offer that starts soon; never longer than `lifetimeMs`. */
  readonly decideMs: number
  /** Nothing starts later than this from now. */
  readonly horizonMs: number
  readonly durationMaxMs: number
  /** The longest grace period between SIGTERM and SIGKILL. */
  readonly graceMs: number
  /** The share of a pool that open offers of one owner may hold at any instant; undefined where there is no limit. */
  readonly openShare?: number | undefined
}

/** An offer as planned, with what it holds. */
export interface PlannedOffer {
  readonly plan: ExecutionPlan
  readonly expiresAt: Instant
  readonly holds: readonly Hold[]
  /** True if it holds more than open offers of one owner may, so that nothing else of theirs may be held beside it. */
  readonly isBeyondShare: boolean
}

/** Whether the accelerators of a pool are of the kind that a request asks for, if it asks for one. */
export function hasAccelerators(
  { acceleratorType }: Pick<Candidate, 'acceleratorType'>,
  { compute }: ExecutionRequest,
): boolean {
  const wanted = compute.accelerators?.type?.toLowerCase()
  return wanted === undefined || wanted === acceleratorType?.toLowerCase()
}

/** True if a pool has what a request asks for at least, when it is empty. */
export function hasLeast(pool: ClosedPool | Candidate, request: ExecutionRequest): boolean {
  const least = leastAmounts(request, pool.survey)
  if (least.accelerators > 0 && !hasAccelerators(pool, request)) return false
  return RESOURCES.every((resource) => least[resource] <= pool.capacity[resource])
}

/** A search in one pool. */
export class SlotSearch {
  readonly candidate: Candidate
  readonly #request: ExecutionRequest
  readonly #limits: OfferLimits
  readonly #now: Instant
  readonly #prepareMs: number
  #supposed: ReadonlyMap<Instant, ExecutionPlan> | undefined
  /** Amounts that open offers of one owner may hold; undefined where there is no limit. */
  readonly share: Amounts | undefined

  constructor(request: ExecutionRequest, candidate: Candidate, limits: OfferLimits, now: Instant) {
    this.candidate = candidate
    this.#request = request
    this.#limits = limits
    this.#now = now
    this.#prepareMs = prepareMs(candidate.survey)
    this.share = limits.openShare === undefined ? undefined : shareOf(candidate.capacity, limits.openShare)
  }

  get least(): Amounts {
    return leastAmounts(this.#request, this.candidate.survey)
  }

  /** The most that the client can use here, and may hold. */
  get most(): Amounts {
    const { cores, memory, accelerators } = this.#request.compute
    const most = this.share ?? this.candidate.capacity
    const least = this.least
    return {
      cores: Math.max(least.cores, Math.min(cores.max, most.cores)),
      memory: Math.max(least.memory, Math.min(memory.max, most.memory)),
      storage: least.storage,
      accelerators: this.#hasAccelerators
        ? Math.max(least.accelerators, Math.min(accelerators?.max ?? 0, most.accelerators))
        : 0,
    }
  }

  get fitsPool(): boolean {
    return hasLeast(this.candidate, this.#request)
  }

  get #hasAccelerators(): boolean {
    return hasAccelerators(this.candidate, this.#request)
  }

  /** The earliest offer of these amounts that starts at `fromAt` or later within the asked windows. */
  earliest(amounts: Amounts, fromAt: Instant): PlannedOffer | undefined {
    const found = this.#windows()
      .map((window) => this.#slotIn(amounts, window, fromAt))
      .filter((slot) => slot !== undefined)
      .sort((a, b) => a.slot.startAt - b.slot.startAt)
    return found[0] && this.#offer(amounts, found[0])
  }

  /** As `earliest`, of the least amounts, for a client to whom the start matters: the program never starts before it. */
  fixed(fromAt: Instant): PlannedOffer | undefined {
    const offer = this.earliest(this.least, fromAt)
    if (!offer) return undefined
    const { slot } = offer.plan
    return { ...offer, plan: { ...offer.plan, slot: { ...slot, earliestAt: slot.startAt } } }
  }

  /** The windows that were asked for, up to the horizon. */
  #windows(): StartWindow[] {
    const horizonAt = this.#now + this.#limits.horizonMs
    if (this.#request.starts.length === 0) return [{ fromAt: this.#now, toAt: horizonAt }]
    return this.#request.starts.map(({ fromAt, toAt }) => ({ fromAt, toAt: Math.min(toAt, horizonAt) }))
  }

  /**
   * Plans of offers of the least amounts, by the start, whether that is free or not: at the starts among which
   * costs differ, earliest first. Starts at the same time of day share a plan.
   */
  get supposed(): ReadonlyMap<Instant, ExecutionPlan> {
    return (this.#supposed ??= new Map(
      [...this.#supposedStarts()]
        .flatMap(([, starts]) => {
          const [first = 0] = starts
          const { plan } = this.#offer(this.least, this.#slotAt(first, first))
          return starts.map((startAt) => [startAt, plan] as const)
        })
        .sort(([a], [b]) => a - b),
    ))
  }

  #supposedStarts(): ReadonlyMap<number, readonly Instant[]> {
    return supposedStarts({
      windows: this.#windows(),
      soonestAt: this.#now + this.#prepareMs,
      durationMs: this.#request.durationMs,
      isHourly: (this.candidate.prices?.carbon?.length ?? 0) > 1,
      parts: this.#parts,
    })
  }

  /** The most starts at which a plan is priced in one go. */
  get pricedStarts(): number {
    return pricedStarts(this.#parts)
  }

  get #parts(): number {
    return 1 + this.#request.storage.length + this.#request.data.length
  }

  /** The first start of an offer that can be accepted for its whole lifetime. */
  get unhurriedFrom(): Instant {
    return this.#now + this.#limits.lifetimeMs + this.#prepareMs
  }

  /**
   * When the least amounts would be free: from the first window that was asked for on, or else from now; and what is
   * short until then.
   */
  next(): { startAt: Instant | undefined; resource: Resource | undefined } {
    let resource: Resource | undefined
    const horizonAt = this.#now + this.#limits.horizonMs
    const from = (fromAt: Instant) =>
      this.#slotIn(this.least, { fromAt, toAt: horizonAt }, fromAt, (short) => (resource ??= short))
    const wishedAt = Math.min(...this.#request.starts.map(({ fromAt }) => fromAt))
    const found = (wishedAt > this.#now && Number.isFinite(wishedAt) ? from(wishedAt) : undefined) ?? from(this.#now)
    return { startAt: found?.slot.startAt, resource: resource ?? this.#conflictInWindows() }
  }

  /** The maintenance without which the least amounts would be offered. */
  maintenanceInTheWay(): Maintenance[] {
    const { maintenance, profile } = this.candidate
    if (!maintenance) return []
    const without = maintenance.withheld.map(opposite)
    const freed = profile.during(without, () => this.earliest(this.least, Number.NEGATIVE_INFINITY))?.holds ?? []
    return maintenance.windows.filter(({ most, fromAt, toAt }) =>
      freed.some((hold) => most[hold.resource] !== undefined && hold.fromAt < toAt && fromAt < hold.toAt),
    )
  }

  /** The own open offers without which the least amounts could start before an instant; undefined when there are none. */
  ownInTheWay(beforeAt: Instant): OwnInTheWay | undefined {
    const { own, profile } = this.candidate
    const soonestAt = Math.min(...this.#windows().map(({ fromAt }) => Math.max(fromAt, this.#now + this.#prepareMs)))
    if (!own || beforeAt <= soonestAt) return undefined
    const sets = own.first(OWN_SETS_MAX)
    const held = sets.flatMap((set) => set.holds)
    const alone = new SlotSearch(this.#request, { ...this.candidate, own: undefined }, this.#limits, this.#now)
    const freed = profile.during(held.map(opposite), () => alone.earliest(this.least, Number.NEGATIVE_INFINITY))
    if (!freed || freed.plan.slot.startAt >= beforeAt) return undefined
    const { capacity } = this.candidate
    const found = freed.holds
      .map((hold) => ({ resource: hold.resource, amount: mostDuring(hold, held) }))
      .sort((a, b) => b.amount / capacity[b.resource] - a.amount / capacity[a.resource])[0]
    if (!found || found.amount === 0) return undefined
    return { ...found, untilAt: Math.max(...sets.map(({ expiresAt }) => expiresAt)) }
  }

  /** What is short in the windows that were asked for. */
  #conflictInWindows(): Resource | undefined {
    let resource: Resource | undefined
    for (const window of this.#request.starts) {
      this.#slotIn(this.least, window, window.fromAt, (short) => (resource ??= short))
    }
    return resource
  }

  /** Moves the start on, from `fromAt` within a window, until everything fits or the window is over. */
  #slotIn(
    amounts: Amounts,
    { fromAt: earliestAt, toAt }: StartWindow,
    fromAt: Instant,
    onShort?: (resource: Resource) => void,
  ): FoundSlot | undefined {
    // Where the window ends before the client has had its time to decide, so does the offer.
    const readyAt = this.#now + this.#prepareMs
    let startAt = Math.max(earliestAt, fromAt, readyAt, Math.min(readyAt + this.#limits.decideMs, toAt))
    while (startAt <= toAt) {
      const found = this.#slotAt(startAt, earliestAt)
      const moved = this.#startWhereAllFits(amounts, found, toAt, onShort)
      if (moved === startAt) return found
      if (moved === undefined) return undefined
      startAt = moved
    }
    return undefined
  }

  /** The start of a slot where everything fits; else a later one that the first hold which does not fit leads to. */
  #startWhereAllFits(
    amounts: Amounts,
    { slot, times }: FoundSlot,
    toAt: Instant,
    onShort?: (resource: Resource) => void,
  ): Instant | undefined {
    for (const hold of holds(amounts, times)) {
      // A hold that begins before the start (storage) moves with it.
      const beforeMs = slot.startAt - hold.fromAt
      const beginAt = this.#beginOf(hold, toAt - beforeMs)
      if (beginAt === hold.fromAt) continue
      onShort?.(hold.resource)
      return beginAt === undefined ? undefined : beginAt + beforeMs
    }
    return slot.startAt
  }

  /**
   * The instant at which a hold can begin beside what is held of the pool; and if that is where it begins, beside what the owner's open
   * offers hold. What is more than their share fits only where they hold nothing.
   */
  #beginOf(hold: Hold, latestAt: Instant): Instant | undefined {
    const { profile, own } = this.candidate
    const beginAt = profile.earliest(hold, latestAt)
    if (beginAt !== hold.fromAt || !own || !this.share) return beginAt
    const spare = Math.max(0, this.share[hold.resource] - hold.amount)
    return own.held.earliest({ ...hold, amount: -spare }, latestAt)
  }

  /** The slot that begins at an instant. It has to be accepted while there is still time to prepare it. */
  #slotAt(startAt: Instant, earliestAt: Instant): FoundSlot {
    const prepareAt = startAt - this.#prepareMs
    const slot = {
      earliestAt: this.#request.startEarly === false ? startAt : earliestAt,
      startAt,
      durationMs: this.#request.durationMs,
      prepareMs: this.#prepareMs,
      graceMs: graceMsFor(this.#request.durationMs, this.#limits.graceMs),
      releaseMs: releaseMs(this.candidate.survey),
    }
    const expiresAt = Math.min(this.#now + this.#limits.lifetimeMs, prepareAt)
    return { slot, expiresAt, times: { ...slot, prepareAt, startLatestAt: startAt } }
  }

  #offer(amounts: Amounts, { slot, expiresAt, times }: FoundSlot): PlannedOffer {
    const { platform, pool, poolId, survey, prices } = this.candidate
    const request = this.#request
    const { executable } = request
    const sizes = storageSizes(request, survey)
    const image =
      survey.imageDigest && !executable.image.digest
        ? { ...executable.image, digest: survey.imageDigest }
        : executable.image
    const named = ({ name, description }: { name?: string; description?: string }) => ({
      ...(name ? { name } : {}),
      ...(description ? { description } : {}),
    })
    const plan: ExecutionPlan = {
      platform,
      pool,
      poolId,
      slot,
      ...(prices ? { prices } : {}),
      executable: { spec: { ...executable, image }, estimate: survey.executable, messages: survey.messages },
      compute: {
        ...named(request.compute),
        cores: amounts.cores,
        memoryGib: amounts.memory,
        ...(amounts.accelerators > 0 ? { accelerators: this.#accelerators(amounts.accelerators) } : {}),
        volumes: request.compute.volumes,
        estimate: survey.compute,
        messages: [],
      },
      storage: request.storage.map((storage, index) => ({
        ...named(storage),
        sizeGib: sizes[index] as number,
        estimate: survey.storage[index] as Estimate,
        messages: [],
      })),
      data: request.data.map((spec, index) => {
        const { sizeBytes, ...estimate } = survey.data[index] as Survey['data'][number]
        return { spec, estimate, messages: [], ...(sizeBytes === undefined ? {} : { sizeBytes }) }
      }),
    }
    const { share } = this
    const isBeyondShare = share !== undefined && RESOURCES.some((resource) => amounts[resource] > share[resource])
    return { plan, expiresAt, holds: holds(amounts, times), isBeyondShare }
  }

  #accelerators(count: number): PlannedAccelerators {
    const { acceleratorType: type } = this.candidate
    return { count, ...(type === undefined ? {} : { type }) }
  }
}

interface FoundSlot {
  readonly slot: PlannedSlot
  readonly expiresAt: Instant
  readonly times: HeldTimes
}
