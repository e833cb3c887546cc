/**
 * Keeps to the quotas: counts what an account uses in the very transaction in which more is booked or accepted, while
 * nobody else counts for the same account. A site without quotas never comes here.
 */
import type { Permit } from '../booking/accept.ts'
import type { Wish } from '../booking/booking-batch.ts'
import type { BookingQueue } from '../booking/booking-queue.ts'
import type { OfferedSet } from '../booking/offers.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { requestOfPlan } from '../domain/execution-plan.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Message } from '../domain/message.ts'
import type { QuotaAccount } from '../domain/quota.ts'
import type { OfferSetId } from '../domain/ids.ts'
import { PolicyChain, type PolicyWatch } from '../policies/policy-chain.ts'
import type { PolicyCaller, PolicyQuestion } from '../policies/policy.ts'
import { accountsOf, QuotaPolicy, type Quota } from '../policies/quota.ts'
import type { Database, Queryable, Transaction } from '../store/database.ts'
import type { Execution } from '../store/executions.ts'
import * as identities from '../store/identities.ts'
import * as quotaUse from '../store/quotas.ts'

/** How long counting may take, in milliseconds. */
const PATIENCE_MS = 30_000

/** Undoes a transaction in which something was booked that may not be. */
class Refused extends Error {
  readonly messages: readonly Message[]

  constructor(messages: readonly Message[]) {
    super('a quota refuses it')
    this.messages = messages
  }
}

/** What is asked of the quotas: who, what, and which offer set does not count because it is the one in question. */
interface Asking {
  readonly moment: PolicyQuestion['moment']
  readonly now: Instant
  readonly caller: PolicyCaller
  readonly request: ExecutionRequest
  readonly except?: OfferSetId
}

export class QuotaDesk {
  readonly quotas: readonly Quota[]
  readonly #watch: PolicyWatch
  /** Every group that a quota names; an offer set notes those of them that its owner is in. */
  readonly #groups: ReadonlySet<string>
  readonly #excepted: ReadonlySet<string>

  constructor(quotas: readonly Quota[], watch: PolicyWatch) {
    this.quotas = quotas
    this.#watch = watch
    this.#excepted = new Set(quotas.flatMap(({ notGroups = [] }) => notGroups))
    this.#groups = new Set(quotas.flatMap(({ groups = [], notGroups = [] }) => [...groups, ...notGroups]))
  }

  /** The groups of a caller that have to be remembered with what it asks for. */
  groupsOf({ groups, countedGroups = [] }: PolicyCaller): string[] {
    const own = groups.filter((group) => this.#groups.has(group))
    // What a quota excepts is not remembered of a group that excepts from nothing.
    const counted = countedGroups.filter((group) => this.#groups.has(group) && !this.#excepted.has(group))
    return [...new Set([...own, ...counted])]
  }

  /** Whether anything has to be counted for a wish. */
  concerns({ asked }: Wish): boolean {
    return this.quotas.length > 0 && asked.request !== undefined && asked.candidates.length > 0
  }

  /** Books a wish where the quotas allow it; otherwise the answer is NO, with the reasons. */
  async book(
    database: Database,
    booking: BookingQueue,
    wish: Wish,
    caller: PolicyCaller,
    now: Instant,
  ): Promise<OfferedSet> {
    if (!this.concerns(wish)) return booking.book(wish)
    try {
      return await database.transaction((tx) => this.bookIn(tx, booking, wish, caller, now))
    } catch (error) {
      return booking.book(refusedWish(wish, error))
    }
  }

  /** As `book`, in a transaction that does more. It has to be rolled back when this throws; `refusedWish` tells what to do then. */
  async bookIn(
    tx: Transaction,
    booking: BookingQueue,
    wish: Wish,
    caller: PolicyCaller,
    now: Instant,
  ): Promise<OfferedSet> {
    const { request } = wish.asked
    if (!request || !this.concerns(wish)) return booking.bookIn(tx, wish)
    await quotaUse.lock(tx, this.#accountsOf(caller))
    await this.#require(tx, { moment: 'offer', now, caller, request })
    const offered = await booking.bookIn(tx, wish)
    const [offer] = offered.offers
    // How much is accepted is only known now: storage is as large as the data.
    if (wish.direct && offer) {
      const accepted = requestOfPlan(offer.plan)
      await this.#require(tx, { moment: 'accept', now, caller, request: accepted, except: offer.offerSetId })
    }
    return offered
  }

  /** Makes sure that an offer may be accepted, before anything else in the transaction. Throws POLICY_DENIED. */
  async requireAcceptable(tx: Transaction, offer: Execution, caller: PolicyCaller, now: Instant): Promise<void> {
    const permit = await this.permitFor(tx, offer, caller, now)
    if (!permit) return
    await quotaUse.lock(tx, permit.accounts)
    await permit.require(tx)
  }

  /** The count that the acceptance of an offer needs; undefined where there is nothing. The count throws POLICY_DENIED. */
  async permitFor(db: Queryable, offer: Execution, caller: PolicyCaller, now: Instant): Promise<Permit | undefined> {
    if (this.quotas.length === 0) return undefined
    const owner = await this.#ownerOf(db, offer, caller)
    const question = { now, caller: owner, request: requestOfPlan(offer.plan), except: offer.offerSetId }
    return {
      accounts: this.#accountsOf(owner),
      require: async (tx) => {
        try {
          await this.#require(tx, { moment: 'accept', ...question })
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          throw new BrokerError('POLICY_DENIED', error.messages.map(({ text }) => text).join(' '))
        }
      },
    }
  }

  /** What counts is whose it is, whoever accepts it, and the groups that were noted when it was asked for. */
  async #ownerOf(db: Queryable, { owner, offerSetId }: Execution, caller: PolicyCaller): Promise<PolicyCaller> {
    const groups = await quotaUse.groupsOf(db, offerSetId)
    if (owner === caller.owner) return { ...caller, groups }
    const account = await identities.find(db, owner)
    return { owner, username: account?.username, roles: account?.roles ?? [], groups }
  }

  #accountsOf(caller: PolicyCaller): QuotaAccount[] {
    return this.quotas.flatMap((quota) => accountsOf(quota, caller))
  }

  async #require(db: Queryable, { except, ...question }: Asking): Promise<void> {
    const count = (account: QuotaAccount, windowMs: number) =>
      quotaUse.useOf(db, account, { now: question.now, since: question.now - windowMs, except })
    // One connection answers one after the other, so the quotas are counted in turn.
    const policies = this.quotas.map((quota) => new QuotaPolicy(quota, count))
    const { request, messages } = await new PolicyChain(policies, this.#watch, PATIENCE_MS).judge(question)
    if (!request) throw new Refused(messages)
  }
}

/** The wish that is answered with NO, after a transaction was undone because of a quota. Throws any other error again. */
export function refusedWish({ asked, ...rest }: Wish, error: unknown): Wish {
  if (!(error instanceof Refused)) throw error
  return {
    ...rest,
    asked: { ...asked, request: undefined, candidates: [], messages: [...asked.messages, ...error.messages] },
  }
}
