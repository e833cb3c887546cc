/** Says how far something has come, while it goes on. */
import type { Message } from '../../domain/message.ts'
import type { StepTarget } from './step.ts'

/** Says progress in its order, each in the place of the one before; what is overtaken while another is said is left out. */
export class Progress {
  readonly #say: StepTarget['say']
  #next: Message | undefined
  #saying: Promise<void> | undefined

  constructor(say: StepTarget['say']) {
    this.#say = say
  }

  /**
   * Says it when what is being said was said. What cannot be said because the database is away is left out: nobody waits
   * for it, and the step meets the same trouble by itself when it has something to keep.
   */
  say(message: Message): void {
    this.#next = message
    this.#saying ??= this.#sayOn()
  }

  /** Returns when nothing more is being said, so that what the step says next comes after it. */
  async said(): Promise<void> {
    await this.#saying
  }

  async #sayOn(): Promise<void> {
    for (let next = this.#next; next; next = this.#next) {
      this.#next = undefined
      await this.#say(next, 'progress').catch(() => undefined)
    }
    this.#saying = undefined
  }
}
