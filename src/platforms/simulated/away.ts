/** A simulated platform that can be made not to answer, as an engine that was stopped: by a file `away` in its directory. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskFull } from '../../domain/error-code.ts'
import { BrokerError } from '../../domain/errors.ts'
import { guardedPlatform } from '../guarded-platform.ts'
import type { Platform } from '../platform.ts'
import { whenMissing } from './volume-files.ts'

/** The same platform, which throws PLATFORM_UNAVAILABLE as long as the file is there. */
export function unlessAway(platform: Platform, directory: string): Platform {
  return guardedPlatform(platform, async (verb) => {
    if (await stat(join(directory, 'away')).catch(whenMissing))
      throw new BrokerError('PLATFORM_UNAVAILABLE', 'The simulated platform did not answer (it was told to be away)')
    try {
      return await verb()
    } catch (cause) {
      if (!isDiskFull(cause)) throw cause
      throw new BrokerError('NO_SPACE', 'the disk of the simulated platform is full', { cause })
    }
  })
}
