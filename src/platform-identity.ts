/**
 * Platforms that are what the database knows them as: the first process notes which engine or directory a platform is, and
 * one that finds another under that name takes nothing on there, since what runs is not there.
 */
import type { Clock } from './domain/clock.ts'
import { BrokerError, isBrokerError } from './domain/errors.ts'
import { foreignAdvice } from './platforms/foreign-advice.ts'
import { guardedPlatform, type Guard } from './platforms/guarded-platform.ts'
import type { Platform, PlatformFacts } from './platforms/platform.ts'
import type { Database } from './store/database.ts'
import * as platforms from './store/platforms.ts'

/**
 * The same platform, which throws PLATFORM_UNAVAILABLE while it is another one than the database knows. `foreign` are the
 * names of those that are. It is compared at first, at every probe, and whenever it was away.
 */
export function recognised(
  platform: Platform,
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  foreign: Set<string>,
): Platform {
  let compared: Promise<PlatformFacts> | undefined
  const compare = () => {
    const comparing = platform.probe().then(async (facts) => {
      await assertKnown(platform, facts, database, clock, foreign)
      return facts
    })
    compared = comparing
    comparing.catch(() => (compared = undefined))
    return comparing
  }
  const guard: Guard = async (verb) => {
    await (compared ?? compare())
    try {
      return await verb()
    } catch (error) {
      // It may be another one when it is back.
      if (isBrokerError(error, 'PLATFORM_UNAVAILABLE')) compared = undefined
      throw error
    }
  }
  return guardedPlatform(platform, guard, { probe: compare })
}

async function assertKnown(
  { name, capabilities: { simulated } }: Platform,
  { identity, product }: PlatformFacts,
  database: Database,
  clock: Clock,
  foreign: Set<string>,
): Promise<void> {
  if (identity === undefined) return
  const known = await platforms.note(database, name, identity, clock.now())
  if (known === identity) {
    foreign.delete(name)
    return
  }
  foreign.add(name)
  throw new BrokerError('PLATFORM_UNAVAILABLE', 'It is another engine than the one that is known under this name', {
    context: { forOperator: `${product}: ${foreignWords(name, known, identity, simulated)}` },
  })
}

/** A sentence for the operator of a platform that is another one than before. */
function foreignWords(name: string, known: string, identity: string, simulated: boolean): string {
  return `The database knows the platform ${name} as ${known}, and here it is ${identity}. ${foreignAdvice(name, simulated)}`
}
