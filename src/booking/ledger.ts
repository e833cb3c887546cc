/**
 * What this process knows of the pools: for each a replica of its ledger, which follows the log in the database. The
 * database is the truth; a replica that has lost the thread is read anew.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { capacityOver, withheld, type Maintenance, type PoolCapacity } from '../domain/pool-capacity.ts'
import type { Queryable, Transaction } from '../store/database.ts'
import * as ledger from '../store/ledger.ts'
import type { LoggedHold, PoolChange } from '../store/ledger.ts'
import * as pools from '../store/pools.ts'
import type { PoolId } from '../store/pools.ts'
import { opposite, PoolProfile, type Hold } from './profile.ts'

/** One pool at a version. Nothing may wait between asking a replica and doing what the answer says, but under the lock of the pool. */
export class Replica {
  readonly poolId: PoolId
  readonly profile: PoolProfile
  #version: number
  #proposed: readonly Hold[] = []
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
    return this.#proposed.length > 0
  }

  /** Counts holds in that are about to be booked; `settle` or `withdraw` follows. */
  propose(holds: readonly Hold[]): void {
    for (const hold of holds) this.profile.add(hold)
    this.#proposed = [...this.#proposed, ...holds]
  }

  /** What was proposed has been booked as the next version. */
  settle(version: number, holds: readonly Hold[]): void {
    // Whoever had the lock of the pool in the meantime has read it from the log, or withdrawn it.
    if (this.#proposed.length > 0) this.#version = version
    else this.#follow(version, holds)
    this.#proposed = []
  }

  /** What was proposed is not booked, or not by now. */
  withdraw(): void {
    for (const hold of this.#proposed) this.profile.add(opposite(hold))
    this.#proposed = []
  }

  /** Follows a row of the log of holds. One that is not the next is left out. */
  follow({ version, holds }: PoolChange): void {
    this.#follow(version, (holds ?? []).map(holdOf))
  }

  #follow(version: number, holds: readonly Hold[]): void {
    if (version !== this.#version + 1) return
    for (const hold of holds) this.profile.add(hold)
    this.#version = version
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
    const { version, capacity, holds } = await ledger.load(db, poolId)
    const known = this.#replicas.get(poolId)
    if (known && known.version >= version) return known
    const replica = new Replica(
      poolId,
      version,
      new PoolProfile(capacityOver(capacity), holds, this.#clock.now()),
      capacity,
    )
    this.#replicas.set(poolId, replica)
    return replica
  }
}

function holdOf([resource, amount, fromAt, toAt]: LoggedHold): Hold {
  return { resource, amount, fromAt, toAt }
}
