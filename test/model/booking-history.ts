/** One random history of booking: processes that share a database, are killed and come back, judged by the reference model. */
import { expect } from 'vitest'
import { Decisions } from '../../src/booking/decisions.ts'
import { expireOffers } from '../../src/booking/give-up.ts'
import { BookingQueue } from '../../src/booking/booking-queue.ts'
import { prepareEarly } from '../../src/booking/early-preparations.ts'
import { startEarly } from '../../src/booking/early-starts.ts'
import { Ledger } from '../../src/booking/ledger.ts'
import { endMaintenance, maintain } from '../../src/booking/maintenance.ts'
import type { OfferedSet } from '../../src/booking/offers.ts'
import { permitStarts } from '../../src/booking/start.ts'
import { isBrokerError } from '../../src/domain/errors.ts'
import { earliestStart } from '../../src/domain/execution-plan.ts'
import { idSource, type OfferSetId } from '../../src/domain/ids.ts'
import { RESOURCES, type Amounts } from '../../src/domain/resources.ts'
import * as bookings from '../../src/store/bookings.ts'
import * as components from '../../src/store/components.ts'
import * as executions from '../../src/store/executions.ts'
import * as pools from '../../src/store/pools.ts'
import type { PoolId } from '../../src/store/pools.ts'
import type { TestDatabase } from '../support/database.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { Chance } from './chance.ts'
import { anyWish, faultsOf, MOST, shareFaults } from './history.ts'
import { Reference, type CapacityStep, type PlainHold } from './reference.ts'
import { NOTHING, underMaintenance, type ReferenceWindow } from './under-maintenance.ts'

const SETS_MAX = 15
const LIVE = ['ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE', 'RELEASING']

/** A process, as far as booking is concerned. */
interface Process {
  readonly ledger: Ledger
  readonly queue: BookingQueue
  readonly decisions: Decisions
}

interface HeldRow {
  readonly offerSetId: OfferSetId
  readonly poolId: PoolId
  readonly resource: (typeof RESOURCES)[number]
  readonly amount: number
  readonly fromAt: number
  readonly toAt: number
}

const statement = (name: string, text: string, parameters: string[] = []) => ({
  name: `model.${name}`,
  text,
  parameters,
})
const ALL_HELD = statement('held', 'select offer_set_id, pool_id, resource, amount, from_at, to_at from booking')
const OPEN = statement('open', "select distinct offer_set_id, owner from execution where phase = 'OFFERED'")
const LIVING = statement(
  'living',
  'select offer_set_id, count(*) as living from execution where phase = any($1) group by offer_set_id',
  ['phases'],
)
const FORGET = statement('forget', 'delete from pool_change')

const nameOf = (poolId: PoolId, poolIds: readonly PoolId[]) => (poolId === poolIds[0] ? 'one' : 'two')
const amountOf = (holders: readonly { readonly holds: readonly PlainHold[] }[]) =>
  holders.flatMap(({ holds }) => holds).reduce((sum, { amount, fromAt, toAt }) => sum + amount * (toAt - fromAt), 0)

/** Holds of holders, in an order that can be compared. */
const heldIn = (holders: readonly { readonly holds: readonly PlainHold[] }[]) =>
  holders
    .flatMap(({ holds }) => holds)
    .map(({ resource, amount, fromAt, toAt }) => [resource, amount, fromAt, toAt].join(' '))
    .sort()
/** Holds from now on; what was held before is past. */
const ahead = (holds: readonly PlainHold[], now: number) =>
  holds.map((hold) => ({ ...hold, fromAt: Math.max(hold.fromAt, now) })).filter(({ fromAt, toAt }) => fromAt < toAt)

export class History {
  readonly #chance: Chance
  readonly #clock = new FakeClock()
  readonly #sets = new Map<OfferSetId, OfferedSet>()
  readonly #accepted = new Map<OfferSetId, executions.Execution>()
  readonly #capacity: CapacityStep[] = []
  readonly #pools: PoolId[] = []
  #windows: ReferenceWindow[] = []
  readonly #test: TestDatabase
  #processes: Process[] = []
  #earlyStarts = 0
  #earlyPreparations = 0

  constructor(test: TestDatabase, seed: number) {
    this.#test = test
    this.#chance = new Chance(seed)
  }

