/** Says how far something has come, while it goes on. */
import type { Message } from '../../domain/message.ts'
import type { StepTarget } from './step.ts'

/** Says progress in its order, each in the place of the one before. */
export class Progress {
  readonly #say: StepTarget['say']
  #said = Promise.resolve()

  constructor(say: StepTarget['say']) {
    this.#say = say
  }

  /**
   * Says it when everything before was said. What cannot be said because the database is away is left out: nobody waits
   * for it, and the step meets the same trouble by itself when it has something to keep.
   */
  say(message: Message): void {
    this.#said = this.#said.then(() => this.#say(message, 'progress')).catch(() => undefined)
  }

  /** Returns when nothing more is being said, so that what the step says next comes after it. */
  said(): Promise<void> {
    return this.#said
  }
}
