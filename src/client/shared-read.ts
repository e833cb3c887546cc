/** A read that is shared by all who ask for the same while it is going on. */
export class SharedRead<Value> {
  #going: { readonly of: readonly unknown[]; readonly value: Promise<Value> } | undefined

  /** The value of the read of the same that is going on, or else of a new one. */
  async ask(of: readonly unknown[], read: () => Promise<Value>): Promise<Value> {
    const isSame = this.#going?.of.every((part, index) => part === of[index])
    const going = isSame && this.#going ? this.#going : { of, value: read() }
    this.#going = going
    try {
      return await going.value
    } finally {
      if (this.#going === going) this.#going = undefined
    }
  }
}
