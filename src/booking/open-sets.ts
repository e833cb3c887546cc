/**
 * The open offer sets of one pool by their owners: what nobody has decided about yet, which nobody may hold too much of.
 * A set is forgotten when its time is over, whether or not anybody has ended it yet. Pure.
 */
import type { Instant } from '../domain/dates.ts'
import type { OfferSetId } from '../domain/ids.ts'
import { opposite, PoolProfile, type Hold } from './profile.ts'

/** An offer set that can still be accepted, with what it holds of the pool. */
export interface OpenSet {
  readonly id: OfferSetId
  readonly owner: string
  readonly expiresAt: Instant
  readonly holds: readonly Hold[]
}

export class OpenSets {
  readonly #owners = new Map<string, OwnOpenSets>()
  readonly #ownerOf = new Map<OfferSetId, string>()

  /** Notes what a set holds while it is open, in the place of what it held; one that holds nothing here is forgotten. */
  open(set: OpenSet): void {
    this.close(set.id)
    if (set.holds.length === 0) return
    let own = this.#owners.get(set.owner)
    if (!own) this.#owners.set(set.owner, (own = new OwnOpenSets()))
    own.add(set)
    this.#ownerOf.set(set.id, set.owner)
  }

  /** Forgets a set; one that is not known was forgotten already. */
  close(id: OfferSetId): void {
    const owner = this.#ownerOf.get(id)
    if (owner === undefined) return
    const own = this.#owners.get(owner)
    own?.remove(id)
    if (own?.isEmpty) this.#owners.delete(owner)
    this.#ownerOf.delete(id)
  }

  /** The open sets of an owner; undefined when there are none. */
  of(owner: string, now: Instant): OwnOpenSets | undefined {
    for (const id of this.#owners.get(owner)?.endedBefore(now) ?? []) this.close(id)
    return this.#owners.get(owner)
  }
}

/** The open sets of one owner in one pool; each holds something there. */
export class OwnOpenSets {
  readonly #sets = new Map<OfferSetId, OpenSet>()
  /** Made when it is first asked for: most owners decide about one set before they ask for the next. */
  #held: PoolProfile | undefined

  /** A profile of what they hold together, without any capacity: an amount of minus `n` fits where at most `n` is held. */
  get held(): PoolProfile {
    if (this.#held) return this.#held
    const all = [...this.#sets.values()].flatMap(({ holds }) => holds)
    return (this.#held = new PoolProfile([], all, (all[0] as Hold).fromAt))
  }

  get isEmpty(): boolean {
    return this.#sets.size === 0
  }

  /** At most so many of them, the oldest first. */
  first(most: number): OpenSet[] {
    const found: OpenSet[] = []
    for (const set of this.#sets.values()) if (found.push(set) >= most) break
    return found
  }

  add(set: OpenSet): void {
    this.#sets.set(set.id, set)
    for (const hold of set.holds) this.#held?.add(hold)
  }

  remove(id: OfferSetId): void {
    for (const hold of this.#sets.get(id)?.holds ?? []) this.#held?.add(opposite(hold))
    this.#sets.delete(id)
  }

  /** The sets whose time was over before an instant, as far as they are older than all whose time is not. */
  endedBefore(now: Instant): OfferSetId[] {
    const ended: OfferSetId[] = []
    for (const { id, expiresAt } of this.#sets.values()) {
      if (expiresAt >= now) break
      ended.push(id)
    }
    return ended
  }
}
