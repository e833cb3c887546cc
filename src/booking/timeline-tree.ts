/**
 * The cells of a timeline: how changes get into them and are summed up. Time is cut into cells of 2^11 ms; sixteen of
 * them make a cell of the next level, and so on up to 17 years. A change touches one path from the root. Pure.
 */
import type { Instant } from '../domain/dates.ts'
import { bitsOf, Cells, FAN, FAN_BITS, LEAF_BITS, Leaves, LEVELS, type Summary } from './timeline-cells.ts'

const SPAN = 2 ** bitsOf(LEVELS)

export class TimelineTree {
  protected readonly originAt: Instant
  protected readonly leaves = new Leaves()
  protected readonly root: number
  /** By level from 1 on; place 0 is not used. */
  readonly #cells = Array.from({ length: LEVELS + 1 }, (_, level) => new Cells(level))
  readonly #path = new Int32Array(LEVELS + 1)
  readonly #summary: Summary = { sum: 0, highest: 0, lowest: 0, ended: 0 }

  /** A number that is 0 always. It is exact some years before and a dozen years after `aroundAt`. */
  constructor(aroundAt: Instant) {
    const step = SPAN / FAN
    this.originAt = (Math.floor(aroundAt / step) - 2) * step
    this.root = this.cells(LEVELS).take()
  }

  /** Adds to the level from an instant on. `ended` is the part of it that ends something that began earlier. */
  change(at: Instant, delta: number, ended: number): void {
    const offset = this.offset(at)
    const leaf = this.#insert(offset, delta, ended)
    this.#summariseUp(Math.floor(offset / 2 ** LEAF_BITS), leaf)
  }

  /** As `change`, for the first of many changes: nothing may be asked before `sumUp`. */
  enter(at: Instant, delta: number, ended: number): void {
    this.#insert(this.offset(at), delta, ended)
  }

  /** Sums everything up that was entered. */
  sumUp(): void {
    this.#summariseAll(LEVELS, this.root, 0)
  }

  /** The level at an instant. */
  levelAt(at: Instant): number {
    return this.#total(this.offset(at), false)
  }

  /** How much has ended up to and including an instant. */
  endedUntil(at: Instant): number {
    return this.#total(this.offset(at), true)
  }

  /** What ended after `afterAt` and up to `untilAt`, by the instant. */
  *endedWithin(afterAt: Instant, untilAt: Instant): Generator<{ at: Instant; ended: number }> {
    if (afterAt >= untilAt) return
    for (const found of this.#endedIn(LEVELS, this.root, 0, this.offset(afterAt), this.offset(untilAt)))
      yield { at: this.originAt + found.at, ended: found.ended }
  }

  *#endedIn(
    level: number,
    cell: number,
    startAt: number,
    after: number,
    until: number,
  ): Generator<{ at: number; ended: number }> {
    if (level === 0) {
      const { head, at, ended, next } = this.leaves
      for (let change = head[cell] as number; change !== 0; change = next[change] as number) {
        const found = { at: at[change] as number, ended: ended[change] as number }
        if (found.ended !== 0 && found.at > after && found.at <= until) yield found
      }
      return
    }
    const cells = this.cells(level)
    const length = 2 ** bitsOf(level - 1)
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      const slotAt = startAt + index * length
      if (cells.ended[slot] === 0 || slotAt + length <= after || slotAt > until) continue
      yield* this.#endedIn(level - 1, cells.child[slot] as number, slotAt, after, until)
    }
  }

  /** An instant counted from the beginning of the first cell. */
  protected offset(at: Instant): number {
    return Math.min(Math.max(at - this.originAt, 0), SPAN - 1)
  }

  protected cells(level: number): Cells {
    return this.#cells[level] as Cells
  }

  /** Enters a change into its leaf, which is made when it is missing; gives the leaf. Nothing is summed up yet. */
  #insert(offset: number, delta: number, ended: number): number {
    const number = Math.floor(offset / 2 ** LEAF_BITS)
    let cell = this.root
    for (let level = LEVELS; level >= 1; level--) {
      this.#path[level] = cell
      const cells = this.cells(level)
      const slot = cell * FAN + slotOf(number, level)
      let child = cells.child[slot] as number
      if (child === 0) {
        child = level === 1 ? this.leaves.take() : this.cells(level - 1).take()
        cells.child[slot] = child
      }
      cell = child
    }
    this.leaves.add(cell, offset, delta, ended)
    return cell
  }

  /** Sums up what the last `#insert` touched. */
  #summariseUp(number: number, leaf: number): void {
    let child = leaf
    if (this.leaves.head[leaf] === 0) {
      this.leaves.give(leaf)
      child = 0
    } else this.leaves.summarise(leaf, number * 2 ** LEAF_BITS, this.#summary)
    for (let level = 1; level <= LEVELS; level++) {
      const cells = this.cells(level)
      const cell = this.#path[level] as number
      cells.note(cell * FAN + slotOf(number, level), child, this.#summary)
      if (level === LEVELS) return
      child = cell
      if (cells.isEmpty(cell)) {
        cells.give(cell)
        child = 0
      } else cells.summarise(cell, level === 1 ? this.leaves : this.cells(level - 1), this.#summary)
    }
  }

  #summariseAll(level: number, cell: number, startAt: number): void {
    if (level === 0) return this.leaves.summarise(cell, startAt, this.#summary)
    const cells = this.cells(level)
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      const child = cells.child[slot] as number
      if (child === 0) continue
      this.#summariseAll(level - 1, child, startAt + index * 2 ** bitsOf(level - 1))
      cells.note(slot, child, this.#summary)
    }
    cells.summarise(cell, level === 1 ? this.leaves : this.cells(level - 1), this.#summary)
  }

  #total(offset: number, ended: boolean): number {
    const number = Math.floor(offset / 2 ** LEAF_BITS)
    let total = 0
    let cell = this.root
    for (let level = LEVELS; level >= 1; level--) {
      const cells = this.cells(level)
      const values = ended ? cells.ended : cells.sum
      const slot = cell * FAN + slotOf(number, level)
      for (let before = cell * FAN; before < slot; before++) total += values[before] as number
      cell = cells.child[slot] as number
      if (cell === 0) return total
    }
    const { head, at, next } = this.leaves
    const values = ended ? this.leaves.ended : this.leaves.delta
    for (
      let change = head[cell] as number;
      change !== 0 && (at[change] as number) <= offset;
      change = next[change] as number
    )
      total += values[change] as number
    return total
  }
}

/** The slot of a leaf's number in its cell of a level. */
function slotOf(number: number, level: number): number {
  return (number >>> ((level - 1) * FAN_BITS)) & (FAN - 1)
}
