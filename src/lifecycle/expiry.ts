/** Ends open offers when their time is over, whether anybody looks or not. */
import { expireOffers } from '../booking/give-up.ts'
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { Database } from '../store/database.ts'
import * as executions from '../store/executions.ts'

/** How many offer sets are ended in one transaction. */
const BATCH = 100
/** An offer may be made at any time that ends before all others, so the duty looks at least this often, in milliseconds. */
const LOOK_MS = 500
/** What is due and somebody else is at is looked for again so much later, in milliseconds. */
const LOOK_AGAIN_MS = 50

/** Ends what is due; gives when to look again. Nothing is locked as long as nothing is due. */
export async function expireDue(database: Database, clock: Clock): Promise<Instant> {
  const now = clock.now()
  const first = await executions.nextExpiry(database)
  // An offer can be accepted up to and including the instant at which it ends.
  if (first === undefined || first >= now) return Math.min((first ?? Number.POSITIVE_INFINITY) + 1, now + LOOK_MS)
  while ((await expireOffers(database, now, BATCH)) > 0);
  return now + LOOK_AGAIN_MS
}
