/**
 * What stands between one worker and everything outside of it: platform, data, database. Every call gets the name of the
 * point at which it was made, and at one point something may happen to it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Readable } from 'node:stream'
import { vi } from 'vitest'
import type { DataSink } from '../../../src/data/data-sink.ts'
import type { DataSource } from '../../../src/data/data-source.ts'
import { STEPS } from '../../../src/lifecycle/steps/steps.ts'
import { placeOf, type Step, type StepContext, type StepTarget } from '../../../src/lifecycle/steps/step.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import type { Database, Queryable, Transaction } from '../../../src/store/database.ts'
import type { Statement } from '../../../src/store/statements.ts'

/** What is called: a platform, data sources and sinks, the database, or the database within a transaction. */
export type Callee = 'platform' | 'source' | 'sink' | 'database' | 'transaction'

/** A call to the outside. The name tells the step, what was asked, and for the how many-th time. */
export interface Point {
  readonly name: string
  readonly callee: Callee
  /** The verb of the step that called; undefined for a call of the engine itself. */
  readonly verb: string | undefined
  /** It is known to change nothing, so it does not matter whether it was answered. */
  readonly onlyReads: boolean
}

/** What happens at a point, in the place of the call. */
export type Happening = <Answer>(call: () => Promise<Answer>, point: Point) => Promise<Answer>

interface RunningStep {
  readonly title: string
  readonly verb: string
}

const running = new AsyncLocalStorage<RunningStep>()

/** The verbs of all steps, as `<family> <verb>`: a new family or verb is among them without anybody's doing. */
export const STEP_VERBS = Object.entries(STEPS).flatMap(([family, step]) =>
  Object.keys(step).map((verb) => `${family} ${verb}`),
)

/** How often each of these verbs was begun, for which execution and component, by `<family> <verb>`. */
export type Begun = Map<string, string[]>

/** Makes every verb of every step known while it runs, and tells which were begun, as `<execution> <component>`. */
export function watchSteps(): Begun {
  const begun: Begun = new Map()
  for (const [family, step] of Object.entries(STEPS))
    for (const verb of Object.keys(step) as (keyof Step)[]) {
      const perform = step[verb]?.bind(step) as Required<Step>['save']
      vi.spyOn(step as Required<Step>, verb).mockImplementation((target: StepTarget, context: StepContext) => {
        const what = `${family} ${verb}`
        begun.set(what, [...(begun.get(what) ?? []), `${target.execution.id} ${target.component.position}`])
        return running.run({ title: titleOf(target, verb), verb }, () => perform(target, context))
      })
    }
  return begun
}

const titleOf = (target: StepTarget, verb: string) => {
  const { family, index } = placeOf(target)
  return `${verb} ${family}-${index}`
}

export class Outside {
  readonly points: Point[] = []
  readonly #counts = new Map<string, number>()
  #happens: { readonly at: string; readonly what: Happening } | undefined
  #isGone = false
  #goNow = () => {}
  /** Resolves when the worker is no more. */
  readonly gone = new Promise<void>((resolve) => (this.#goNow = resolve))

  /** Lets something happen at one point. */
  at(point: string, what: Happening): void {
    this.#happens = { at: point, what }
  }

  /** The process of the worker ends here: it hears of nothing any more, and nothing hears of it. */
  end(): void {
    this.#isGone = true
    this.#goNow()
  }

  platform(platform: Platform): Platform {
    return this.#around(platform, 'platform', ['volumeName', 'unsupported', 'watch'])
  }

  source(source: DataSource): DataSource {
    return this.#around(source, 'source', ['as'])
  }

  sink(sink: DataSink): DataSink {
    return this.#around(sink, 'sink', ['as'])
  }

  database(database: Database): Database {
    const query: Database['query'] = (statement, parameters) =>
      this.#call('database', statement.name, () => database.query(statement, parameters), reads(statement))
    const transaction: Database['transaction'] = (work) =>
      this.#call('database', 'transaction', () => database.transaction((tx) => work(this.#transaction(tx))))
    return { ...database, query, transaction }
  }

  #transaction(tx: Transaction): Transaction {
    const query: Queryable['query'] = (statement, parameters) =>
      this.#call('transaction', statement.name, () => tx.query(statement, parameters))
    return { inTransaction: true, query }
  }

  /** Something whose methods are points, but for those that ask nothing of anybody. */
  #around<Thing extends object>(thing: Thing, callee: Callee, except: readonly string[]): Thing {
    return new Proxy(thing, {
      get: (_, name) => {
        const member = Reflect.get(thing, name, thing) as unknown
        if (typeof member !== 'function' || typeof name !== 'string') return member
        const method = member.bind(thing) as (...args: unknown[]) => unknown
        if (except.includes(name)) return method
        if (name === 'output')
          return (...args: unknown[]) =>
            this.#stream(() => method(...args) as AsyncIterable<Buffer>, briefly(name, args))
        return (...args: unknown[]) => this.#call(callee, briefly(name, args), async () => method(...args))
      },
    })
  }

  async *#stream(open: () => AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
    const chunks = await this.#call('platform', name, async () => {
      const all: Buffer[] = []
      for await (const chunk of open()) all.push(chunk)
      return all
    })
    yield* chunks
  }

  async #call<Answer>(callee: Callee, what: string, call: () => Promise<Answer>, onlyReads = false): Promise<Answer> {
    if (this.#isGone) return this.#goneFrom(callee)
    const point = this.#pointOf(callee, what, onlyReads)
    try {
      return await (this.#happens?.at === point.name ? this.#happens.what(call, point) : call())
    } finally {
      if (this.#isGone) await this.#goneFrom(callee)
    }
  }

  /** A transaction of a process that is no more is rolled back; everything else is just not heard of. */
  #goneFrom(callee: Callee): Promise<never> {
    if (callee === 'transaction') throw new Error('the process of the worker is no more')
    return new Promise(() => undefined)
  }

  #pointOf(callee: Callee, what: string, onlyReads: boolean): Point {
    const step = running.getStore()
    // What is asked of the database is shared by the steps that run side by side, so it belongs to none.
    const isShared = callee === 'database' || callee === 'transaction'
    const place = `${isShared ? '' : `${step?.title ?? 'the engine'}: `}${callee} ${what}`
    const count = (this.#counts.get(place) ?? 0) + 1
    this.#counts.set(place, count)
    const point = { name: `${place}, ${count}`, callee, verb: isShared ? undefined : step?.verb, onlyReads }
    this.points.push(point)
    return point
  }
}

const reads = ({ text }: Statement) => /^\s*select\b/i.test(text) && !/\bpg_notify\b/i.test(text)

/** What of a call tells it from others of the same step, whichever execution it is for. */
function briefly(method: string, args: readonly unknown[]): string {
  const words = args.flatMap((arg) => {
    if (arg instanceof URL) return [arg.pathname]
    if (typeof arg === 'function') return []
    if (typeof arg === 'string') return /^[0-9a-f-]{36}$/.test(arg) ? [] : [arg]
    const { name, path } = (arg ?? {}) as { name?: unknown; path?: unknown }
    return [name, path].filter((word) => typeof word === 'string')
  })
  return [method, ...words].join(' ')
}

/** Gives up what an answer holds that nobody hears. */
export function discard(answer: unknown): void {
  const stream = ((answer as { content?: Readable } | undefined)?.content ?? answer) as Partial<Readable> | undefined
  if (typeof stream?.destroy !== 'function') return
  stream.on?.('error', () => undefined)
  stream.destroy()
}
