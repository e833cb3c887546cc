/** What there is to say about a request while it is read: every message, rather than the first. */
import type { Instant } from '../domain/dates.ts'
import { message, type Message } from '../domain/message.ts'

/** So many messages are said one by one; nobody reads more, and each is kept with the offer set. */
const SAID_MAX = 100

export class RequestNotes {
  readonly #said: Message[] = []
  #unsaid = 0
  #refused = false
  readonly now: Instant

  constructor(now: Instant) {
    this.now = now
  }

  say(said: Message): void {
    if (said.level === 'ERROR') this.#refused = true
    if (this.#said.length < SAID_MAX) this.#said.push(said)
    else this.#unsaid++
  }

  /** The first messages and, where there are more, how many. */
  get messages(): readonly Message[] {
    if (this.#unsaid === 0) return this.#said
    return [...this.#said, message('messages-more', this.now, { count: this.#unsaid })]
  }

  /** A value that cannot be used. Values that are not text are shown as JSON. */
  invalid(pointer: string, value: unknown, reason: string): void {
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    this.say(message('invalid-value', this.now, { pointer, value: shown, reason }))
  }

  /** A value that has to be there and is not. */
  missing(pointer: string, what: string): void {
    this.say(message('missing-value', this.now, { pointer, what }))
  }

  /** Something that the contract has and this broker does not do. */
  notSupported(pointer: string, reason: string): void {
    this.say(message('not-supported', this.now, { pointer, reason }))
  }

  /** A notebook, or a way to run one, that the site has not configured. */
  noNotebooks(pointer: string, reason: string): void {
    this.say(message('notebooks-not-here', this.now, { pointer, reason }))
  }

  /** Whether something speaks for NO. */
  get refused(): boolean {
    return this.#refused
  }
}
