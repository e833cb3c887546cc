/**
 * A number that changes in time, kept as its changes: exact to the millisecond, and as quick with millions of changes
 * as with ten.
 *
 * Each cell of time knows the sum of the changes in it, and the highest and the lowest that the running sum gets,
 * counted from the level at which the cell begins, so a search skips whole cells. For each power of two below its own
 * length a cell also knows the lowest level that lasts for an aligned stretch of that length; a search for a long
 * stretch looks only where there can be one. Pure.
 */
import type { Instant } from '../domain/dates.ts'
import { bitsOf, FAN, LEAF_BITS, LEVELS, STRETCH_BITS_MIN } from './timeline-cells.ts'
import { TimelineTree } from './timeline-tree.ts'

const NEVER = Number.POSITIVE_INFINITY

export class Timeline extends TimelineTree {
  // What is looked for, while it is looked for.
  #above = true
  #from = 0
  #limit = 0
  #bits = 0

  /** The first instant from `fromAt` on at which the level is above `limit`; infinity when there is none. */
  firstAbove(fromAt: Instant, limit: number): Instant {
    return this.#first(true, fromAt, limit)
  }

  /** The first instant from `fromAt` on at which the level is at most `limit`; infinity when there is none. */
  firstAtMost(fromAt: Instant, limit: number): Instant {
    return this.#first(false, fromAt, limit)
  }

  /** Since when, before `beforeAt`, the level was not above `limit`: `beforeAt` itself when it was right then; minus infinity when it never was. */
  calmSince(beforeAt: Instant, limit: number): Instant {
    this.#limit = limit
    this.#from = this.offset(beforeAt)
    const offset = this.#from === 0 ? -NEVER : this.#calmSinceIn(LEVELS, this.root, 0, 0)
    return this.originAt + offset
  }

  /** The first instant from `fromAt` to `untilAt` from which on the level is at most `limit` for a length of time; infinity when there is none. */
  firstCalm(fromAt: Instant, untilAt: Instant, lengthMs: number, limit: number): Instant {
    // A stretch holds a whole aligned cell of at least a quarter of its length.
    const bits = Math.min(Math.floor(Math.log2(lengthMs / 2)), bitsOf(LEVELS) - 1)
    let startAt = fromAt
    while (startAt <= untilAt) {
      const shortAt = this.firstAbove(startAt, limit)
      if (shortAt >= startAt + lengthMs) return startAt
      startAt = this.firstAtMost(shortAt, limit)
      if (bits < STRETCH_BITS_MIN || startAt > untilAt) continue
      const cellAt = this.#firstCalmCell(startAt, bits, limit)
      if (cellAt === NEVER) return NEVER
      startAt = Math.max(startAt, this.calmSince(cellAt, limit))
    }
    return NEVER
  }

  /** The instants after `fromAt` and up to `toAt` at which the level changes, with the level from then on. */
  *steps(fromAt: Instant, toAt: Instant): Generator<{ at: Instant; level: number }> {
    let level = this.levelAt(fromAt)
    let at = fromAt
    for (;;) {
      at = Math.min(this.firstAbove(at, level), this.#firstBelow(at, level))
      if (at > toAt) return
      level = this.levelAt(at)
      yield { at, level }
    }
  }

  // The level is a whole number, so "below" is "at most one less".
  #firstBelow(fromAt: Instant, level: number): Instant {
    return this.firstAtMost(fromAt, level - 1)
  }

