/** Reads what a program wrote, from wherever it is now: from the platform while it runs, from the database afterwards. */
import { isBrokerError } from '../domain/errors.ts'
import { executionLifecycle } from '../domain/execution-lifecycle.ts'
import * as components from '../store/components.ts'
import type * as executions from '../store/executions.ts'
import * as outputs from '../store/outputs.ts'
import type { HttpContext } from './context.ts'
import { hintsFor } from './waiting.ts'

/** How often to look for news of an execution without a hint, in milliseconds. */
const LOOK_MS = 5_000

/** One stream of one execution. */
export class OutputReader {
  readonly #id: executions.Execution['id']
  readonly #stream: outputs.OutputStream
  readonly #context: HttpContext
  readonly #over: AbortSignal

  /** Reading ends when `over` is aborted. */
  constructor(id: executions.Execution['id'], stream: outputs.OutputStream, context: HttpContext, over: AbortSignal) {
    this.#id = id
    this.#stream = stream
    this.#context = context
    this.#over = over
  }

  /**
   * The bytes from `from` on; with `follow`, until the program has ended, also when its platform is away meanwhile. Throws
   * PLATFORM_UNAVAILABLE without `follow`.
   */
  async *read(from: number, follow: boolean): AsyncGenerator<Buffer> {
    const { database, clock, looks } = this.#context
    const hints = hintsFor(this.#id, this.#context, this.#over)
    let sent = from
    try {
      while (!this.#over.aborted) {
        const execution = await looks.find(this.#id)
        if (!execution) return
        const kept = await this.keptLength(execution)
        if (kept !== undefined) {
          yield* outputs.read(database, this.#id, this.#stream, sent, kept)
          return
        }
        try {
          for await (const bytes of this.#fromPlatform(execution, sent, follow)) {
            sent += bytes.length
            yield bytes
          }
        } catch (error) {
          if (!follow || !isBrokerError(error, 'PLATFORM_UNAVAILABLE')) throw error
        }
        if (!follow) return
        await hints.next(clock.now() + LOOK_MS)
      }
    } finally {
      hints.end()
    }
  }

  /** Output from `from` on, of which the first bytes have come. Throws PLATFORM_UNAVAILABLE. */
  async readBegun(from: number): Promise<AsyncIterable<Buffer>> {
    const bytes = this.read(from, false)
    const first = await bytes.next()
    // A reader that goes away before it has begun ends nothing by itself.
    this.#over.addEventListener('abort', () => void bytes.return(undefined), { once: true })
    return (async function* () {
      if (first.done) return
      yield first.value
      yield* bytes
    })()
  }

  /** How many bytes are kept in the database; undefined while the output is still with the platform. */
  async keptLength(execution: executions.Execution): Promise<number | undefined> {
    const { database } = this.#context
    const mayBeKept = execution.phase === 'RELEASING' || executionLifecycle.isTerminal(execution.phase)
    if (!mayBeKept) return undefined
    if (execution.startAt === undefined) return 0
    const compute = (await components.list(database, [execution.id])).find(({ family }) => family === 'compute')
    if (compute?.givenBackAt === undefined) return undefined
    return outputs.length(database, execution.id, this.#stream)
  }

  /** Makes sure that the platform can be asked for what is not kept yet. Throws PLATFORM_UNAVAILABLE. */
  async assertReachable({ startedAt, plan }: executions.Execution): Promise<void> {
    if (startedAt !== undefined) await this.#platformNamed(plan.platform)?.observe([this.#id])
  }

  #platformNamed(wanted: string) {
    return this.#context.platforms.find(({ name }) => name === wanted)
  }

  #fromPlatform({ startedAt, plan }: executions.Execution, from: number, follow: boolean): AsyncIterable<Buffer> {
    const platform = this.#platformNamed(plan.platform)
    if (startedAt === undefined || !platform) return nothing()
    return platform.output(this.#id, this.#stream, { from, follow, signal: this.#over })
  }
}

async function* nothing(): AsyncGenerator<Buffer> {
  // There is no program yet.
}

/** The first `limit` bytes of what comes. */
export async function* upTo(limit: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = limit
  if (left <= 0) return
  for await (const bytes of source) {
    yield bytes.subarray(0, left)
    left -= bytes.length
    if (left <= 0) return
  }
}
