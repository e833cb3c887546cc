/** Chance that can be repeated: the same seed makes the same history. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both bounds included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** A whole number whose size is as likely to be small as large. */
  scale(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.next())
  }

  one<Item>(items: readonly Item[]): Item | undefined {
    return items[this.integer(0, items.length - 1)]
  }

  /** True so many times in a hundred. */
  percent(times: number): boolean {
    return this.next() * 100 < times
  }
}

/** The seed of a run: the one that is given, or a new one; printed, so that a failure can be repeated. */
export function seedOf(name: string): number {
  const seed = Number(process.env.BROKER_MODEL_SEED ?? Math.floor(Math.random() * 2 ** 32))
  console.log(`${name}: BROKER_MODEL_SEED=${seed}`)
  return seed
}
