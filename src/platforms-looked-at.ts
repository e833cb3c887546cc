/** The configured platforms for commands that look at them, or ask them something, while no broker is started. */
import { resolve } from 'node:path'
import type { Config } from './config-schema.ts'
import { enginePlaces } from './engine-places.ts'
import { choosePlatforms, type PlatformSurroundings } from './platforms-here.ts'
import type { Platform } from './platforms/platform.ts'
import { systemClock } from './system-clock.ts'

/** Opens the platforms as for the broker with that id; `warned` are the warnings of one of them so far, `unreached` says why it is simulated. */
export async function withPlatforms<Found>(
  config: Config,
  brokerId: string,
  look: (platform: Platform, warned: readonly string[], unreached: readonly string[]) => Promise<Found[]>,
): Promise<Found[]> {
  const warnings = new Map<unknown, string[]>()
  const surroundings: PlatformSurroundings = {
    clock: systemClock,
    directory: resolve(config.dataDirectory),
    brokerId,
    outputBytesMax: config.execution.outputBytes,
    engines: enginePlaces(process.env),
    // Nothing is pulled.
    loginAt: () => undefined,
    digestOfTag: async () => undefined,
    log: (_level, text, { platform } = {}) => warningsOf(platform).push(text),
  }
  function warningsOf(platform: unknown): string[] {
    const known = warnings.get(platform) ?? []
    warnings.set(platform, known)
    return known
  }
  const { platforms: chosen, unreached } = await choosePlatforms(config.platforms, surroundings)
  try {
    const found = await Promise.all(chosen.map(({ platform }) => look(platform, warningsOf(platform.name), unreached)))
    return found.flat()
  } finally {
    await Promise.all(chosen.map(({ platform }) => platform.close()))
  }
}
