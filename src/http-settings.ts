/** The limits of a site on requests and offers, from its configuration. */
import { milliseconds } from './config.ts'
import type { Config } from './config-schema.ts'
import type { HttpSettings } from './http/context.ts'
import type { Endpoint } from './http/endpoints.ts'
import { TrustedProxies } from './http/forwarded.ts'
import { openShare } from './open-share.ts'
import { requestDefaults } from './request-defaults.ts'

/** The longest that an answer is held back, in milliseconds. */
const WAIT_MAX_MS = 300_000

/** The settings of a process with these endpoints. */
export function httpSettings(config: Config, served: readonly Endpoint[]): HttpSettings {
  return {
    open: !config.identity,
    publicUrl: config.publicUrl,
    endpoints: config.endpoints,
    served,
    requestDefaults: requestDefaults(config),
    offersPerSet: config.offers.perSet,
    offerLifetimeMs: milliseconds(config.offers.lifetime),
    openShare: openShare(config),
    decideWithinMs: milliseconds(config.offers.decideWithin),
    durationMaxMs: milliseconds(config.offers.maximumDuration),
    reads: config.identity?.reads ?? 'private',
    tokenLifetimeMax: config.identity?.tokens.longest ?? 'P1Y',
    tokensPerAccount: config.identity?.tokens.perAccount ?? 1,
    rateLimits: config.rateLimits,
    horizonMs: milliseconds(config.offers.horizon),
    graceMs: milliseconds(config.execution.gracePeriod),
    retention: config.retention,
    waitMaxMs: WAIT_MAX_MS,
    trustedProxies: new TrustedProxies(config.listen.trustedProxies, config.listen.forwardedHeader),
    requestTimeoutMs: milliseconds(config.listen.requestTimeout),
    standardId: config.vo.standardId,
    notation: config.notation,
    corsOrigins: config.cors.origins,
  }
}
