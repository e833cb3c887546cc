/**
 * One quota: how much an account may use. What is used is counted by whoever asks, inside the transaction in which it
 * changes (`QuotaPolicy` is made anew for each); this decides. Pure.
 */
import { formatDuration, formatInstant } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import {
  openPartOf,
  QUOTA_LIMITS,
  QUOTA_WORDS,
  usedOf,
  type CountedUse,
  type QuotaAccount,
  type QuotaLimit,
  type QuotaUse,
} from '../domain/quota.ts'
import { appliesTo, isCountedIn, type AppliesTo } from './applies-to.ts'
import { ALLOW, denyFor, type Policy, type PolicyCaller, type PolicyQuestion, type Verdict } from './policy.ts'

/** A quota as it is configured. */
export interface Quota extends AppliesTo {
  readonly name: string
  /** Whether each user has it, or all members of each of the groups together. */
  readonly of: 'user' | 'group'
  readonly limits: Readonly<Partial<Record<QuotaLimit, number>>>
  /** How long what has ended still counts for the hours. */
  readonly windowMs: number
}

/** Counts what an account uses; what ended longer ago than the window does not count. */
export type CountUse = (account: QuotaAccount, windowMs: number) => Promise<CountedUse>

/** The accounts of a caller that a quota is counted for. */
export function accountsOf(quota: Quota, caller: PolicyCaller): QuotaAccount[] {
  if (quota.of === 'user') return [{ of: 'user', name: caller.owner }]
  return (quota.groups ?? []).filter((group) => isCountedIn(group, caller)).map((name) => ({ of: 'group', name }))
}

/** The limits that a quota has, in their order. */
export function limitsOf({ limits }: Quota): { readonly what: QuotaLimit; readonly limit: number }[] {
  return QUOTA_LIMITS.flatMap((what) => {
    const limit = limits[what]
    return limit === undefined ? [] : [{ what, limit }]
  })
}

/** A quota as a policy, with what counts the use. */
export class QuotaPolicy implements Policy {
  readonly name: string
  readonly #quota: Quota
  readonly #count: CountUse

  constructor(quota: Quota, count: CountUse) {
    this.name = quota.name
    this.#quota = quota
    this.#count = count
  }

  async evaluate(question: PolicyQuestion, signal: AbortSignal): Promise<Verdict> {
    if (!appliesTo(this.#quota, question)) return ALLOW
    const reasons: Message[] = []
    for (const account of accountsOf(this.#quota, question.caller)) {
      signal.throwIfAborted()
      const use = await this.#count(account, this.#quota.windowMs)
      reasons.push(...exceeded(this.#quota, account, use, question))
    }
    return denyFor(reasons)
  }
}

function exceeded(
  quota: Quota,
  account: QuotaAccount,
  use: CountedUse,
  { moment, now, request }: PolicyQuestion,
): Message[] {
  const needed = needs(request, moment)
  return limitsOf(quota).flatMap(({ what, limit }) => {
    const [used, more] = [usedOf(use, what), usedOf(needed, what)]
    if (more === 0 || used + more <= limit) return []
    const whose = account.of === 'user' ? '' : ` for the group ${account.name}`
    const window = what.endsWith('Hours') ? ` within ${formatDuration(quota.windowMs)}` : ''
    return [
      message('policy-quota', now, {
        policy: quota.name,
        limit: `${figure(limit)} ${QUOTA_WORDS[what]}${window}${whose}`,
        used: `${figure(used)} are used${ofOpenOffers(use, what, account)}`,
        needed: figure(more),
      }),
    ]
  })
}

/** The part of what is used that is due to open offers, which can be rejected. */
function ofOpenOffers(use: CountedUse, what: QuotaLimit, { of }: QuotaAccount): string {
  const amount = usedOf(openPartOf(use), what)
  if (amount === 0 || use.openUntilAt === undefined) return ''
  const whose = of === 'user' ? 'your own open offers' : 'open offers of the group'
  return `, ${figure(amount)} of them by ${whose} until ${formatInstant(use.openUntilAt)}`
}

/** What a request adds to the use: at least, while it is not yet known what is accepted. */
function needs({ compute, storage, durationMs }: ExecutionRequest, moment: PolicyQuestion['moment']): QuotaUse {
  return {
    executions: 1,
    openOfferSets: moment === 'offer' ? 1 : 0,
    coreMs: compute.cores.min * durationMs,
    memoryGibMs: compute.memory.min * durationMs,
    storageGib: storage.reduce((sum, { size }) => sum + size.min, 0),
  }
}

/** With so many digits as a person wants to see. */
const figure = (value: number) => String(Number(value.toFixed(2)))
