/**
 * Lets records leave when their time is over, so that the tables that the broker works on stay small.
 *
 * Offers that nobody accepted leave first; the answer that they were part of stays. What was accepted leaves in two
 * steps: output and the body of the request, then the record itself. Whatever holds something is not touched. Entries of the
 * audit log and access tokens that are of no use any more leave by their age.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import * as accessTokens from '../store/access-tokens.ts'
import * as audit from '../store/audit.ts'
import type { Database } from '../store/database.ts'
import * as estimates from '../store/estimates.ts'
import * as keptBytes from '../store/kept-bytes.ts'
import * as maintenance from '../store/maintenance.ts'
import * as retention from '../store/retention.ts'

/** How many records leave in one transaction; fewer where each may have megabytes of output. */
const BATCH = 500
const BATCH_OF_LARGE = 20
/** After so many batches of one kind the others have their turn, and the duty comes back soon. */
const BATCHES_MAX = 20
const LOOK_MS = 600_000
const LOOK_AGAIN_MS = 1_000
/** What was not learned about for so long is learned anew, in milliseconds. */
const ESTIMATES_MS = 90 * 86_400_000
/** The time for which access tokens stay that are of no use any more, in milliseconds. */
const DEAD_TOKENS_MS = 30 * 86_400_000

/** Lets leave what is due; gives when to look again. May be done by several brokers at once. */
export async function keepHouse(database: Database, clock: Clock, times: retention.Retention): Promise<Instant> {
  const now = clock.now()
  const { refusedMs, offersMs, detailsMs, recordsMs, auditMs } = retention.inOrder(times)
  const steps: [batch: number, step: (limit: number) => Promise<number>][] = [
    [BATCH, (limit) => retention.forgetDelegations(database, limit)],
    [BATCH, (limit) => retention.removeRefused(database, now - refusedMs, limit)],
    [BATCH, (limit) => retention.removeOffers(database, now - offersMs, limit)],
    [BATCH_OF_LARGE, (limit) => retention.compact(database, now - detailsMs, limit, now)],
    [BATCH, (limit) => retention.removeOfferSets(database, now - detailsMs, limit)],
    [BATCH, (limit) => retention.removeRecords(database, now - recordsMs, limit)],
    [BATCH, (limit) => keptBytes.putTogether(database, limit)],
    [BATCH, (limit) => maintenance.forget(database, now - detailsMs, limit)],
    [BATCH, (limit) => audit.remove(database, now - auditMs, limit)],
    [BATCH, (limit) => accessTokens.forget(database, now - DEAD_TOKENS_MS, limit)],
    [BATCH, (limit) => estimates.forget(database, now - ESTIMATES_MS, limit)],
  ]
  let isMore = false
  for (const [batch, step] of steps) {
    let batches = 0
    while ((await step(batch)) === batch && batches < BATCHES_MAX) batches++
    isMore ||= batches === BATCHES_MAX
  }
  return now + (isMore ? LOOK_AGAIN_MS : LOOK_MS)
}
