/** A simulated platform that can be made not to answer, as an engine that was stopped: by a file `away` in its directory. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskFull } from '../../domain/error-code.ts'
import { BrokerError } from '../../domain/errors.ts'
import type { Platform } from '../platform.ts'
import { whenMissing } from './volume-files.ts'

/** The verbs that ask nothing of a platform. */
const SILENT: readonly (keyof Platform)[] = ['unsupported', 'volumeName', 'watch', 'close']

/** The same platform, which throws PLATFORM_UNAVAILABLE as long as the file is there. */
export function unlessAway(platform: Platform, directory: string): Platform {
  const assertThere = async () => {
    if (await stat(join(directory, 'away')).catch(whenMissing))
      throw new BrokerError('PLATFORM_UNAVAILABLE', 'The simulated platform did not answer (it was told to be away)')
  }
  const output: Platform['output'] = async function* (...asked) {
    await assertThere()
    yield* platform.output(...asked)
  }
  return new Proxy(platform, {
    get(target, name) {
      if (name === 'output') return output
      const part: unknown = Reflect.get(target, name, target)
      if (typeof part !== 'function') return part
      const verb = part.bind(target) as (...asked: unknown[]) => unknown
      if (SILENT.includes(name as keyof Platform)) return verb
      return async (...asked: unknown[]) => {
        await assertThere()
        try {
          return await verb(...asked)
        } catch (cause) {
          if (!isDiskFull(cause)) throw cause
          throw new BrokerError('NO_SPACE', 'the disk of the simulated platform is full', { cause })
        }
      }
    },
  })
}
