/** Retention of records, from the configuration. */
import { milliseconds } from './config.ts'
import type { Config } from './config-schema.ts'
import type { Retention } from './lifecycle/housekeeping.ts'

/** The times of the configuration in milliseconds. */
export function retentionOf({ retention }: Config): Retention {
  return {
    offersMs: milliseconds(retention.offers),
    detailsMs: milliseconds(retention.details),
    recordsMs: milliseconds(retention.records),
  }
}
