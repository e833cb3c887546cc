/** The share of a pool that the open offers of one user may hold, as the site has it. */
import type { Config } from './config-schema.ts'

/** The share of a pool that open offers of one user may hold where the configuration does not say. */
const OPEN_SHARE = 0.5

/**
 * The share of a pool that open offers of one user may hold; undefined where there is no limit. Without identities
 * everybody is the same user, who would be kept from what nobody else wants.
 */
export function openShare({ offers, identity }: Config): number | undefined {
  const share = offers.share ?? (identity ? OPEN_SHARE : 1)
  return share < 1 ? share : undefined
}
