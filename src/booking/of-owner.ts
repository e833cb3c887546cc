/**
 * Offers and executions of somebody who is let in no longer: withdrawn, and cancelled where that is asked for. Each may be
 * repeated.
 */
import type { Instant } from '../domain/dates.ts'
import { message } from '../domain/message.ts'
import type { Database } from '../store/database.ts'
import * as executions from '../store/executions.ts'
import * as messages from '../store/messages.ts'
import * as work from '../store/work.ts'
import { giveUpOffers } from './give-up.ts'

const BATCH = 100

/** Withdraws the open offers of an owner, so that what they hold is free. */
export async function withdrawOffersOf(database: Database, owner: string, now: Instant): Promise<void> {
  const said = message('account-disabled', now, {})
  for (;;) {
    const sets = await executions.openSetsOf(database, owner, BATCH)
    const wanted = sets.map((offerSetId) => ({ offerSetId, event: 'withdraw' as const, said }))
    await giveUpOffers(database, wanted, now)
    if (sets.length < BATCH) return
  }
}

/** Cancels the executions of an owner that have not ended. One whose results are being saved has. */
export async function cancelExecutionsOf(database: Database, owner: string, now: Instant): Promise<void> {
  const said = message('account-disabled', now, {})
  for (;;) {
    const ids = await executions.goingOn(database, owner, BATCH)
    await database.transaction(async (tx) => {
      const moved = (await executions.move(tx, ids, 'cancel', now)).map(({ id }) => id)
      await messages.addAll(
        tx,
        moved.map((executionId) => ({ executionId, said })),
      )
      await work.wake(tx, moved, now, 'release')
    })
    if (ids.length < BATCH) return
  }
}
