/** Forgets the keys of requests whose time is over, so that they do not pile up. */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import type { Database } from '../store/database.ts'
import * as idempotency from '../store/idempotency.ts'

/** How many keys are forgotten in one statement. */
const BATCH = 1000
/** An old key is no harm before it is forgotten, so it is enough to look now and then, in milliseconds. */
const LOOK_MS = 600_000

/** Forgets what is due; gives when to look again. */
export async function forgetOldKeys(database: Database, clock: Clock): Promise<Instant> {
  while ((await idempotency.prune(database, clock.now(), BATCH)) === BATCH);
  return clock.now() + LOOK_MS
}
