/**
 * Doing together what many ask for at the same time. Executions go their ways one by one, but a statement for a hundred
 * of them costs the database little more than one for one, and a commit is shared.
 *
 * What comes while something is being done is done next, so nobody waits longer than for what is going on; where nothing
 * goes on there is nothing to wait for.
 */
import { isDatabaseAway } from './cannot-now.ts'

interface Asked<Item, Answer> {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Does something for all of these items; the answers are in their order. May be repeated. */
export type DoTogether<Item, Answer> = (items: readonly Item[]) => Promise<readonly Answer[]>

/** Rules that keep the work for one item from that for others. */
export interface Apart<Item> {
  /** Of items with one key only one is done at a time. */
  readonly keyOf: (item: Item) => unknown
  /** The most that is done together. */
  readonly atMost: number
  /** The number of batches at once, so that one that waits holds up only its own items; 1 by default. */
  readonly atOnce?: number
  /**
   * The keys that the work for an item may have to wait for. Items that share some of them are done together or one after
   * the other, and not together with those that do not.
   */
  readonly waitsFor?: (item: Item) => readonly string[]
}

export class Together<Item, Answer> {
  readonly #do: DoTogether<Item, Answer>
  readonly #apart: Required<Apart<Item>>
  #waiting: Asked<Item, Answer>[] = []
  #working = 0
  /** The keys of what is being done, and what that may be waiting for. */
  readonly #busyKeys = new Set<unknown>()
  readonly #waitedFor = new Set<string>()

  constructor(work: DoTogether<Item, Answer>, apart: Apart<Item>) {
    this.#do = work
    this.#apart = { atOnce: 1, waitsFor: () => [], ...apart }
  }

  /** Does it for an item together with the others that wait. */
  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (this.#working < this.#apart.atOnce) void this.#work()
    })
  }

  /** Works until nobody waits whose turn it can be. It does not fail: those who asked are told. */
  async #work(): Promise<void> {
    this.#working++
    // Those that were set going by the same event ask within the same turn.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      for (let asked = this.#takeNext(); asked.length > 0; asked = this.#takeNext()) await this.#doApart(asked)
    } finally {
      this.#working--
    }
  }

  /** Does what was taken, and keeps its like from being done meanwhile. */
  async #doApart(asked: readonly Asked<Item, Answer>[]): Promise<void> {
    const { keyOf, waitsFor } = this.#apart
    const keys = asked.map(({ item }) => keyOf(item))
    const waited = asked.flatMap(({ item }) => waitsFor(item))
    for (const key of keys) this.#busyKeys.add(key)
    for (const one of waited) this.#waitedFor.add(one)
    try {
      await this.#doAll(asked)
    } finally {
      for (const key of keys) this.#busyKeys.delete(key)
      for (const one of waited) this.#waitedFor.delete(one)
    }
  }

  /** All items of a batch. After a failure each is tried alone, since it may be a neighbour's; trouble of the database is told to all. */
  async #doAll(asked: readonly Asked<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#do(asked.map(({ item }) => item))
      asked.forEach(({ resolve }, index) => resolve(answers[index] as Answer))
    } catch (error) {
      if (asked.length === 1 || isDatabaseAway(error)) for (const { reject } of asked) reject(error)
      else for (const one of asked) await this.#doAll([one])
    }
  }

  #takeNext(): Asked<Item, Answer>[] {
    const { keyOf, waitsFor, atMost } = this.#apart
    const taken: Asked<Item, Answer>[] = []
    const keys = new Set(this.#busyKeys)
    const left: Asked<Item, Answer>[] = []
    let together: readonly string[] | undefined
    for (const asked of this.#waiting) {
      const key = keyOf(asked.item)
      const waits = waitsFor(asked.item)
      const isFree = !keys.has(key) && !waits.some((one) => this.#waitedFor.has(one))
      // Of one key, those that came first go first.
      keys.add(key)
      if (isFree && taken.length < atMost && (!together || belongs(waits, together))) {
        taken.push(asked)
        together ??= waits
      } else left.push(asked)
    }
    this.#waiting = left
    return taken
  }
}

const belongs = (waits: readonly string[], together: readonly string[]) =>
  waits.length === 0 ? together.length === 0 : waits.some((one) => together.includes(one))
