/** The end of what a program wrote, in as much memory as is kept of it, however small the parts are that it comes in. */

/** The last `limit` bytes of what is added, in blocks of `blockBytes`. */
export class OutputTail {
  /** Bytes that were added. */
  total = 0
  readonly #limit: number
  readonly #blockBytes: number
  /** All full but the last, in which `#filled` bytes are. */
  readonly #blocks: Buffer[] = []
  #filled = 0

  constructor(limit: number, blockBytes: number) {
    this.#limit = limit
    this.#blockBytes = blockBytes
  }

  /** Copies the bytes: a small part would hold the whole chunk of a connection that it came in. */
  add(bytes: Buffer): void {
    this.total += bytes.length
    for (let from = 0; from < bytes.length;) {
      const block = this.#open()
      const copied = bytes.copy(block, this.#filled, from)
      this.#filled += copied
      from += copied
    }
  }

  /** The kept bytes, in parts of `blockBytes` and a last one that may be smaller. */
  *parts(): Generator<Buffer, void, undefined> {
    for (let from = Math.max(0, this.#held - this.#limit); from < this.#held; from += this.#blockBytes)
      yield this.#slice(from, Math.min(from + this.#blockBytes, this.#held))
  }

  get #held(): number {
    return Math.max(0, this.#blocks.length - 1) * this.#blockBytes + this.#filled
  }

  /** The block that has room; the first one is used again when all behind it is as much as is kept. */
  #open(): Buffer {
    const last = this.#blocks.at(-1)
    if (last && this.#filled < this.#blockBytes) return last
    const isFirstOver = this.#held - this.#blockBytes >= this.#limit
    const block = (isFirstOver ? this.#blocks.shift() : undefined) ?? Buffer.allocUnsafeSlow(this.#blockBytes)
    this.#blocks.push(block)
    this.#filled = 0
    return block
  }

  /** At most as long as a block, so it is in two of them at most. */
  #slice(from: number, to: number): Buffer {
    const first = Math.floor(from / this.#blockBytes)
    const begin = from - first * this.#blockBytes
    const both = this.#blocks.slice(first, first + 2)
    return Buffer.concat(both).subarray(begin, begin + to - from)
  }
}
