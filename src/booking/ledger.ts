/**
 * What this process knows of the pools: for each a replica of its ledger, which follows the log in the database. The
 * database is the truth; a replica that has lost the thread is read anew.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { capacityOver, withheld, type Maintenance, type PoolCapacity } from '../domain/pool-capacity.ts'
import type { Queryable, Transaction } from '../store/database.ts'
import * as ledger from '../store/ledger.ts'
import type { LoggedHold, LoggedOpenSet, PoolChange } from '../store/ledger.ts'
import * as pools from '../store/pools.ts'
import type { PoolId } from '../store/pools.ts'
import { OpenSets, type OpenSet } from './open-sets.ts'
import { opposite, PoolProfile, type Hold } from './profile.ts'

/** Holds that are about to be booked of a pool, and the sets among them that are open then. */
export interface Proposal {
  readonly holds: readonly Hold[]
  readonly open: readonly OpenSet[]
}

/** One pool at a version. Nothing may wait between asking a replica and doing what the answer says, but under the lock of the pool. */
export class Replica {
  readonly poolId: PoolId
  readonly profile: PoolProfile
  readonly openSets = new OpenSets()
  #version: number
  #proposed: Proposal | undefined
  #maintenance: readonly Maintenance[]
  #withheld: readonly Hold[]

  /** The capacity in the profile is what `capacity` comes to; it can be left out where there is no maintenance. */
  constructor(poolId: PoolId, version: number, profile: PoolProfile, capacity?: PoolCapacity) {
    this.poolId = poolId
    this.#version = version
    this.profile = profile
    this.#maintenance = capacity?.maintenance ?? []
    this.#withheld = capacity ? withheld(capacity) : []
  }

  /** The windows in which there is less than usual. */
  get maintenance(): readonly Maintenance[] {
    return this.#maintenance
  }

  /** What maintenance keeps from everybody now or later. */
  withheldAfter(now: Instant): readonly Hold[] {
    return this.#withheld.filter(({ toAt }) => toAt > now)
  }

  /** Makes this the capacity over time. */
  setCapacity(capacity: PoolCapacity): void {
    this.profile.setCapacity(capacityOver(capacity))
    this.#maintenance = capacity.maintenance
    this.#withheld = withheld(capacity)
  }

  /** The version that the replica stands for, without what is proposed. */
  get version(): number {
    return this.#version
  }

  /** Whether holds are counted in that are about to be booked. */
  get isProposing(): boolean {
    return this.#proposed !== undefined
  }

  /** Counts in what is about to be booked; `settle` or `withdraw` follows. */
  propose({ holds, open }: Proposal): void {
    if (holds.length === 0) return
    this.#add({ holds, open })
    const { holds: holdsBefore = [], open: openBefore = [] } = this.#proposed ?? {}
    this.#proposed = { holds: [...holdsBefore, ...holds], open: [...openBefore, ...open] }
  }

  /** What was proposed has been booked as the next version. */
  settle(version: number, booked: Proposal): void {
    // Whoever had the lock of the pool in the meantime has read it from the log, or withdrawn it.
    if (this.#proposed) this.#version = version
    else if (version === this.#version + 1) {
      this.#add(booked)
      this.#version = version
    }
    this.#proposed = undefined
  }

  /** What was proposed is not booked, or not by now. */
  withdraw(): void {
    if (!this.#proposed) return
    for (const hold of this.#proposed.holds) this.profile.add(opposite(hold))
    for (const { id } of this.#proposed.open) this.openSets.close(id)
    this.#proposed = undefined
  }

  /** Follows a row of the log of holds. One that is not the next is left out. */
  follow({ version, holds, open }: PoolChange): void {
    if (version !== this.#version + 1) return
    for (const hold of holds ?? []) this.profile.add(holdOf(hold))
    this.noteOpen(open ?? [])
    this.#version = version
  }

  /** Notes which sets are open, and which are not any more. */
  noteOpen(sets: readonly LoggedOpenSet[]): void {
    for (const [id, owner, expiresAt, holds] of sets)
      if (owner !== null && expiresAt !== null && holds !== null)
        this.openSets.open({ id, owner, expiresAt, holds: holds.map(holdOf) })
      else this.openSets.close(id)
  }

  #add({ holds, open }: Proposal): void {
    for (const hold of holds) this.profile.add(hold)
    for (const set of open) this.openSets.open(set)
  }
}

/** The replicas of one process. */
export class Ledger {
  readonly #clock: Clock
  readonly #replicas = new Map<PoolId, Replica>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Pools as this process knows them, which may be late. They are read when they are not known at all. */
  async known(db: Queryable, poolIds: readonly PoolId[]): Promise<Replica[]> {
    const found: Replica[] = []
    for (const poolId of poolIds) found.push(this.#replicas.get(poolId) ?? (await this.#read(db, poolId)))
    return found
  }

  /**
   * A pool as it was a moment ago, for looking only: what others have booked since is followed without its lock. A pool
   * that this process is booking in just now is as it knows it.
   */
  async glance(db: Queryable, poolId: PoolId): Promise<Replica> {
    const replica = this.#replicas.get(poolId) ?? (await this.#read(db, poolId))
    const changes = replica.isProposing ? [] : await ledger.changesSince(db, poolId, replica.version)
    const capacity = changes.some(({ holds }) => !holds) ? await pools.capacity(db, poolId) : undefined
    // From here on nothing waits. What is being proposed by now may be among the changes, and must not count twice.
    if (replica.isProposing || changes.length === 0) return replica
    if (capacity) replica.setCapacity(capacity)
    for (const change of changes) replica.follow(change)
    if (replica.version >= (changes.at(-1)?.version ?? 0)) return replica
    this.#replicas.delete(poolId)
    return this.#read(db, poolId)
  }

  /** Locks pools to the end of the transaction, and gives them as they are. `foreign` tells whether others had changed one. */
  async lock(tx: Transaction, poolIds: readonly PoolId[]): Promise<{ replicas: Replica[]; foreign: boolean }> {
    let foreign = false
    const replicas: Replica[] = []
    for (const { poolId, version } of await ledger.lock(tx, poolIds)) {
      const replica = this.#replicas.get(poolId) ?? (await this.#read(tx, poolId))
      replica.withdraw()
      foreign ||= replica.version !== version
      replicas.push(await this.#catchUp(tx, replica, version))
    }
    return { replicas, foreign }
  }

  async #catchUp(tx: Transaction, replica: Replica, version: number): Promise<Replica> {
    if (replica.version === version) return replica
    const changes = await ledger.changesSince(tx, replica.poolId, replica.version)
    if (changes.some(({ holds }) => !holds)) replica.setCapacity(await pools.capacity(tx, replica.poolId))
    for (const change of changes) replica.follow(change)
    if (replica.version === version) return replica
    this.#replicas.delete(replica.poolId)
    return this.#read(tx, replica.poolId)
  }

  /** Reads a pool from the database. Whoever read a newer one meanwhile has the better replica. */
  async #read(db: Queryable, poolId: PoolId): Promise<Replica> {
    const { version, capacity, holds, open } = await ledger.load(db, poolId)
    const known = this.#replicas.get(poolId)
    if (known && known.version >= version) return known
    const replica = new Replica(
      poolId,
      version,
      new PoolProfile(capacityOver(capacity), holds, this.#clock.now()),
      capacity,
    )
    replica.noteOpen(open)
    this.#replicas.set(poolId, replica)
    return replica
  }
}

function holdOf([resource, amount, fromAt, toAt]: LoggedHold): Hold {
  return { resource, amount, fromAt, toAt }
}
