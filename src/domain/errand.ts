/**
 * On whose behalf something runs, however many callbacks away: an error that nobody catches is so found together with
 * what caused it, and fails that and nothing else.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Errand {
  /** A name for the log. */
  readonly about: Readonly<Record<string, unknown>>
  /** Fails it with an error that nobody else has caught. May be called again, and after it has ended. */
  readonly fail: (error: unknown) => void
}

const errands = new AsyncLocalStorage<Errand>()

/** The errand that this code runs on; undefined where it is nobody's. */
export function currentErrand(): Errand | undefined {
  return errands.getStore()
}

/** Does `work`, and all that it sets going, as an errand. What it is adds to what the errand around it is. */
export function onErrand<Result>({ about, fail }: Errand, work: () => Result): Result {
  return errands.run({ about: { ...currentErrand()?.about, ...about }, fail }, work)
}

/** Does `work` as an errand that fails like any other promise: also with an error of it that nobody caught. */
export function answerable<Result>(about: Errand['about'], work: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    onErrand({ about, fail: reject }, () => void work().then(resolve, reject))
  })
}
