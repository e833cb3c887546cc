/**
 * Reads of executions for those who follow them. Several who follow one are woken by the same hint; they share a read that
 * begins after all of them have asked.
 */
import type { ExecutionId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import * as executions from '../store/executions.ts'

export class Looks {
  readonly #database: Database
  /** The reads that begin in the next turn of the process. */
  readonly #next = new Map<ExecutionId, Promise<executions.Execution | undefined>>()

  constructor(database: Database) {
    this.#database = database
  }

  /** An execution as it is at this moment or later; undefined when there is none. */
  find(id: ExecutionId): Promise<executions.Execution | undefined> {
    const shared = this.#next.get(id)
    if (shared) return shared
    const found = this.#read(id)
    this.#next.set(id, found)
    return found
  }

  async #read(id: ExecutionId): Promise<executions.Execution | undefined> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#next.delete(id)
    return executions.find(this.#database, id)
  }
}