  async begin(): Promise<void> {
    for (const name of ['one', 'two']) {
      const poolId = await pools.keep(this.#test.database, 'simulated', name, MOST, this.#clock.now())
      this.#pools.push(poolId)
      this.#capacity.push({ poolId, fromAt: this.#clock.now(), ...MOST })
    }
    this.#processes = [this.#newProcess(), this.#newProcess()]
  }

  async step(): Promise<void> {
    const dice = this.#chance.integer(1, 100)
    if (dice <= 27) return this.#request()
    if (dice <= 30) return this.#prepareEarly()
    if (dice <= 35) return this.#startEarly()
    if (dice <= 50) return this.#accept()
    if (dice <= 56) return this.#reject()
    if (dice <= 66) return this.#giveBack()
    if (dice <= 74) return this.#start()
    if (dice <= 76) return this.#changeCapacity()
    if (dice <= 78) return this.#maintain()
    if (dice <= 80) return this.#crash()
    return this.#letTimePass()
  }

  #newProcess(): Process {
    const ledger = new Ledger(this.#clock)
    const ids = idSource(() => this.#clock.now())
    const queue = new BookingQueue(this.#test.database, ledger, this.#clock, ids)
    return { ledger, queue, decisions: new Decisions(this.#test.database, this.#clock) }
  }

  /** The number of executions that were started early. */
  get earlyStarts(): number {
    return this.#earlyStarts
  }

  /** The number of executions that were prepared early. */
  get earlyPreparations(): number {
    return this.#earlyPreparations
  }

  get #process(): Process {
    return this.#chance.one(this.#processes) as Process
  }

  /** The model of what the database says now. */
  async #reference(): Promise<Reference> {
    const reference = new Reference()
    reference.capacity.push(...underMaintenance(this.#capacity, this.#windows))
    for (const row of await this.#test.database.query<HeldRow>(ALL_HELD, {})) {
      const holders = reference.holders.get(row.offerSetId) ?? []
      reference.holders.set(row.offerSetId, [...holders, { poolId: row.poolId, holds: [row] }])
    }
    for (const { offerSetId, owner } of await this.#test.database.query<{ offerSetId: OfferSetId; owner: string }>(
      OPEN,
      {},
    ))
      reference.owners.set(offerSetId, owner)
    return reference
  }

  /** Some requests at once, which are answered as if they had come one after the other. */
  async #request(): Promise<void> {
    if (this.#sets.size + this.#accepted.size >= SETS_MAX) return
    const now = this.#clock.now()
    const { queue } = this.#process
    const wishes = Array.from({ length: this.#chance.integer(1, 3) }, () =>
      anyWish(this.#chance, this.#pools, now, this.#chance.percent(20)),
    )
    const reference = await this.#reference()
    const answers = await Promise.all(wishes.map((wish) => queue.book(wish)))
    const held = await this.#reference()
    for (const [index, wish] of wishes.entries()) {
      const offered = answers[index] as OfferedSet
      expect(faultsOf(wish, offered, reference, now)).toEqual([])
      const holders = held.holders.get(offered.offerSet.id)
      expect(holders !== undefined).toBe(offered.offers.length > 0)
      if (!holders) continue
      for (const { poolId, holds } of holders) expect(reference.at(poolId, now).fits(holds)).toBe(true)
      reference.holders.set(offered.offerSet.id, holders)
      if (!wish.direct) reference.owners.set(offered.offerSet.id, offered.offerSet.owner)
      expect(shareFaults(reference, this.#pools)).toEqual([])
      if (wish.direct) this.#accepted.set(offered.offerSet.id, offered.offers[0] as executions.Execution)
      else this.#sets.set(offered.offerSet.id, offered)
    }
  }

  /** Two offers of each of some sets are accepted at once, by any process, and one of each set gets it. */
  async #accept(): Promise<void> {
    const now = this.#clock.now()
    const sets = this.#someSets()
    const deciding = sets.map(async ([id, set]) => {
      const offers = [this.#chance.one(set.offers), this.#chance.one(set.offers)] as executions.Execution[]
      const results = await Promise.allSettled(offers.map((offer) => this.#process.decisions.accept({ offer })))
      for (const result of results)
        if (result.status === 'rejected' && !isBrokerError(result.reason)) throw result.reason
      const winner = offers[results.findIndex(({ status }) => status === 'fulfilled')]
      expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(winner ? 1 : 0)
      if (!winner) return expect(offers.every(({ expiresAt }) => expiresAt < now)).toBe(true)
      this.#sets.delete(id)
      this.#accepted.set(id, winner)
    })
    await Promise.all(deciding)
    await this.#nothingAbove()
  }

  async #reject(): Promise<void> {
    const deciding = this.#someSets().map(async ([id, set]) => {
      const which = this.#chance.percent(50) ? set.offers[0]?.id : undefined
      await this.#process.decisions.giveUp({ offerSetId: id, event: 'reject', which })
      return { id, set, left: set.offers.filter((offer) => which !== undefined && offer.id !== which) }
    })
    for (const { id, set, left } of await Promise.all(deciding)) {
      if (left.length > 0) this.#sets.set(id, { ...set, offers: left })
      else await this.#isGone(id)
    }
    await this.#nothingAbove()
  }

  /** One set, or several. */
  #someSets(): [OfferSetId, OfferedSet][] {
    const all = [...this.#sets]
    const first = this.#chance.integer(0, Math.max(0, all.length - 1))
    return all.slice(first, first + this.#chance.scale(1, 6))
  }

  async #isGone(id: OfferSetId): Promise<void> {
    this.#sets.delete(id)
    this.#accepted.delete(id)
    expect((await this.#reference()).holders.has(id)).toBe(false)
  }

  async #giveBack(): Promise<void> {
    const [id, execution] = this.#chance.one([...this.#accepted]) ?? []
    if (!id || !execution) return
    await executions.move(this.#test.database, [execution.id], 'fail', this.#clock.now())
    await bookings.removeResources(this.#test.database, [id], ['cores', 'memory'])
    if (this.#chance.percent(30)) return
    await bookings.remove(this.#test.database, [id])
    await this.#isGone(id)
  }

  /** A program asks whether it may start; late ones get more time where that is free. */
  async #start(): Promise<void> {
    const [id, { id: executionId } = {}] = this.#chance.one([...this.#accepted]) ?? []
    const execution = executionId && (await executions.find(this.#test.database, executionId))
    if (!id || !execution || execution.startedAt !== undefined || execution.phase === 'FAILED') return
    const now = this.#clock.now()
    const before = await this.#reference()
    const permit = await this.#test.database.transaction(async (tx) => {
      const found = (await permitStarts(tx, this.#process.ledger, [execution], now)).get(execution.id)
      if (found?.start) await executions.start(tx, [{ id: execution.id, endAt: found.endAt }], now)
      return found
    })
    if (!permit?.start) return
    before.holders.delete(id)
    // What is overdue is in the way of the start, which was permitted, and not of what comes later.
    for (const [holder, holders] of before.holders)
      before.holders.set(
        holder,
        holders.filter(({ holds }) => holds.every(({ toAt }) => toAt > now)),
      )
    for (const { poolId, holds } of (await this.#reference()).holders.get(id) ?? [])
      for (const hold of holds) if (hold.toAt > permit.endAt) this.#isNew(before, poolId, hold, execution, now)
  }

  /** Early starts: what they hold was free, none is later than promised, and nobody else holds anything else. */
  async #startEarly(): Promise<void> {
    const poolId = this.#chance.one(this.#pools) as PoolId
    const now = this.#clock.now()
    const before = await this.#reference()
    const started = await startEarly(this.#test.database, this.#process.ledger, poolId, this.#clock)
    const after = await this.#reference()
    const moved = [...after.holders].filter(
      ([id, holders]) => JSON.stringify(heldIn(holders)) !== JSON.stringify(heldIn(before.holders.get(id) ?? [])),
    )
    expect(moved.length).toBe(started.length)
    expect([...after.holders.keys()].sort()).toEqual([...before.holders.keys()].sort())
    for (const [id] of moved) before.holders.delete(id)
    for (const [id, holders] of moved) {
      for (const { holds } of holders) expect(before.at(poolId, now).fits(ahead(holds, now))).toBe(true)
      before.holders.set(id, holders)
      const execution = await executions.find(this.#test.database, this.#accepted.get(id as OfferSetId)?.id ?? '')
      expect(execution?.startAt).toBe(now)
      expect(now).toBeLessThan(execution?.plan.slot.startAt ?? 0)
      expect(now).toBeGreaterThanOrEqual(earliestStart((execution as executions.Execution).plan.slot))
      if (execution) this.#accepted.set(id as OfferSetId, execution)
    }
    this.#earlyStarts += moved.length
  }

  /** Early preparations: storage is held from now on where it was free, and everything else stays as it was promised. */
  async #prepareEarly(): Promise<void> {
    const poolId = this.#chance.one(this.#pools) as PoolId
    const now = this.#clock.now()
    const before = await this.#reference()
    const seen = new Map((await this.#acceptedNow()).map((execution) => [execution.id, execution]))
    const count = await prepareEarly(this.#test.database, this.#process.ledger, poolId, this.#clock)
    const after = await this.#reference()
    const begun = (await this.#acceptedNow()).filter(({ id, prepareAt }) => prepareAt !== seen.get(id)?.prepareAt)
    expect(begun.length).toBe(count)
    for (const { id, offerSetId, prepareAt, startAt } of begun) {
      expect([prepareAt, startAt]).toEqual([now, seen.get(id)?.startAt])
      const holds = (before.holders.get(offerSetId) ?? []).flatMap((holder) => holder.holds)
      const later = holds.filter(({ resource, fromAt }) => resource === 'storage' && fromAt > now)
      const added = later.map((hold) => ({ ...hold, fromAt: now, toAt: hold.fromAt }))
      expect(before.at(poolId, now).fits(added)).toBe(true)
      const early = holds.map((hold) => (later.includes(hold) ? { ...hold, fromAt: now } : hold))
      before.holders.set(offerSetId, [{ poolId, holds: early }])
      if (this.#chance.percent(50)) await this.#becomesReady(id)
    }
    const held = ({ holders }: Reference) => Object.fromEntries([...holders].map(([id, own]) => [id, heldIn(own)]))
    expect(held(after)).toEqual(held(before))
    this.#earlyPreparations += count
  }

  async #acceptedNow(): Promise<executions.Execution[]> {
    const found = [...this.#accepted.values()].map(({ id }) => executions.find(this.#test.database, id))
    return (await Promise.all(found)).filter((execution) => execution !== undefined)
  }

  /** All that an execution needs is prepared, so that it may start at any moment. */
  async #becomesReady(id: executions.Execution['id']): Promise<void> {
    const now = this.#clock.now()
    await executions.moveEach(this.#test.database, [{ id, event: 'prepare' }], now)
    const all = await components.list(this.#test.database, [id])
    for (const event of ['prepare', 'ready'] as const)
      await components.move(
        this.#test.database,
        all.map(({ executionId, position }) => ({ executionId, position, event })),
        now,
      )
  }

  /** What was booked in addition is free. */
  #isNew(
    before: Reference,
    poolId: number,
    hold: PlainHold,
    { startAt = 0, plan, endAt = startAt + plan.slot.durationMs }: executions.Execution,
    now: number,
  ): void {
    const bookedUntil = endAt + plan.slot.graceMs + (hold.resource === 'storage' ? plan.slot.releaseMs : 0)
    if (hold.toAt > bookedUntil)
      expect(before.at(poolId, now).fits([{ ...hold, fromAt: Math.max(now, bookedUntil) }])).toBe(true)
  }

  async #changeCapacity(): Promise<void> {
    const poolId = this.#chance.one(this.#pools) as PoolId
    const share = this.#chance.percent(60) ? 1 : this.#chance.next()
    const entries = RESOURCES.map((resource) => [resource, Math.floor(MOST[resource] * share)] as const)
    const amounts = Object.fromEntries(entries) as Amounts
    const fromAt = this.#clock.now()
    const name = nameOf(poolId, this.#pools)
    await pools.keep(this.#test.database, 'simulated', name, amounts, fromAt)
    const others = this.#capacity.filter((step) => step.poolId !== poolId || step.fromAt !== fromAt)
    this.#capacity.splice(0, Infinity, ...others, { poolId, fromAt, ...amounts })
  }

  /** A window begins now or later, whatever is promised in it; or one ends before its time. */
  async #maintain(): Promise<void> {
    const [ending] = this.#windows
    if (ending && this.#chance.percent(40)) {
      await endMaintenance(ending.id, this.#maintaining, async () => undefined)
      this.#windows = this.#windows.slice(1)
      return
    }
    const now = this.#clock.now()
    const poolId = this.#chance.one(this.#pools) as PoolId
    const fromAt = now + this.#chance.integer(0, 600_000)
    const most = this.#chance.percent(50) ? NOTHING : { cores: this.#chance.integer(0, MOST.cores) }
    const id = idSource(() => now).uuid()
    const window = { id, fromAt, toAt: fromAt + this.#chance.integer(1, 900_000), most, reason: 'It is time.' }
    const place = { platform: 'simulated', pool: nameOf(poolId, this.#pools) }
    const before = await this.#reference()
    const { withdrawn, kept } = await maintain(
      { ...window, ...place },
      true,
      this.#maintaining,
      now,
      async () => undefined,
    )
    expect(kept).toBe(true)
    this.#windows.push({ ...window, poolId })
    await this.#forget(withdrawn)
    // What was not withdrawn holds what it held: at most, as a sibling may have gone.
    for (const [holder, held] of (await this.#reference()).holders)
      expect(amountOf(held)).toBeLessThanOrEqual(amountOf(before.holders.get(holder) ?? []))
    await this.#nothingAbove()
  }

  get #maintaining() {
    return { database: this.#test.database, ledger: this.#process.ledger }
  }

  async #forget(withdrawn: readonly executions.Execution['id'][]): Promise<void> {
    for (const [id, set] of [...this.#sets]) {
      const offers = set.offers.filter((offer) => !withdrawn.includes(offer.id))
      if (offers.length === 0) await this.#isGone(id)
      else this.#sets.set(id, { ...set, offers })
    }
  }

  /** A process is killed and another one begins; or the log has forgotten what a process has not read yet. */
  async #crash(): Promise<void> {
    if (this.#chance.percent(50)) this.#processes[this.#chance.integer(0, 1)] = this.#newProcess()
    else await this.#test.database.query(FORGET, {})
  }

  async #letTimePass(): Promise<void> {
    this.#clock.advance(this.#chance.scale(1, 1_200_000))
    const now = this.#clock.now()
    while ((await expireOffers(this.#test.database, now, 10)) > 0);
    for (const [id, set] of [...this.#sets]) {
      const offers = set.offers.filter(({ expiresAt }) => expiresAt >= now)
      if (offers.length === 0) await this.#isGone(id)
      else this.#sets.set(id, { ...set, offers })
    }
    await this.#nothingAbove()
  }

  /** What holds something is what the model thinks, and of each set at most one execution lives. */
  async #nothingAbove(): Promise<void> {
    const living = await this.#test.database.query<{ offerSetId: OfferSetId; living: number }>(LIVING, { phases: LIVE })
    expect(living.filter((one) => one.living > 1)).toEqual([])
    const known = new Set<string>([...this.#sets.keys(), ...this.#accepted.keys()])
    const reference = await this.#reference()
    expect([...reference.holders.keys()].filter((id) => !known.has(id))).toEqual([])
    expect(shareFaults(reference, this.#pools)).toEqual([])
  }

  /** Every process knows what the database says. */
  async compare(): Promise<void> {
    const reference = await this.#reference()
    for (const { ledger } of this.#processes) {
      const { replicas } = await this.#test.database.transaction((tx) => ledger.lock(tx, this.#pools))
      for (const { poolId, profile } of replicas) {
        const held = [...reference.holders.values()].flat().filter((holder) => holder.poolId === poolId)
        const holds = held.flatMap((holder) => holder.holds)
        const steps = reference.capacity.filter((step) => step.poolId === poolId)
        for (const at of [...holds.flatMap(({ fromAt, toAt }) => [fromAt, toAt]), this.#clock.now()])
          for (const resource of RESOURCES) {
            const taken = holds.reduce(
              (sum, hold) =>
                hold.resource === resource && hold.fromAt <= at && at < hold.toAt ? sum + hold.amount : sum,
              0,
            )
            const has = steps.filter(({ fromAt }) => fromAt <= at).at(-1)?.[resource] ?? 0
            expect(profile.free(resource, at)).toBe(has - taken)
          }
      }
    }
  }
}
