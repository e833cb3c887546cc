/** The shares of a pool that one user may hold by open offers and by kept results, as the site has them. */
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

/** The share of the storage of a pool that kept results of one user may hold where the configuration does not say. */
const KEEP_SHARE = 0.25

/** The share of the storage of a pool that kept results of one user may hold; 1 where there is no limit. */
export function keepShare({ data, identity }: Config): number {
  return data.keepShare ?? (identity ? KEEP_SHARE : 1)
}
