/**
 * Random histories of the ledger in memory: two processes with a replica each, which follow one log, are killed and come
 * back, and plan for what the reference model then judges. No database: `booking.test.ts` has one.
 */
import assert from 'node:assert/strict'
import { proposalOf } from '../../src/booking/booking-batch.ts'
import { holdsOfExecution } from '../../src/booking/holds.ts'
import { Replica } from '../../src/booking/ledger.ts'
import { envelopeByPool, planOfferSet, type OfferedSet } from '../../src/booking/offers.ts'
import { PoolProfile, type Hold } from '../../src/booking/profile.ts'
import { changeRanges, holdsOfPromise, shortageOf } from '../../src/booking/room.ts'
import { growsBy, sensibleRange, withChange, type Changeable } from '../../src/domain/execution-change.ts'
import type { ExecutionId, IdSource, OfferSetId } from '../../src/domain/ids.ts'
import { RESOURCES, type Range } from '../../src/domain/resources.ts'
import type { LoggedHold, LoggedOpenSet, PoolChange } from '../../src/store/ledger.ts'
import type { PoolId } from '../../src/store/pools.ts'
import { Chance } from './chance.ts'
import { anyWish, faultsOf, holdsOfPlan, isWithin, LIMITS, MOST, shareFaults } from './history.ts'
import { Reference, type CapacityStep, type PlainHold } from './reference.ts'

const POOLS = [1, 2] as PoolId[]
const OVERDUE_MS = 60_000
const SETS_MAX = 20

const logged = ({ resource, amount, fromAt, toAt }: Hold): LoggedHold => [resource, amount, fromAt, toAt]

/** One offer set as it is: open, or what its accepted offer became. */
interface OpenSet {
  readonly offered: OfferedSet
  phase: 'open' | 'accepted'
  accepted?: OfferedSet['offers'][number]
}

export class LedgerHistory {
  readonly #chance: Chance
  readonly #reference = new Reference()
  readonly #sets = new Map<string, OpenSet>()
  readonly #log = new Map<PoolId, PoolChange[]>(POOLS.map((poolId) => [poolId, []]))
  readonly #versions = new Map<PoolId, number>()
  #made = 0
  readonly #processes: Map<PoolId, Replica>[]
  readonly #ids: IdSource
  #now = Date.UTC(2026, 10, 24)
  readonly counts: Record<string, number> = {}

  constructor(seed: number) {
    this.#chance = new Chance(seed)
    // Not those of the product: making them would take a tenth of the time.
    const next = () => String(++this.#made)
    this.#ids = { uuid: next, offerSet: () => next() as OfferSetId, execution: () => next() as ExecutionId }
    for (const poolId of POOLS) this.#reference.capacity.push({ poolId, fromAt: this.#now - 1000, ...MOST })
    this.#processes = [this.#newProcess(), this.#newProcess()]
  }

  step(): void {
    const dice = this.#chance.integer(1, 100)
    if (dice <= 45) this.#count('request', () => this.#request())
    else if (dice <= 60) this.#count('accept', () => this.#accept())
    else if (dice <= 66) this.#count('reject', () => this.#giveUp())
    else if (dice <= 76) this.#count('finish', () => this.#finish())
    else if (dice <= 80) this.#count('change', () => this.#change())
    else if (dice <= 82) this.#count('capacity', () => this.#changeCapacity())
    else if (dice <= 83) this.#count('crash', () => this.#crash())
    else this.#count('time', () => this.#letTimePass())
  }

  #count(what: string, work: () => void): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
    work()
  }

