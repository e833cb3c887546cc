/**
 * Who is told when something changed. Notifications of the database are heard once in a process and handed on here.
 * They can be lost, so whoever waits looks from time to time by itself.
 */
import type { Database } from '../store/database.ts'

type Heard = (id: string) => void

/** The channels of the database: something happened to an execution; an execution needs attention; less may be held of a pool. */
const CHANNELS = ['execution', 'work', 'pool'] as const
export type SignalChannel = (typeof CHANNELS)[number]

export class Signals {
  readonly #listeners: Record<SignalChannel, Set<Heard>> = { execution: new Set(), work: new Set(), pool: new Set() }

  /** Begins to listen to a database. */
  async listen(database: Database): Promise<void> {
    for (const channel of CHANNELS) await database.listen(channel, (id) => this.tell(channel, id))
  }

  tell(channel: SignalChannel, id: string): void {
    for (const heard of this.#listeners[channel]) heard(id)
  }

  /** Calls back for every signal of a channel. The function that it returns ends that. */
  on(channel: SignalChannel, heard: Heard): () => void {
    this.#listeners[channel].add(heard)
    return () => this.#listeners[channel].delete(heard)
  }
}
