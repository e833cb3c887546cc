/** Retention of records, from the configuration. */
import { BrokerError } from './domain/errors.ts'
import { BODY_BYTES_MAX } from './protocol/notation.ts'
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
    auditMs: milliseconds(retention.audit),
  }
}

/** The bytes that are kept for one user with identities, where the configuration does not say. */
const BYTES_PER_USER = 2 ** 30

/** The bytes that are kept for one user; undefined for no limit, as without identities everybody is the same user. */
export function bytesPerUser({ retention, identity }: Config): number | undefined {
  return retention.bytesPerUser ?? (identity ? BYTES_PER_USER : undefined)
}

/**
 * Refuses a configuration in which the largest request, kept as it is and in each of its offers, takes more than may be
 * kept for its user. Throws UNPROCESSABLE.
 */
export function refuseSmallRoom(config: Config): void {
  const { perSet } = config.offers
  const [room, needed] = [bytesPerUser(config), BODY_BYTES_MAX * (1 + perSet)]
  if (room === undefined || needed <= room) return
  const perSetMax = Math.floor(room / BODY_BYTES_MAX) - 1
  throw new BrokerError(
    'UNPROCESSABLE',
    `retention.bytesPerUser is ${room}, and one request of ${BODY_BYTES_MAX} bytes with offers.perSet: ${perSet} takes up to ${needed}, so it would be refused for ever; set retention.bytesPerUser to ${needed} or more, or offers.perSet to ${perSetMax} or less.`,
  )
}
