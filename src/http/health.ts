/** Whether the parts that every request needs are there: the database, and platforms to run on. */
import { isBrokerError } from '../domain/errors.ts'
import type { HttpContext } from './context.ts'

/** One part, and what is wrong with it. */
export interface Check {
  readonly name: string
  readonly status: 'ok' | 'unavailable'
  readonly detail?: string
}

export interface Health {
  /** The database and at least one platform answer, and requests need not go elsewhere. */
  readonly ready: boolean
  readonly checks: readonly Check[]
}

/** Looks at the parts. Many may ask at the same time; the parts are asked once then. */
export class HealthWatch {
  readonly #context: HttpContext
  #looking: Promise<readonly Check[]> | undefined

  constructor(context: HttpContext) {
    this.#context = context
  }

  /** How it is now. */
  async look(): Promise<Health> {
    this.#looking ??= this.#checks().finally(() => (this.#looking = undefined))
    const [database, ...platforms] = await this.#looking
    const answering = database?.status === 'ok' && platforms.some(({ status }) => status === 'ok')
    return {
      ready: answering && !this.#context.leaving.aborted,
      checks: database ? [database, ...platforms] : platforms,
    }
  }

  #checks(): Promise<readonly Check[]> {
    const { database, platforms } = this.#context
    return Promise.all([
      check('database', () => database.assertWritable()),
      ...platforms.map((platform) => check(`platform ${platform.name}`, () => platform.probe())),
    ])
  }
}

async function check(name: string, ask: () => Promise<unknown>): Promise<Check> {
  try {
    await ask()
    return { name, status: 'ok' }
  } catch (error) {
    if (!isBrokerError(error)) throw error
    return { name, status: 'unavailable', detail: error.detail }
  }
}
