/** A map with room for so many entries: the one that was set the longest ago makes room for the next, and leaves when it is over. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #room: number
  readonly #isOver: (value: Value) => boolean

  /** `isOver` is true of values that are of no use any more; they leave when another entry comes, the oldest first. */
  constructor(room: number, isOver: (value: Value) => boolean = () => false) {
    this.#room = room
    this.#isOver = isOver
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  /** Makes this the newest entry. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    for (const [oldest, its] of this.#entries) {
      if (this.#entries.size <= this.#room && !this.#isOver(its)) return
      this.#entries.delete(oldest)
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }
}
