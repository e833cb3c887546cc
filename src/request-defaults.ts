/** What a request leaves open and the site decides, from the configuration. */
import type { Config } from './config-schema.ts'
import { milliseconds } from './config.ts'
import type { RequestDefaults } from './protocol/read-request.ts'

export function requestDefaults({ offers, notebooks }: Pick<Config, 'offers' | 'notebooks'>): RequestDefaults {
  return { durationMs: milliseconds(offers.defaultDuration), ...(notebooks ? { notebooks } : {}) }
}
