/**
 * What a policy that the site wrote itself is told and answers: the same for an ES module and for Open Policy Agent. What
 * is not such an answer is a failure, and so a denial.
 */
import { formatInstant } from '../domain/dates.ts'
import type { ExecutionRequest } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import { RESOURCES, type Resource } from '../domain/resources.ts'
import { ALLOW, denyFor, type PolicyQuestion, type Verdict } from './policy.ts'

/** What it is told. */
export interface ExternalQuestion {
  /** Whether something shall be offered, or an offer is accepted. */
  readonly moment: 'offer' | 'accept'
  /** The instant, such as 2026-11-24T12:00:00Z. */
  readonly time: string
  readonly caller: {
    /** What the executions of the caller belong to. */
    readonly owner: string
    /** The user name; missing where everybody on the machine is the local user. */
    readonly username?: string
    readonly roles: readonly string[]
    readonly groups: readonly string[]
  }
  readonly request: ExecutionRequest
}

/** What it answers. */
export interface ExternalAnswer {
  readonly allow: boolean
  /** Why not, as parts of a sentence. */
  readonly reasons?: readonly string[]
  /** What one execution may have at most: cores, GiB of memory, GiB of storage, accelerators. */
  readonly cap?: Readonly<Partial<Record<Resource, number>>>
}

const REASONS_MAX = 20
const REASON_LENGTH_MAX = 500

/** The question without what is a secret of the caller. */
export function externalQuestion({ moment, now, caller, request }: PolicyQuestion): ExternalQuestion {
  const { owner, username, roles, groups } = caller
  return {
    moment,
    time: formatInstant(now),
    caller: { owner, ...(username === undefined ? {} : { username }), roles, groups },
    request,
  }
}

/** The verdict that an answer stands for. Throws a plain error for what is none. */
export function verdictOf(answer: unknown, policy: string, { now }: PolicyQuestion): Verdict {
  if (typeof answer === 'boolean') return verdictOf({ allow: answer }, policy, { now } as PolicyQuestion)
  if (typeof answer !== 'object' || answer === null) throw new Error('its answer is neither true, false nor an object')
  const { allow, reasons = [], cap } = answer as Readonly<Record<string, unknown>>
  if (typeof allow !== 'boolean') throw new Error('its answer does not say whether it allows')
  if (!Array.isArray(reasons) || reasons.some((reason) => typeof reason !== 'string'))
    throw new Error('its reasons are not a list of texts')
  if (!allow) {
    const said = (reasons as string[]).slice(0, REASONS_MAX).map(oneLine)
    const all = said.length > 0 ? said : ['it says no without a reason']
    return denyFor(all.map((reason) => message('policy-denied', now, { reason, policy })))
  }
  return cap === undefined ? ALLOW : { decision: 'cap', cap: { amounts: amountsOf(cap) } }
}

function amountsOf(cap: unknown): Partial<Record<Resource, number>> {
  if (typeof cap !== 'object' || cap === null) throw new Error('its cap is not an object')
  const entries = Object.entries(cap)
  const wrong = entries.find(
    ([name, value]) => !(RESOURCES as readonly string[]).includes(name) || !Number.isSafeInteger(value) || value < 0,
  )
  if (wrong) throw new Error(`its cap has ${wrong[0]}, which is not a whole number of ${RESOURCES.join(', ')}`)
  return Object.fromEntries(entries)
}

/** A reason is part of a line in logs and answers, whoever wrote it. */
function oneLine(reason: string): string {
  return reason.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, REASON_LENGTH_MAX)
}
