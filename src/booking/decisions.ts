/**
 * The decisions on offers: what clients accept and give up at one time is written in one transaction, so that they share
 * its statements, the lock of the pool and the commit. Each decision has its own answer; one that is refused is nothing
 * to the others, and one that breaks the transaction is tried alone.
 */
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import type { ExecutionId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import { Together } from '../store/together.ts'
import { acceptOffers, type Accepting } from './accept.ts'
import { giveUpOffers, type GivingUp } from './give-up.ts'

/** The most that is decided together. */
const AT_MOST = 32

/**
 * The number of transactions that decide at once: while one waits for a lock of an account or a set that somebody else
 * holds, the others go on. Few, because they share the connections with everything else.
 */
const AT_ONCE = 4

export class Decisions {
  readonly #acceptances: Together<Accepting, BrokerError | Instant>
  readonly #givingUp: Together<GivingUp, readonly ExecutionId[]>

  constructor(database: Database, clock: Clock) {
    this.#acceptances = new Together(
      async (accepting) => {
        const now = clock.now()
        return (await acceptOffers(database, accepting, now)).map((refusal) => refusal ?? now)
      },
      {
        keyOf: ({ offer }) => offer.offerSetId,
        waitsFor: ({ permit }) => permit?.accounts.map(({ of, name }) => `${of} ${name}`) ?? [],
        ...{ atMost: AT_MOST, atOnce: AT_ONCE },
      },
    )
    this.#givingUp = new Together((wanted) => giveUpOffers(database, wanted, clock.now()), {
      keyOf: ({ offerSetId }) => offerSetId,
      atMost: AT_MOST,
      atOnce: AT_ONCE,
    })
  }

  /** Accepts an offer; gives the instant. Throws OFFER_EXPIRED, PHASE_CONFLICT, NOT_FOUND and what its permit throws. */
  async accept(accepting: Accepting): Promise<Instant> {
    const answer = await this.#acceptances.ask(accepting)
    if (answer instanceof BrokerError) throw answer
    return answer
  }

  /** Gives up open offers of a set; gives those that were given up. */
  giveUp(wanted: GivingUp): Promise<readonly ExecutionId[]> {
    return this.#givingUp.ask(wanted)
  }
}
