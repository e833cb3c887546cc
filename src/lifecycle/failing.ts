/** What follows from a failure: trying again for as long as the patience lasts, or failing the execution with the reason. */
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import { message, type Message } from '../domain/message.ts'
import { isDatabaseAway } from '../store/cannot-now.ts'
import * as messages from '../store/messages.ts'
import type { Lease } from '../store/work.ts'
import type { ExecutionState } from './decide.ts'
import { failExecution, type Patience, type StepFailure, type WorkerContext } from './worker-context.ts'

const BACKOFF_FIRST_MS = 500
const BACKOFF_LONGEST_MS = 30_000
/** Longer reasons are cut. */
const REASON_MAX = 1_000

/**
 * How long to wait before the next attempt: longer each time, and at least half of that by chance (0 to below 1), so that
 * what failed together does not come again together.
 */
export function backoffMs(attempts: number, chance: number): number {
  const longest = Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts, 10))
  return Math.round(longest * (0.5 + chance / 2))
}

/**
 * Why work is parked after it has failed so often; undefined when it is tried again. A platform that does not answer
 * is waited for however long it takes, and so is a disk of the broker without room.
 */
export function whyLaidAside(error: unknown, attempts: number, { attemptsInAll }: Patience): string | undefined {
  if (attempts < attemptsInAll || isWaitedFor(error)) return undefined
  const reason = error instanceof BrokerError ? error.detail : error instanceof Error ? error.message : String(error)
  return `It failed ${attempts} times in a row, at last with: ${reason}`.slice(0, REASON_MAX)
}

/** True for a trouble of the surroundings, in which the number of attempts says nothing. */
function isWaitedFor(error: unknown): boolean {
  return isBrokerError(error, 'PLATFORM_UNAVAILABLE') || isBrokerError(error, 'SPOOL_FULL')
}

/** A failure in words for the client: its detail when it was expected, nothing of the broker's inside when it was not. */
export function wordsOf(error: unknown): string {
  return error instanceof BrokerError ? error.detail : 'the broker made a mistake, which its log describes'
}

/**
 * True for a failure that may pass by itself. An unexpected one is tried again too: it may have been the surroundings. A trouble
 * of the database is never the fault of the execution. What others are the cause of is waited for.
 */
export function mayPass(error: unknown, lease: Lease, patience: Patience, now: Instant): boolean {
  if (isBrokerError(error, 'UNAVAILABLE')) return true
  if (isWaitedFor(error)) return now < (lease.failingSince ?? now) + patience.platformMs
  if (error instanceof BrokerError && !error.retryable) return false
  return lease.attempts + 1 < patience.attemptsMax
}

function inWords({ code, forOperator, cause }: BrokerError): Readonly<Record<string, unknown>> {
  return { code, reason: forOperator, ...(cause instanceof Error ? { cause: cause.message } : {}) }
}

/** Bears a failed step of an execution. True when it is to be tried again, false when the execution has failed by it. */
export async function bear(
  state: ExecutionState,
  failure: StepFailure,
  lease: Lease,
  context: WorkerContext,
): Promise<boolean> {
  const { database, clock, patience, log } = context
  const { execution } = state
  const { cause: error, component } = failure
  const now = clock.now()
  if (isDatabaseAway(error)) throw error
  const attempts = { executionId: execution.id, component: component.family, attempt: lease.attempts + 1 }
  // What is expected to fail, such as an image that is not there, is told in its words; where it was noticed helps nobody.
  const about = error instanceof BrokerError ? { ...attempts, ...inWords(error) } : { ...attempts, error }
  if (mayPass(error, lease, patience, now)) {
    log('warn', `${failure.message}; trying again.`, about)
    if (isBrokerError(error, 'PLATFORM_UNAVAILABLE')) {
      const until = formatInstant((lease.failingSince ?? now) + patience.platformMs)
      const said = message('platform-unavailable', now, {
        platform: execution.plan.platform,
        reason: error.detail,
        until,
      })
      await messages.add(database, execution.id, component.position, said, 'platform-unavailable')
    }
    return true
  }
  log(error instanceof BrokerError ? 'info' : 'error', `${failure.message}.`, about)
  await database.transaction((tx) => failExecution(tx, execution.id, component, reasonOf(failure, now)))
  return false
}

function reasonOf({ what, cause }: StepFailure, now: Instant): Message {
  if (isBrokerError(cause, 'PROGRAM_NOT_STARTED')) return message('program-not-started', now, { reason: cause.detail })
  const sentence = what.charAt(0).toUpperCase() + what.slice(1)
  return message('step-failed', now, { what: sentence, reason: wordsOf(cause) })
}
