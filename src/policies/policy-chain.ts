/**
 * Asks every policy of the site, and makes one answer of theirs: all have to allow, every reason is told, and of several
 * caps the smallest holds. A policy that fails denies: whoever breaks it must not get more through than it would let.
 */
import { isBrokerError } from '../domain/errors.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import { applyCaps, type NamedCap } from './capping.ts'
import type { Most, Policy, PolicyQuestion, Verdict } from './policy.ts'

/** What one policy answered. */
export interface Answered {
  readonly policy: string
  readonly verdict: Verdict
}

/** What all of them answered. */
export interface Judgement {
  /** The request as it may be offered; undefined when it is refused. */
  readonly request: ExecutionRequest | undefined
  /** The reasons of a refusal, or what was made smaller. */
  readonly messages: readonly Message[]
  readonly answers: readonly Answered[]
}

/** What is told of each answer: to the log and the figures. */
export interface PolicyWatch {
  answered(policy: string, question: PolicyQuestion, decision: Verdict['decision']): void
  failed(policy: string, error: unknown): void
}

export class PolicyChain {
  readonly #policies: readonly Policy[]
  readonly #watch: PolicyWatch
  readonly #patienceMs: number

  /** `patienceMs` is how long all policies together may take. */
  constructor(policies: readonly Policy[], watch: PolicyWatch, patienceMs: number) {
    this.#policies = policies
    this.#watch = watch
    this.#patienceMs = patienceMs
  }

  /** Asks all of them beside each other; one does not see what another made of the request. */
  async judge(question: PolicyQuestion): Promise<Judgement> {
    const { request, now } = question
    if (this.#policies.length === 0) return { request, messages: [], answers: [] }
    const signal = AbortSignal.timeout(this.#patienceMs)
    const answers = await Promise.all(this.#policies.map((policy) => this.#ask(policy, question, signal)))
    const reasons = answers.flatMap(({ verdict }) => (verdict.decision === 'deny' ? verdict.messages : []))
    const caps = answers.flatMap(({ policy, verdict }): NamedCap[] =>
      verdict.decision === 'cap' ? [{ policy, cap: verdict.cap }] : [],
    )
    const capped = applyCaps(request, caps, { now, fixed: question.moment === 'accept' })
    const all = [...reasons, ...capped.reasons]
    return all.length > 0
      ? { request: undefined, messages: all, answers }
      : { request: capped.request, messages: capped.notes, answers }
  }

  /** The most of everything that any of them allows. */
  most(question: PolicyQuestion): Most[] {
    return this.#policies.flatMap((policy) => policy.most?.(question) ?? [])
  }

  async #ask(policy: Policy, question: PolicyQuestion, signal: AbortSignal): Promise<Answered> {
    const verdict = await this.#verdictOf(policy, question, signal)
    this.#watch.answered(policy.name, question, verdict.decision)
    return { policy: policy.name, verdict }
  }

  async #verdictOf(policy: Policy, question: PolicyQuestion, signal: AbortSignal): Promise<Verdict> {
    try {
      const asked = policy.evaluate(question, signal)
      return asked instanceof Promise ? await orAborted(asked, signal) : asked
    } catch (error) {
      this.#watch.failed(policy.name, error)
      return {
        decision: 'deny',
        messages: [message('policy-failed', question.now, { policy: policy.name, reason: whyFailed(error) })],
      }
    }
  }
}

/** A sentence for the caller: who is away, where that is all; a mistake in the rules is for their operator. */
function whyFailed(error: unknown): string {
  return isBrokerError(error, 'UNAVAILABLE') ? error.detail : 'the log of the broker says why.'
}

/** A policy that does not look at the signal keeps nobody waiting for longer. */
async function orAborted<Result>(asked: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new Error('the policy did not answer in time', { cause: signal.reason }))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([asked, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