  #first(above: boolean, fromAt: Instant, limit: number): Instant {
    this.#above = above
    this.#limit = limit
    this.#from = this.offset(fromAt)
    return this.originAt + this.#firstIn(LEVELS, this.root, 0, 0)
  }

  #isFound(level: number): boolean {
    return this.#above ? level > this.#limit : level <= this.#limit
  }

  #firstIn(level: number, cell: number, startAt: number, before: number): number {
    if (level === 0) return this.#firstInLeaf(cell, startAt, before)
    const cells = this.cells(level)
    const length = 2 ** bitsOf(level - 1)
    const reached = this.#above ? cells.highest : cells.lowest
    const first = this.#from <= startAt ? 0 : Math.floor((this.#from - startAt) / length)
    let value = before
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      const slotAt = startAt + index * length
      if (index >= first && this.#isFound(value + (reached[slot] as number))) {
        const child = cells.child[slot] as number
        const found = child === 0 ? Math.max(slotAt, this.#from) : this.#firstIn(level - 1, child, slotAt, value)
        if (found !== NEVER) return found
      }
      value += cells.sum[slot] as number
    }
    return NEVER
  }

  #firstInLeaf(leaf: number, startAt: number, before: number): number {
    const { head, at, delta, next } = this.leaves
    const from = Math.max(this.#from, startAt)
    let level = before
    let change = head[leaf] as number
    while (change !== 0 && (at[change] as number) <= from) {
      level += delta[change] as number
      change = next[change] as number
    }
    if (this.#isFound(level)) return from
    while (change !== 0) {
      level += delta[change] as number
      if (this.#isFound(level)) return at[change] as number
      change = next[change] as number
    }
    return NEVER
  }

  /** The end of the last time before `#from` at which the level is above the limit; minus infinity when there is none. */
  #calmSinceIn(level: number, cell: number, startAt: number, before: number): number {
    if (level === 0) return this.#calmSinceInLeaf(cell, startAt, before)
    const cells = this.cells(level)
    const length = 2 ** bitsOf(level - 1)
    const last = Math.min(FAN, Math.ceil((this.#from - startAt) / length)) - 1
    let value = before
    for (let index = 0; index <= last; index++) value += cells.sum[cell * FAN + index] as number
    for (let index = last; index >= 0; index--) {
      const slot = cell * FAN + index
      const slotAt = startAt + index * length
      value -= cells.sum[slot] as number
      if (value + (cells.highest[slot] as number) <= this.#limit) continue
      const child = cells.child[slot] as number
      if (child === 0) return Math.min(slotAt + length, this.#from)
      const found = this.#calmSinceIn(level - 1, child, slotAt, value)
      if (found !== -NEVER) return found
    }
    return -NEVER
  }

  #calmSinceInLeaf(leaf: number, startAt: number, before: number): number {
    const { head, at, delta, next } = this.leaves
    const end = Math.min(startAt + 2 ** LEAF_BITS, this.#from)
    let found = -NEVER
    let level = before
    let since = startAt
    for (let change = head[leaf] as number; ; change = next[change] as number) {
      const until = change === 0 ? end : Math.min(at[change] as number, end)
      if (level > this.#limit && until > since) found = until
      if (change === 0 || until === end) return found
      level += delta[change] as number
      since = until
    }
  }

  /** The first aligned cell from an instant on, 2^bits ms long, in which the level is at most `limit` throughout. */
  #firstCalmCell(fromAt: Instant, bits: number, limit: number): Instant {
    this.#limit = limit
    this.#from = this.offset(fromAt)
    this.#bits = bits
    return this.originAt + this.#firstCalmCellIn(LEVELS, this.root, 0, 0)
  }

  #firstCalmCellIn(level: number, cell: number, startAt: number, before: number): number {
    if (level === 0) return this.#firstCalmCellInLeaf(cell, startAt, before)
    if (this.#bits >= bitsOf(level - 1)) return this.#firstCalmSlots(level, cell, startAt, before)
    const cells = this.cells(level)
    const below = level === 1 ? this.leaves : this.cells(level - 1)
    const length = 2 ** bitsOf(level - 1)
    const place = this.#bits - STRETCH_BITS_MIN
    const first = this.#from <= startAt ? 0 : Math.floor((this.#from - startAt) / length)
    let value = before
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      const child = cells.child[slot] as number
      const lowest = child === 0 ? value : value + (below.lasting[child * below.stretches + place] as number)
      if (index >= first && lowest <= this.#limit) {
        const slotAt = startAt + index * length
        const found =
          child === 0 ? this.#alignedIn(slotAt, length) : this.#firstCalmCellIn(level - 1, child, slotAt, value)
        if (found !== NEVER) return found
      }
      value += cells.sum[slot] as number
    }
    return NEVER
  }

  /** The first aligned cell from `#from` on in a slot in which nothing changes. */
  #alignedIn(slotAt: number, length: number): number {
    const size = 2 ** this.#bits
    const aligned = Math.max(slotAt, Math.ceil(this.#from / size) * size)
    return aligned + size <= slotAt + length ? aligned : NEVER
  }

  /** As `#firstCalmCellIn`, where the cell looked for consists of one or several slots of this one. */
  #firstCalmSlots(level: number, cell: number, startAt: number, before: number): number {
    const cells = this.cells(level)
    const length = 2 ** bitsOf(level - 1)
    const together = 2 ** (this.#bits - bitsOf(level - 1))
    let value = before
    let highest = -NEVER
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      highest = Math.max(highest, value + (cells.highest[slot] as number))
      value += cells.sum[slot] as number
      if ((index + 1) % together !== 0) continue
      const cellAt = startAt + (index + 1 - together) * length
      if (highest <= this.#limit && cellAt >= this.#from) return cellAt
      highest = -NEVER
    }
    return NEVER
  }

  #firstCalmCellInLeaf(leaf: number, startAt: number, before: number): number {
    const { head, at, delta, next } = this.leaves
    const size = 2 ** this.#bits
    let level = before
    let change = head[leaf] as number
    for (let cellAt = startAt; cellAt < startAt + 2 ** LEAF_BITS; cellAt += size) {
      while (change !== 0 && (at[change] as number) <= cellAt) {
        level += delta[change] as number
        change = next[change] as number
      }
      let highest = level
      while (change !== 0 && (at[change] as number) < cellAt + size) {
        level += delta[change] as number
        highest = Math.max(highest, level)
        change = next[change] as number
      }
      if (highest <= this.#limit && cellAt >= this.#from) return cellAt
    }
    return NEVER
  }
}
