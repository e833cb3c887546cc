/**
 * A process that books at full speed until it is killed, for `concurrency.test.ts`, and says when it begins: it asks, accepts, rejects, lets
 * expire and gives back, several things at once, on a database that others use in the same way.
 *
 *     node --import tsx test/model/booking-process.ts <database url> <seed> <pool id>…
 */
import { randomUUID } from 'node:crypto'
import { Decisions } from '../../src/booking/decisions.ts'
import { expireOffers } from '../../src/booking/give-up.ts'
import { BookingQueue } from '../../src/booking/booking-queue.ts'
import { Ledger } from '../../src/booking/ledger.ts'
import { permitStarts } from '../../src/booking/start.ts'
import { isBrokerError } from '../../src/domain/errors.ts'
import { idSource, type OfferSetId } from '../../src/domain/ids.ts'
import * as bookings from '../../src/store/bookings.ts'
import type { Execution } from '../../src/store/executions.ts'
import { openServer } from '../../src/store/server.ts'
import { systemClock } from '../../src/system-clock.ts'
import { Chance } from './chance.ts'
import { anyWish } from './history.ts'

const AT_ONCE = 4
/** Of an accepted set, whoever made it: processes die with what they remember. */
const ANY_ACCEPTED = {
  name: 'model.anyAccepted',
  text: `select offer_set_id from execution
          where phase = 'ACCEPTED' and offer_set_id in (select offer_set_id from booking) and id > $1
          order by id limit 1`,
  parameters: ['from'],
}

const [url = '', seed = '0', ...poolIds] = process.argv.slice(2)
const database = await openServer({ url, connectionsMax: AT_ONCE })
const chance = new Chance(Number(seed))
const ledger = new Ledger(systemClock)
const decisions = new Decisions(database, systemClock)
const queue = new BookingQueue(
  database,
  ledger,
  systemClock,
  idSource(() => Date.now()),
)
await once()
process.stdout.write('booking\n')
await Promise.all(Array.from({ length: AT_ONCE }, work))

async function work(): Promise<never> {
  for (;;) {
    try {
      await once()
    } catch (error) {
      // Somebody else was faster; everything else ends the process, and the test with it.
      if (!isBrokerError(error) || error.code === 'UNAVAILABLE') throw error
    }
  }
}

async function once(): Promise<void> {
  const wish = anyWish(chance, poolIds.map(Number), Date.now(), chance.percent(20))
  const { offerSet, offers } = await queue.book({
    ...wish,
    limits: { ...wish.limits, lifetimeMs: wish.direct ? 0 : 2_000, decideMs: wish.direct ? 0 : 500 },
  })
  const offer = chance.one(offers)
  const dice = chance.integer(1, 100)
  if (offer && !wish.direct && dice <= 40) {
    await decisions.accept({ offer })
    if (chance.percent(30)) await start(offer)
  } else if (offer && !wish.direct && dice <= 60) await decisions.giveUp({ offerSetId: offerSet.id, event: 'reject' })
  if (dice % 4 === 0) await expireOffers(database, Date.now(), 20)
  if (dice % 2 === 0) await giveBack()
}

/** A late or early start, which may get more time. The start itself is not noted: nothing runs here. */
async function start(offer: Execution): Promise<void> {
  await database.transaction((tx) =>
    permitStarts(tx, ledger, [{ ...offer, startAt: offer.plan.slot.startAt }], Date.now()),
  )
}

async function giveBack(): Promise<void> {
  // A random UUID that begins as those of today do, so that any of them may follow it.
  const from = `01${randomUUID().slice(2)}`
  const [found] = await database.query<{ offerSetId: OfferSetId }>(ANY_ACCEPTED, { from })
  if (found) await bookings.remove(database, [found.offerSetId])
}
