/** Turns: who has the next of a few places, of all who wait for one. */
import { answerable } from '../domain/errand.ts'

/** Places that one owner has, and the calls that it waits for. */
interface Line {
  holds: number
  readonly waiting: (() => void)[]
}

/**
 * Places for work that others keep waiting: taken in turns, owner by owner, so that however much one owner wants, the next
 * one waits for little. No owner holds all places, because what goes on may go on for long.
 */
export class Turns {
  readonly #perOwnerMax: number
  #free: number
  /** The owners who hold or wait for places; who had a turn last comes last. */
  readonly #lines = new Map<string, Line>()

  /** Without a limit, an owner holds three quarters of the places at most, of a single one all. */
  constructor(places: number, perOwnerMax = Math.max(1, Math.floor((places * 3) / 4))) {
    this.#free = places
    this.#perOwnerMax = perOwnerMax
  }

  /** True while nobody holds a place or waits for one. */
  get isIdle(): boolean {
    return this.#lines.size === 0
  }

  /** Does the work when it is its turn. Rejects with the reason of the signal when that is aborted before. */
  async take<Result>(owner: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.#place(owner, signal)
    try {
      // A mistake that nobody catches would keep the place for ever.
      return await answerable({ owner }, work)
    } finally {
      this.#giveBack(owner)
    }
  }

  async #place(owner: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const line = this.#lines.get(owner) ?? { holds: 0, waiting: [] }
    this.#lines.set(owner, line)
    let leave = () => {}
    const called = new Promise<void>((resolve, reject) => {
      line.waiting.push(resolve)
      leave = () => {
        const place = line.waiting.indexOf(resolve)
        if (place < 0) return
        line.waiting.splice(place, 1)
        this.#forgetIdle(owner)
        reject(signal.reason as Error)
      }
    })
    signal.addEventListener('abort', leave, { once: true })
    this.#call()
    await called.finally(() => signal.removeEventListener('abort', leave))
  }

  #giveBack(owner: string): void {
    const line = this.#lines.get(owner) as Line
    line.holds -= 1
    this.#free += 1
    this.#comesLast(owner, line)
    this.#forgetIdle(owner)
    this.#call()
  }

  /** Calls those who are next, as far as there are places. */
  #call(): void {
    for (let next = this.#next(); this.#free > 0 && next; next = this.#next()) {
      const [owner, line] = next
      this.#free -= 1
      line.holds += 1
      line.waiting.shift()?.()
      this.#comesLast(owner, line)
    }
  }

  /** Of the owners who wait and may have another place, one who has the fewest. */
  #next(): [string, Line] | undefined {
    const waiting = [...this.#lines].filter(([, line]) => line.waiting.length > 0 && line.holds < this.#perOwnerMax)
    const [first, ...others] = waiting
    return first && others.reduce((best, other) => (other[1].holds < best[1].holds ? other : best), first)
  }

  /** The others come before this owner's next turn. */
  #comesLast(owner: string, line: Line): void {
    this.#lines.delete(owner)
    this.#lines.set(owner, line)
  }

  #forgetIdle(owner: string): void {
    const line = this.#lines.get(owner)
    if (line?.holds === 0 && line.waiting.length === 0) this.#lines.delete(owner)
  }
}

/** Turns at each of many things, such as servers. What nobody uses is forgotten. */
export class TurnsAt {
  readonly #places: number
  readonly #turns = new Map<string, Turns>()

  /** So many places at each. */
  constructor(places: number) {
    this.#places = places
  }

  async take<Result>(at: string, owner: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const turns = this.#turns.get(at) ?? new Turns(this.#places)
    this.#turns.set(at, turns)
    try {
      return await turns.take(owner, signal, work)
    } finally {
      if (turns.isIdle) this.#turns.delete(at)
    }
  }
}
