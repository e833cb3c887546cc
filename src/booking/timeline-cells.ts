/**
 * Where a timeline keeps its cells: columns of numbers instead of objects, so that millions of changes take a hundred
 * megabytes and no time of the garbage collector. Pure.
 */

/** The smallest cells are 2^11 ms long; each is a list of its changes, in their order. */
export const LEAF_BITS = 11
export const FAN_BITS = 4
/** How many cells of the level below make one cell. */
export const FAN = 1 << FAN_BITS
/** The levels above the leaves; the root covers 2^39 ms, some 17 years. */
export const LEVELS = 7
/** The shortest stretch that is looked for by aligned cells is twice this power of two, in milliseconds. */
export const STRETCH_BITS_MIN = 9

/** The length of a cell of a level as a power of two; level 0 are the leaves. */
export const bitsOf = (level: number): number => LEAF_BITS + level * FAN_BITS

/** What the level above has to know of a cell, counted from the level at which the cell begins. */
export interface Summary {
  sum: number
  highest: number
  lowest: number
  ended: number
}

/** The leaves: lists of changes. Number 0 stands for no leaf and for no change. */
export class Leaves {
  readonly stretches = LEAF_BITS - STRETCH_BITS_MIN
  head = new Int32Array(64)
  lasting = new Float64Array(64 * this.stretches)
  at = new Float64Array(256)
  delta = new Float64Array(256)
  ended = new Float64Array(256)
  next = new Int32Array(256)
  #leaves = 1
  #freeLeaf = 0
  #changes = 1
  #freeChange = 0

  /** An empty leaf. */
  take(): number {
    if (this.#freeLeaf !== 0) {
      const leaf = this.#freeLeaf
      this.#freeLeaf = this.head[leaf] as number
      this.head[leaf] = 0
      return leaf
    }
    const leaf = this.#leaves++
    if (leaf >= this.head.length) {
      this.head = grown(this.head, new Int32Array(leaf * 2))
      this.lasting = grown(this.lasting, new Float64Array(leaf * 2 * this.stretches))
    }
    return leaf
  }

  /** Gives an empty leaf back. */
  give(leaf: number): void {
    this.head[leaf] = this.#freeLeaf
    this.#freeLeaf = leaf
  }

  /** Adds to the change at an instant; a change that comes to nothing is not kept. */
  add(leaf: number, at: number, delta: number, ended: number): void {
    let before = 0
    let change = this.head[leaf] as number
    while (change !== 0 && (this.at[change] as number) < at) {
      before = change
      change = this.next[change] as number
    }
    if (change === 0 || this.at[change] !== at) {
      const made = this.#takeChange()
      this.at[made] = at
      this.delta[made] = delta
      this.ended[made] = ended
      this.next[made] = change
      this.#link(leaf, before, made)
      return
    }
    this.delta[change] = (this.delta[change] as number) + delta
    this.ended[change] = (this.ended[change] as number) + ended
    if (this.delta[change] !== 0 || this.ended[change] !== 0) return
    this.#link(leaf, before, this.next[change] as number)
    this.next[change] = this.#freeChange
    this.#freeChange = change
  }

  /** Sums a leaf up that begins at `startAt`, and notes what lasts in it. */
  summarise(leaf: number, startAt: number, into: Summary): void {
    let change = this.head[leaf] as number
    let level = 0
    let ended = 0
    // The level at which the cell begins counts only where it lasts at all.
    const changesAtOnce = this.at[change] === startAt
    let highest = changesAtOnce ? Number.NEGATIVE_INFINITY : 0
    let lowest = changesAtOnce ? Number.POSITIVE_INFINITY : 0
    for (; change !== 0; change = this.next[change] as number) {
      level += this.delta[change] as number
      ended += this.ended[change] as number
      if (level > highest) highest = level
      if (level < lowest) lowest = level
    }
    into.sum = level
    into.ended = ended
    into.highest = highest
    into.lowest = lowest
    for (let stretch = 0; stretch < this.stretches; stretch++)
      this.lasting[leaf * this.stretches + stretch] = this.#lowestThatLasts(
        leaf,
        startAt,
        1 << (STRETCH_BITS_MIN + stretch),
      )
  }

  #lowestThatLasts(leaf: number, startAt: number, length: number): number {
    let lowest = Number.POSITIVE_INFINITY
    let level = 0
    let change = this.head[leaf] as number
    for (let from = startAt; from < startAt + (1 << LEAF_BITS); from += length) {
      while (change !== 0 && (this.at[change] as number) <= from) {
        level += this.delta[change] as number
        change = this.next[change] as number
      }
      let highest = level
      while (change !== 0 && (this.at[change] as number) < from + length) {
        level += this.delta[change] as number
        if (level > highest) highest = level
        change = this.next[change] as number
      }
      if (highest < lowest) lowest = highest
    }
    return lowest
  }

  #takeChange(): number {
    if (this.#freeChange !== 0) {
      const change = this.#freeChange
      this.#freeChange = this.next[change] as number
      return change
    }
    const change = this.#changes++
    if (change >= this.at.length) {
      const length = change * 2
      this.at = grown(this.at, new Float64Array(length))
      this.delta = grown(this.delta, new Float64Array(length))
      this.ended = grown(this.ended, new Float64Array(length))
      this.next = grown(this.next, new Int32Array(length))
    }
    return change
  }

  #link(leaf: number, before: number, change: number): void {
    if (before === 0) this.head[leaf] = change
    else this.next[before] = change
  }
}

