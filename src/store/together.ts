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

export class Together<Item, Answer> {
  readonly #do: DoTogether<Item, Answer>
  readonly #keyOf: (item: Item) => unknown
  readonly #atMost: number
  #waiting: Asked<Item, Answer>[] = []
  #working = false

  /** Of items with one key only one is done at a time; of all at most so many. */
  constructor(work: DoTogether<Item, Answer>, keyOf: (item: Item) => unknown, atMost: number) {
    this.#do = work
    this.#keyOf = keyOf
    this.#atMost = atMost
  }

  /** Does it for an item together with the others that wait. */
  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  /** Works until nobody waits. It does not fail: those who asked are told. */
  async #work(): Promise<void> {
    this.#working = true
    // Those that were set going by the same event ask within the same turn.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      while (this.#waiting.length > 0) await this.#doAll(this.#takeNext())
    } finally {
      this.#working = false
    }
  }

  /** What fails together is tried one by one, so that nobody suffers from a neighbour; what nobody can do now is told to all. */
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
    const taken = new Map<unknown, Asked<Item, Answer>>()
    const left: Asked<Item, Answer>[] = []
    for (const asked of this.#waiting) {
      const key = this.#keyOf(asked.item)
      if (taken.size < this.#atMost && !taken.has(key)) taken.set(key, asked)
      else left.push(asked)
    }
    this.#waiting = left
    return [...taken.values()]
  }
}
