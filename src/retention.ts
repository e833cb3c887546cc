/** Retention of records, from the configuration. */
import { milliseconds } from './config.ts'
import type { Config } from './config-schema.ts'
import type { Retention } from './store/retention.ts'

/** The times of the configuration in milliseconds. */
export function retentionOf({ retention }: Config): Retention {
  return {
    refusedMs: milliseconds(retention.refused),
    offersMs: milliseconds(retention.offers),
    detailsMs: milliseconds(retention.details),
    recordsMs: milliseconds(retention.records),
  }
}

/** The bytes that are kept for one user with identities, where the configuration does not say. */
const BYTES_PER_USER = 2 ** 30

/** How many bytes are kept for one user; undefined for no limit, as without identities everybody is the same user. */
export function bytesPerUser({ retention, identity }: Config): number | undefined {
  return retention.bytesPerUser ?? (identity ? BYTES_PER_USER : undefined)
}
