/**
 * The contract of a policy: what a site says about who may run what. A policy is asked when something shall be offered
 * and again when an offer is accepted, so that a rule that was changed in between holds.
 *
 * It answers and changes nothing; asking it twice is the same as once. It says no by answering so, with its reasons. What
 * it throws is a failure of its own: the answer is no then as well, and the operator is told (`policy-chain.ts`).
 */
import type { Role } from '../domain/account.ts'
import type { Instant } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import type { Message } from '../domain/message.ts'
import type { Resource } from '../domain/resources.ts'

/** Who asks. */
export interface PolicyCaller {
  /** What the caller's executions belong to. */
  readonly owner: string
  /** The user name; undefined in the open mode. */
  readonly username: string | undefined
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
  /** Groups that count as well, and except from nothing. */
  readonly countedGroups?: readonly string[]
}

/** What a policy is asked. */
export interface PolicyQuestion {
  /** Whether something shall be offered, or an offer is accepted; then the request has what the offer has and no choice. */
  readonly moment: 'offer' | 'accept'
  readonly now: Instant
  readonly caller: PolicyCaller
  readonly request: ExecutionRequest
}

/** An image that is narrowed to the places that are allowed, and to one digest where that is known. */
export interface ImageCap {
  readonly locations: readonly string[]
  readonly digest?: string
}

/** What a request is made smaller to. The amounts are what one execution may have at most; storage is all of it together. */
export interface Cap {
  readonly amounts?: Readonly<Partial<Record<Resource, number>>>
  readonly image?: ImageCap
}

/** The most that one execution may have: amounts, and its duration in milliseconds. */
export interface Most {
  readonly amounts?: Cap['amounts']
  readonly durationMs?: number | undefined
}

/** Allow; deny, with at least one reason; or allow with less. A cap below what the request needs at least is a denial. */
export type Verdict =
  | { readonly decision: 'allow' }
  | { readonly decision: 'deny'; readonly messages: readonly [Message, ...Message[]] }
  | { readonly decision: 'cap'; readonly cap: Cap }

export interface Policy {
  /** The name in the configuration; it stands in every reason. */
  readonly name: string
  /** The most that it ever allows, so that no more is shown as possible. Left out where that is not known beforehand. */
  most?(question: PolicyQuestion): Most
  /** Aborts with the signal. */
  evaluate(question: PolicyQuestion, signal: AbortSignal): Verdict | Promise<Verdict>
}

export const ALLOW: Verdict = { decision: 'allow' }

/** A denial with its reasons; allows when there is none. */
export function denyFor(messages: readonly Message[]): Verdict {
  const [first, ...more] = messages
  return first ? { decision: 'deny', messages: [first, ...more] } : ALLOW
}
