/** Holding storage for longer than was booked, because something in it has to stay. */
import type { Instant } from '../domain/dates.ts'
import type { OfferSetId } from '../domain/ids.ts'
import * as bookings from '../store/bookings.ts'
import type { Database } from '../store/database.ts'

/**
 * Makes an accepted offer set hold its storage up to an instant at least, whatever else was promised: the platform has no
 * room for both, and others are offered other times. Those that were promised it already wait until it is given back. May
 * be repeated.
 */
export async function holdStorage(database: Database, offerSetId: OfferSetId, untilAt: Instant): Promise<void> {
  await database.transaction(async (tx) => {
    const held = await bookings.listOf(tx, offerSetId)
    const endAt = Math.max(...held.filter(({ resource }) => resource === 'storage').map(({ toAt }) => toAt))
    const stays = ({ resource, toAt }: bookings.Booking) => resource === 'storage' && toAt === endAt && toAt < untilAt
    if (!held.some(stays)) return
    await bookings.replace(
      tx,
      offerSetId,
      held.map((booking) => (stays(booking) ? { ...booking, toAt: untilAt } : booking)),
    )
  })
}
