/** A platform behind a guard: each verb that asks something of it goes through the guard, which may refuse or repeat it. */
import type { Platform } from './platform.ts'

/** The verbs that ask nothing of a platform. */
const SILENT: readonly (keyof Platform)[] = ['unsupported', 'volumeName', 'watch', 'close']

/** Calls a verb, or throws instead. */
export type Guard = <Result>(verb: () => Promise<Result>) => Promise<Result>

/** The same platform behind a guard; `others` take the place of its verbs, and are not guarded. */
export function guardedPlatform(platform: Platform, guard: Guard, others: Partial<Platform> = {}): Platform {
  const output: Platform['output'] = async function* (...asked) {
    await guard(async () => undefined)
    yield* platform.output(...asked)
  }
  const own: Partial<Platform> = { output, ...others }
  return new Proxy(platform, {
    get(target, name) {
      if (name in own) return Reflect.get(own, name) as unknown
      const part: unknown = Reflect.get(target, name, target)
      if (typeof part !== 'function') return part
      const verb = part.bind(target) as (...asked: unknown[]) => unknown
      if (SILENT.includes(name as keyof Platform)) return verb
      return (...asked: unknown[]) => guard(async () => verb(...asked))
    },
  })
}
