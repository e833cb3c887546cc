/** A map with room for so many entries: the one that was set the longest ago makes room for the next. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #room: number

  constructor(room: number) {
    this.#room = room
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  /** Makes this the newest entry. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#room) return
      this.#entries.delete(oldest)
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }
}