/** The cells of one level above the leaves. Number 0 stands for a cell in which nothing changes. */
export class Cells {
  readonly bits: number
  /** How many lengths of stretches are noted for each cell. */
  readonly stretches: number
  /** By slot: the cell of the level below, and its summary. */
  child = new Int32Array(FAN * 4)
  sum = new Float64Array(FAN * 4)
  highest = new Float64Array(FAN * 4)
  lowest = new Float64Array(FAN * 4)
  ended = new Float64Array(FAN * 4)
  /** For each cell and power of two from STRETCH_BITS_MIN to below its own: the lowest level that an aligned stretch has. */
  lasting: Float64Array
  readonly #tops = new Float64Array(FAN)
  #cells = 1
  #free: number[] = []

  constructor(level: number) {
    this.bits = bitsOf(level)
    this.stretches = this.bits - STRETCH_BITS_MIN
    this.lasting = new Float64Array(4 * this.stretches)
  }

  /** A cell in which nothing changes yet. */
  take(): number {
    const cell = this.#free.pop() ?? this.#cells++
    if ((cell + 1) * FAN > this.child.length) {
      const slots = cell * 2 * FAN
      this.child = grown(this.child, new Int32Array(slots))
      this.sum = grown(this.sum, new Float64Array(slots))
      this.highest = grown(this.highest, new Float64Array(slots))
      this.lowest = grown(this.lowest, new Float64Array(slots))
      this.ended = grown(this.ended, new Float64Array(slots))
      this.lasting = grown(this.lasting, new Float64Array(cell * 2 * this.stretches))
    }
    return cell
  }

  /** Gives a cell back in which nothing changes any more: all its slots are empty. */
  give(cell: number): void {
    this.#free.push(cell)
  }

  isEmpty(cell: number): boolean {
    for (let slot = cell * FAN; slot < (cell + 1) * FAN; slot++) if (this.child[slot] !== 0) return false
    return true
  }

  /** Notes the summary of the cell in a slot; without a cell, that nothing changes there. */
  note(slot: number, child: number, summary: Summary): void {
    this.child[slot] = child
    this.sum[slot] = child === 0 ? 0 : summary.sum
    this.highest[slot] = child === 0 ? 0 : summary.highest
    this.lowest[slot] = child === 0 ? 0 : summary.lowest
    this.ended[slot] = child === 0 ? 0 : summary.ended
  }

  /** Sums a cell up, and notes what lasts in it. */
  summarise(cell: number, below: { readonly stretches: number; readonly lasting: Float64Array }, into: Summary): void {
    const known = below.stretches
    const mine = cell * this.stretches
    const { lasting } = this
    let level = 0
    let ended = 0
    let highest = Number.NEGATIVE_INFINITY
    let lowest = Number.POSITIVE_INFINITY
    let idle = Number.POSITIVE_INFINITY
    lasting.fill(Number.POSITIVE_INFINITY, mine, mine + this.stretches)
    for (let index = 0; index < FAN; index++) {
      const slot = cell * FAN + index
      const child = this.child[slot] as number
      const top = level + (this.highest[slot] as number)
      const bottom = level + (this.lowest[slot] as number)
      this.#tops[index] = top
      if (top > highest) highest = top
      if (bottom < lowest) lowest = bottom
      if (child === 0) {
        if (level < idle) idle = level
      } else {
        for (let stretch = 0; stretch < known; stretch++) {
          const value = level + (below.lasting[child * known + stretch] as number)
          if (value < (lasting[mine + stretch] as number)) lasting[mine + stretch] = value
        }
      }
      level += this.sum[slot] as number
      ended += this.ended[slot] as number
    }
    for (let stretch = 0; stretch < known; stretch++)
      if (idle < (lasting[mine + stretch] as number)) lasting[mine + stretch] = idle
    this.#lastingOfSlots(mine + known)
    into.sum = level
    into.ended = ended
    into.highest = highest
    into.lowest = lowest
  }

  /** Notes what lasts for one, two, four and eight slots, from their highest levels. */
  #lastingOfSlots(place: number): void {
    const tops = this.#tops
    for (let power = 0, groups = FAN; power < FAN_BITS; power++, groups /= 2) {
      let lowest = Number.POSITIVE_INFINITY
      for (let group = 0; group < groups; group++) {
        const top = tops[group] as number
        if (top < lowest) lowest = top
      }
      this.lasting[place + power] = lowest
      for (let group = 0; group < groups; group += 2)
        tops[group / 2] = Math.max(tops[group] as number, tops[group + 1] as number)
    }
  }
}

function grown<Values extends Int32Array | Float64Array>(values: Values, larger: Values): Values {
  larger.set(values)
  return larger
}
