/**
 * The reference model of booking: plain lists, everything added up anew for every answer that is judged. It is slow and
 * has nothing in common with the ledger, which it judges.
 */
import type { PlannedSlot } from '../../src/domain/execution-plan.ts'
import { RESOURCES, type Amounts, type Resource } from '../../src/domain/resources.ts'
import type { OwnSet } from './share.ts'

export interface PlainHold {
  readonly resource: Resource
  readonly amount: number
  readonly fromAt: number
  readonly toAt: number
}

/** What holds something: an offer set, or the execution that one of its offers became. */
export interface Holder {
  readonly poolId: number
  readonly holds: readonly PlainHold[]
}

/** From an instant on a pool has so much. */
export interface CapacityStep extends Amounts {
  readonly poolId: number
  readonly fromAt: number
}

/** What has not been given back at its time is expected to be held as long again, between these bounds. */
const OVERDUE_MS = { min: 1_000, max: 60_000 }

/** What an execution with this slot and these amounts holds: compute while it may run, storage around it. */
export function holdsOf(slot: PlannedSlot, amounts: Amounts): PlainHold[] {
  const stoppedAt = slot.startAt + slot.durationMs + slot.graceMs
  return RESOURCES.map((resource) => ({
    resource,
    amount: amounts[resource],
    fromAt: resource === 'storage' ? slot.startAt - slot.prepareMs : slot.startAt,
    toAt: resource === 'storage' ? stoppedAt + slot.releaseMs : stoppedAt,
  })).filter(({ amount }) => amount > 0)
}

export class Reference {
  readonly holders = new Map<string, Holder[]>()
  readonly capacity: CapacityStep[] = []
  /** Whose the holders are that are open offer sets. */
  readonly owners = new Map<string, string>()

  /** Amounts of a pool that the open sets of an owner hold. */
  openOf(owner: string, poolId: number): OwnSet[] {
    return [...this.holders].flatMap(([id, holders]) => {
      if (this.owners.get(id) !== owner) return []
      const ofPool = holders.filter((holder) => holder.poolId === poolId)
      return [{ id, holds: ofPool.flatMap(({ holds }) => holds) }]
    })
  }

  /** A pool as it is now, with what is overdue. */
  at(poolId: number, now: number): PlainPool {
    const holds: PlainHold[] = []
    for (const holders of this.holders.values())
      for (const holder of holders)
        if (holder.poolId === poolId)
          for (const hold of holder.holds)
            holds.push(hold.toAt > now ? hold : { ...hold, toAt: overdueUntil(hold, now) })
    return new PlainPool(
      holds,
      this.capacity.filter((step) => step.poolId === poolId).sort((one, other) => one.fromAt - other.fromAt),
    )
  }
}

/** What is free from an instant to the next one. */
interface Free {
  readonly fromAt: number
  readonly amount: number
}

/** One pool at one time: everything that is held of it and all changes of its capacity, added up in their order. */
export class PlainPool {
  readonly #holds: readonly PlainHold[]
  readonly #steps: readonly CapacityStep[]
  readonly #free = new Map<Resource, readonly Free[]>()

  constructor(holds: readonly PlainHold[], steps: readonly CapacityStep[]) {
    this.#holds = holds
    this.#steps = steps
  }

  /** Whether holds fit beside everything else. */
  fits(wanted: readonly PlainHold[]): boolean {
    return wanted.every((one) => this.#fitsOne(one))
  }

  #fitsOne({ resource, amount, fromAt, toAt }: PlainHold): boolean {
    const levels = this.#levels(resource)
    const first = levels.findLastIndex((level) => level.fromAt <= fromAt)
    if (first < 0) return false
    for (let index = first; index < levels.length; index++) {
      const level = levels[index] as Free
      if (level.fromAt >= toAt) return true
      if (level.amount < amount) return false
    }
    return true
  }

  #levels(resource: Resource): readonly Free[] {
    const known = this.#free.get(resource)
    if (known) return known
    let has = 0
    const changes = this.#steps.map(({ fromAt, [resource]: amount }) => {
      const change = { at: fromAt, by: amount - has }
      has = amount
      return change
    })
    for (const hold of this.#holds)
      if (hold.resource === resource)
        changes.push({ at: hold.fromAt, by: -hold.amount }, { at: hold.toAt, by: hold.amount })
    changes.sort((one, other) => one.at - other.at)
    const levels: Free[] = []
    let amount = 0
    for (const { at, by } of changes) {
      amount += by
      if (levels.at(-1)?.fromAt === at) levels.pop()
      levels.push({ fromAt: at, amount })
    }
    this.#free.set(resource, levels)
    return levels
  }

  /** Every instant at which something can become free: a start there or, for storage, so much later than there. */
  get endings(): number[] {
    return [...new Set([...this.#holds.map(({ toAt }) => toAt), ...this.#steps.map(({ fromAt }) => fromAt)])]
  }
}

function overdueUntil({ toAt }: PlainHold, now: number): number {
  return now + Math.min(OVERDUE_MS.max, Math.max(OVERDUE_MS.min, now - toAt))
}