  /** A process that has just started reads everything. */
  #newProcess(): Map<PoolId, Replica> {
    return new Map(POOLS.map((poolId) => [poolId, this.#read(poolId)]))
  }

  #read(poolId: PoolId): Replica {
    const holds = [...this.#reference.holders.values()].flat().filter((holder) => holder.poolId === poolId)
    const all = holds.flatMap((holder) => holder.holds)
    const replica = new Replica(
      poolId,
      this.#version(poolId),
      new PoolProfile(this.#capacityOf(poolId), all, this.#now),
    )
    replica.noteOpen([...this.#sets.keys()].flatMap((id) => this.#openIn(id, poolId)))
    return replica
  }

  /** An open set in the log of a pool; missing where it holds nothing there. */
  #openIn(id: string, poolId: PoolId): LoggedOpenSet[] {
    const set = this.#sets.get(id)
    if (set?.phase !== 'open') return []
    const ofPool = (this.#reference.holders.get(id) ?? []).filter((holder) => holder.poolId === poolId)
    const { owner } = set.offered.offerSet
    const expiresAt = Math.max(...set.offered.offers.map((offer) => offer.expiresAt))
    const holds = ofPool.flatMap((holder) => holder.holds).map(logged)
    return holds.length === 0 ? [] : [[id as OfferSetId, owner, expiresAt, holds]]
  }

  #version(poolId: PoolId): number {
    return this.#versions.get(poolId) ?? 0
  }

  #capacityOf(poolId: PoolId) {
    return this.#reference.capacity
      .filter((step) => step.poolId === poolId)
      .flatMap((step) => RESOURCES.map((resource) => ({ resource, fromAt: step.fromAt, amount: step[resource] })))
  }

  /** One of the processes, with the pools locked: it has followed the log. */
  #process(): Replica[] {
    const process = this.#chance.one(this.#processes) as Map<PoolId, Replica>
    return POOLS.map((poolId) => {
      const replica = process.get(poolId) as Replica
      replica.withdraw()
      const changes = (this.#log.get(poolId) ?? []).filter(({ version }) => version > replica.version)
      if (changes.some(({ holds }) => !holds)) replica.profile.setCapacity(this.#capacityOf(poolId))
      for (const change of changes) replica.follow(change)
      assert.equal(replica.version, this.#version(poolId))
      return replica
    })
  }

  #write(poolId: PoolId, holds: readonly Hold[] | undefined, open: readonly LoggedOpenSet[] = []): void {
    const version = this.#version(poolId) + 1
    const unread = Math.min(...this.#processes.map((process) => process.get(poolId)?.version ?? 0))
    const log = (this.#log.get(poolId) ?? []).filter((change) => change.version > unread)
    this.#log.set(poolId, [...log, { version, open, ...(holds ? { holds: holds.map(logged) } : {}) }])
    this.#versions.set(poolId, version)
  }

  #request(): void {
    if (this.#sets.size >= SETS_MAX) return
    const replicas = this.#process()
    const wish = anyWish(this.#chance, POOLS, this.#now)
    const overdue = replicas.map((replica) => replica.profile.overdue(this.#now, OVERDUE_MS))
    const plan = () => planOfferSet(wish.asked, wish.limits, replicas, this.#ids, this.#now)
    const [first, second] = replicas as [Replica, Replica]
    const set = first.profile.during(overdue[0] ?? [], () => second.profile.during(overdue[1] ?? [], plan))
    assert.deepEqual(faultsOf(wish, set, this.#reference, this.#now), [])
    this.#envelopeFits(set)
    if (set.offers.length === 0) return
    const { id } = set.offerSet
    this.#sets.set(id, { offered: set, phase: 'open' })
    this.#hold(id, set.bookings)
    this.#reference.owners.set(id, set.offerSet.owner)
    assert.deepEqual(shareFaults(this.#reference, POOLS), [])
    // A commit that is lost leaves the replica as it was; else it is settled, or read from the log by whoever looks next.
    for (const replica of replicas) {
      const proposal = proposalOf(set, replica.poolId, false)
      if (proposal.holds.length === 0) continue
      const { version } = replica
      replica.propose(proposal)
      if (this.#chance.percent(10)) replica.withdraw()
      this.#write(replica.poolId, proposal.holds, this.#openIn(id, replica.poolId))
      if (this.#chance.percent(80)) replica.settle(version + 1, proposal)
      else replica.withdraw()
    }
  }

  /** The set holds what its offers may need, and at every instant no more than the most of them. */
  #envelopeFits(set: OfferedSet & { bookings: readonly (PlainHold & { poolId: number })[] }): void {
    for (const poolId of POOLS) {
      const held = set.bookings.filter((booking) => booking.poolId === poolId)
      for (const { plan } of set.offers)
        if (plan.poolId === poolId) assert(isWithin(holdsOfPlan(plan), held), 'the set holds less than an offer')
      assert(this.#reference.at(poolId, this.#now).fits(held), 'the set does not fit')
    }
  }

  #hold(id: string, bookings: readonly (PlainHold & { poolId: number })[]): void {
    this.#reference.holders.set(
      id,
      bookings.map((booking) => ({ poolId: booking.poolId, holds: [booking] })),
    )
  }

  /** Makes holds what a set holds, as the store does: what it held goes, and what it holds now comes. */
  #replace(id: string, bookings: readonly (PlainHold & { poolId: number })[], isOpen = false): void {
    const before = (this.#reference.holders.get(id) ?? []).flatMap(({ poolId, holds }) =>
      holds.map((hold) => ({ ...hold, amount: -hold.amount, poolId })),
    )
    this.#hold(id, bookings)
    for (const poolId of POOLS) {
      const changes = [...before, ...bookings].filter((change) => change.poolId === poolId)
      const open = isOpen ? this.#openIn(id, poolId) : []
      const closed: LoggedOpenSet = [id as OfferSetId, null, null, null]
      if (changes.length > 0) this.#write(poolId, changes, open.length > 0 ? open : [closed])
    }
    if (bookings.length === 0) this.#reference.holders.delete(id)
  }

  #anySet(phase: OpenSet['phase']): [string, OpenSet] | undefined {
    return this.#chance.one([...this.#sets].filter(([, set]) => set.phase === phase))
  }

  #accept(): void {
    const [id, set] = this.#anySet('open') ?? []
    const offer = this.#chance.one(set?.offered.offers.filter(({ expiresAt }) => expiresAt >= this.#now) ?? [])
    if (!id || !set || !offer) return
    const { slot, poolId } = offer.plan
    const startAt = Math.max(slot.startAt, this.#now + slot.prepareMs)
    const holds = holdsOfExecution(offer.plan, startAt - slot.prepareMs, startAt)
    const held = (this.#reference.holders.get(id) ?? []).filter((holder) => holder.poolId === poolId)
    const ofSet = held.flatMap((holder) => holder.holds)
    assert(isWithin(holds, ofSet), 'the accepted offer holds more than its set')
    this.#replace(
      id,
      holds.map((hold) => ({ ...hold, poolId })),
    )
    this.#reference.owners.delete(id)
    set.phase = 'accepted'
    // Half of them run: those have an end that is known.
    const runs = this.#chance.percent(50)
    const times = { startAt, prepareAt: startAt - slot.prepareMs }
    set.accepted = runs
      ? { ...offer, ...times, phase: 'AVAILABLE', startedAt: startAt, endAt: startAt + slot.durationMs }
      : { ...offer, ...times, phase: 'WAITING' }
  }

  /** The client gives up one offer of a set, or all of them. */
  #giveUp(): void {
    const [id, set] = this.#anySet('open') ?? []
    if (!id || !set) return
    const left = this.#chance.percent(50) ? set.offered.offers.slice(1) : []
    this.#keepOpen(id, set, left)
  }

  #keepOpen(id: string, set: OpenSet, left: OfferedSet['offers']): void {
    const held = envelopeByPool(left.map(({ plan }) => ({ poolId: plan.poolId, holds: holdsOfPlan(plan) })))
    if (left.length === 0) this.#sets.delete(id)
    else this.#sets.set(id, { ...set, offered: { ...set.offered, offers: left } })
    this.#replace(id, held, true)
    if (left.length === 0) this.#reference.owners.delete(id)
  }

  /** Something is given back: early, at its time, or late; or the cores first and the storage later. */
  #finish(): void {
    const [id] = this.#anySet('accepted') ?? []
    if (!id) return
    const holders = this.#reference.holders.get(id) ?? []
    const storage = holders.flatMap(({ poolId, holds }) =>
      holds.filter(({ resource }) => resource === 'storage').map((hold) => ({ ...hold, poolId })),
    )
    const left = this.#chance.percent(40) ? storage : []
    this.#replace(id, left)
    const set = this.#sets.get(id)
    // It has ended, and is not changed any more.
    if (set?.accepted) set.accepted = { ...set.accepted, phase: 'RELEASING' }
    if (left.length === 0) this.#sets.delete(id)
  }

  /** An execution gets longer, shorter, larger or smaller; the model says whether that is as far as it can be. */
  #change(): void {
    const [id, set] = this.#anySet('accepted') ?? []
    const execution = set?.accepted
    if (!id || !set || !execution) return
    const { poolId } = execution.plan
    const replica = this.#process().find((one) => one.poolId === poolId) as Replica
    const ranges = changeRanges(replica.profile, execution, LIMITS.durationMaxMs, this.#now)
    const what = this.#chance.one(Object.keys(ranges)) as Changeable | undefined
    if (!what) return
    const { min, max } = ranges[what] as Range
    const own = (this.#reference.holders.get(id) ?? []).flatMap(({ holds }) => holds)
    const fits = (by: number): boolean => {
      // The past is as it was: who was late then counts in the model, and not in the ledger, which looks ahead.
      const changed = withChange(execution, { of: what, by })
      const ahead = holdsOfPromise(changed)
        .filter(({ resource, toAt }) => (what === 'duration' || resource === what) && toAt > this.#now)
        .map((hold) => ({ ...hold, fromAt: Math.max(hold.fromAt, this.#now) }))
      const holders = this.#reference.holders.get(id) ?? []
      this.#reference.holders.delete(id)
      const really = this.#reference.at(poolId, this.#now).fits(ahead)
      this.#reference.holders.set(id, holders)
      assert.equal(
        shortageOf(replica.profile, { before: execution, after: changed, own }, this.#now) === undefined,
        really,
      )
      return really
    }
    // What is held may have been more than the pool has, since that got smaller; staying as it is is always possible.
    const asIs =
      what === 'duration' ? 0 : what === 'cores' ? execution.plan.compute.cores : execution.plan.compute.memoryGib
    if (max > asIs) assert(fits(max), `${what} does not fit at its most`)
    const isFarthest = sensibleRange(execution, what, LIMITS.durationMaxMs, this.#now).max === max
    // Amounts matter only where something is held from now on.
    const matters = what === 'duration' || own.some(({ toAt, resource }) => toAt > this.#now && resource === what)
    if (!isFarthest && matters && max > asIs) assert(!fits(max + 1), `${what} would fit beyond its most`)
    const by = this.#chance.integer(min, max)
    const changed = withChange(execution, { of: what, by })
    if (growsBy(execution, { of: what, by }) && !fits(by)) return
    set.accepted = changed
    this.#replace(
      id,
      holdsOfPromise(changed).map((hold) => ({ ...hold, poolId })),
    )
  }

  #changeCapacity(): void {
    const poolId = this.#chance.one(POOLS) as PoolId
    const share = this.#chance.percent(60) ? 1 : this.#chance.next()
    const fromAt = this.#now + (this.#chance.percent(50) ? 0 : this.#chance.scale(1000, 8 * 3_600_000))
    const amounts = RESOURCES.map((resource) => [resource, Math.floor(MOST[resource] * share)])
    const step = { poolId, fromAt, ...Object.fromEntries(amounts) } as CapacityStep
    const others = this.#reference.capacity.filter((one) => one.poolId !== poolId || one.fromAt !== fromAt)
    this.#reference.capacity.splice(0, Infinity, ...others, step)
    this.#write(poolId, undefined)
    this.#forgetOldCapacity(poolId)
  }

  /** Keeps the model quick: of the steps that are over only the last one matters. */
  #forgetOldCapacity(poolId: PoolId): void {
    const past = this.#reference.capacity.filter((step) => step.poolId === poolId && step.fromAt <= this.#now)
    const last = Math.max(...past.map(({ fromAt }) => fromAt))
    const kept = this.#reference.capacity.filter((step) => step.poolId !== poolId || step.fromAt >= last)
    if (kept.filter((step) => step.poolId === poolId).length > 5)
      kept.splice(
        kept.findIndex((step) => step.poolId === poolId && step.fromAt > this.#now),
        1,
      )
    this.#reference.capacity.splice(0, Infinity, ...kept)
  }

  #crash(): void {
    this.#processes[this.#chance.integer(0, 1)] = this.#newProcess()
  }

  #letTimePass(): void {
    this.#now += this.#chance.scale(1, 1_200_000)
    for (const [id, set] of [...this.#sets]) {
      if (set.phase !== 'open') continue
      const open = set.offered.offers.filter(({ expiresAt }) => expiresAt >= this.#now)
      if (open.length < set.offered.offers.length) this.#keepOpen(id, set, open)
    }
    // What is long overdue is given back sometimes, so that histories do not come to a standstill.
    for (const [id, holders] of [...this.#reference.holders]) {
      if (holders.every(({ holds }) => holds.every(({ toAt }) => toAt < this.#now)) && this.#chance.percent(60)) {
        this.#replace(id, [])
        this.#sets.delete(id)
      }
    }
  }

  /** Both processes know what the model knows, at every instant at which it changes. */
  compare(): void {
    for (const replica of [...this.#process(), ...this.#process()]) {
      for (const at of this.#reference.at(replica.poolId, this.#now).endings) {
        for (const resource of RESOURCES) {
          const held = [...this.#reference.holders.values()].flat().filter((one) => one.poolId === replica.poolId)
          const free = held
            .flatMap(({ holds }) => holds)
            .reduce(
              (left, hold) =>
                hold.resource === resource && hold.fromAt <= at && at < hold.toAt ? left - hold.amount : left,
              capacityAt(this.#reference.capacity, replica.poolId, resource, at),
            )
          assert.equal(replica.profile.free(resource, at), free)
        }
      }
    }
  }
}

function capacityAt(
  steps: readonly CapacityStep[],
  poolId: PoolId,
  resource: (typeof RESOURCES)[number],
  at: number,
): number {
  const past = steps.filter((step) => step.poolId === poolId && step.fromAt <= at).sort((a, b) => a.fromAt - b.fromAt)
  return past.at(-1)?.[resource] ?? 0
}
