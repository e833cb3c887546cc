/** The lives of executions in the log: one line for each thing that happened to one, with its UUID and its user. */
import { isBrokerError } from '../domain/errors.ts'
import type { Database } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import { RecentMap } from '../domain/recent-map.ts'
import type { Log } from './worker-context.ts'

/** So many user names are remembered. */
const NAMES_MAX = 1_000

export class LifeLog {
  readonly #database: Database
  readonly #log: Log
  readonly #names = new RecentMap<string, string>(NAMES_MAX)

  constructor(database: Database, log: Log) {
    this.#database = database
    this.#log = log
  }

  /** Notes what happened to an execution. A database that is away is no reason to do anything again. */
  async note(
    { id, owner }: Pick<Execution, 'id' | 'owner'>,
    text: string,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    this.#log('info', text, { executionId: id, user: await this.#nameOf(owner), ...details })
  }

  /** The user name of an owner; the id where there is no name, or nobody can be asked for it now. */
  async #nameOf(owner: string): Promise<string> {
    const known = this.#names.get(owner)
    if (known !== undefined) return known
    try {
      const name = (await identities.usernames(this.#database, [owner])).get(owner) ?? owner
      this.#names.set(owner, name)
      return name
    } catch (error) {
      if (!isBrokerError(error, 'UNAVAILABLE')) throw error
      return owner
    }
  }
}
