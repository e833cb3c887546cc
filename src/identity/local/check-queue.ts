/**
 * Password checks in turn, since each takes a core for a tenth of a second. Those who come from a known network wait
 * in a row of their own, so that strangers, however many, do not keep anybody out who has been here before.
 */
import pLimit from 'p-limit'
import { BrokerError } from '../../domain/errors.ts'

/** Checks at a time; visitors in each of the two rows, and those among them of one site. */
const AT_ONCE = 2
const ROW_MAX = 32
const ROW_PER_SITE_MAX = 16
/** The time in which a full row is through, in seconds. */
const ROW_SECONDS = 2

/** Somebody whose password is to be checked. */
export interface Visitor {
  /** True if the owner of the name came from this network before. */
  readonly isKnown: boolean
  /** The site of the address: see `siteKey`. */
  readonly site: string
}

export class CheckQueue {
  readonly #checks = pLimit(AT_ONCE)
  /** Lets no more strangers stand before the checks than are done at a time, so that one of the others is soon among them. */
  readonly #strangersAhead = pLimit(AT_ONCE)
  /** The sites of those in each row, with those who are being checked. */
  readonly #known: string[] = []
  readonly #strangers: string[] = []

  /** Does a check when it is its turn. Throws TOO_MANY_REQUESTS where too many wait already. */
  async run<Result>({ isKnown, site }: Visitor, check: () => Promise<Result>): Promise<Result> {
    const row = isKnown ? this.#known : this.#strangers
    const ofSite = row.filter((one) => one === site).length
    if (row.length >= ROW_MAX || ofSite >= ROW_PER_SITE_MAX) throw busy()
    row.push(site)
    try {
      return await (isKnown ? this.#checks(check) : this.#strangersAhead(() => this.#checks(check)))
    } finally {
      row.splice(row.indexOf(site), 1)
    }
  }
}

function busy(): BrokerError {
  return new BrokerError('TOO_MANY_REQUESTS', `The broker is busy with other logins; try again in ${ROW_SECONDS} s.`, {
    retryAfterSeconds: ROW_SECONDS,
  })
}
