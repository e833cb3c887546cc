/** What there is to say about a request while it is read: every message, rather than the first. */
import type { Instant } from '../domain/dates.ts'
import { message, type Message } from '../domain/message.ts'

export class RequestNotes {
  readonly messages: Message[] = []
  readonly now: Instant

  constructor(now: Instant) {
    this.now = now
  }

  say(said: Message): void {
    this.messages.push(said)
  }

  /** A value that cannot be used. Values that are not text are shown as JSON. */
  invalid(pointer: string, value: unknown, reason: string): void {
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    this.say(message('invalid-value', this.now, { pointer, value: shown, reason }))
  }

  /** A value that has to be there and is not. */
  missing(pointer: string, what: string): void {
    this.invalid(pointer, '', `${what} is needed`)
  }

  /** Something that the contract has and this broker does not do. */
  notSupported(pointer: string, reason: string): void {
    this.say(message('not-supported', this.now, { pointer, reason }))
  }

  /** Whether something speaks for NO. */
  get refused(): boolean {
    return this.messages.some(({ level }) => level === 'ERROR')
  }
}
