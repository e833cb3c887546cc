/**
 * Answers that stay open: event streams, followed output and long polls. A caller has a limited number of them in one
 * process, and they end when the caller may not read any more, whichever process was told so.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BrokerError, isBrokerError } from '../domain/errors.ts'
import type { ExecutionId } from '../domain/ids.ts'
import { addressKey } from '../identity/address-key.ts'
import type { Caller } from '../identity/identity.ts'
import * as identities from '../store/identities.ts'
import { callerOf, credentialsOf } from './calling.ts'
import { clientAddress, type HttpContext } from './context.ts'
import { executionFor } from './views.ts'
import { whenOver } from './waiting.ts'

/** The interval at which the right to read is looked at while an answer is open, in milliseconds. */
const LOOK_MS = 5_000
const RETRY_SECONDS = 10

/** Numbers of answers that each caller holds open. */
export class HeldAnswers {
  readonly #max: number
  readonly #held = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more; the function that it gives takes it away again. Throws TOO_MANY_REQUESTS. */
  take(key: string): () => void {
    const held = this.#held.get(key) ?? 0
    if (held >= this.#max)
      throw new BrokerError(
        'TOO_MANY_REQUESTS',
        `At most ${this.#max} streams and long polls are open at once for one caller; end one of yours first.`,
        { retryAfterSeconds: RETRY_SECONDS },
      )
    this.#held.set(key, held + 1)
    return () => {
      const left = (this.#held.get(key) ?? 1) - 1
      if (left > 0) this.#held.set(key, left)
      else this.#held.delete(key)
    }
  }
}

/** Holds an answer about an execution open. The signal is aborted as that of `whenOver`, and when the caller may not read it any more. */
export function holdOpen(
  request: FastifyRequest,
  reply: FastifyReply,
  id: ExecutionId,
  context: HttpContext,
): AbortSignal {
  const giveBack = context.held.take(callerOf(request)?.owner ?? addressKey(clientAddress(request, context)))
  const over = whenOver(reply, context)
  const ended = new AbortController()
  let cancel = () => {}
  const end = () => {
    cancel()
    giveBack()
    ended.abort()
  }
  const look = async () => {
    if (!(await mayStillRead(request, id, context))) ended.abort()
    else if (!over.aborted) lookLater()
  }
  const lookLater = () => {
    cancel = context.clock.at(context.clock.now() + LOOK_MS, () => {
      look().catch((error: unknown) => {
        request.log.warn({ err: error }, 'the right to read could not be looked at, so the answer ends')
        ended.abort()
      })
    })
  }
  if (over.aborted) end()
  else {
    over.addEventListener('abort', end, { once: true })
    lookLater()
  }
  return ended.signal
}

/**
 * The caller with the roles and groups of now, by what it came with; undefined when it is let in no longer. A token or a
 * certificate is looked at again, and a password that was changed has another hash. Throws UNAUTHENTICATED for a token that
 * is not good any more.
 */
async function callerNow(request: FastifyRequest, caller: Caller, context: HttpContext): Promise<Caller | undefined> {
  const { means, owner, passwordHash } = caller
  if (means !== 'password') {
    try {
      const found = await context.identity.identify(credentialsOf(request, context))
      return found?.owner === owner ? found : undefined
    } catch (error) {
      // While an issuer or a group service is away, what it said at the beginning holds.
      if (!isBrokerError(error, 'UNAVAILABLE')) throw error
    }
  }
  // By the account and not by its name, which another account may have by now, or which is not the one to log in with.
  if (!(await identities.isLetIn(context.database, owner, passwordHash))) return undefined
  if (means !== 'password') return caller
  const account = await identities.find(context.database, owner)
  return account && { ...caller, roles: account.roles, groups: account.groups }
}

/** True while the account of a caller is let in and the execution is shown to it. */
async function mayStillRead(request: FastifyRequest, id: ExecutionId, context: HttpContext): Promise<boolean> {
  const caller = callerOf(request)
  try {
    if (caller && caller.means !== 'open') {
      const now = await callerNow(request, caller, context)
      if (!now) return false
      request.caller = now
    }
    await executionFor(request, id, 'read', context)
    return true
  } catch (error) {
    if (isBrokerError(error) && ['NOT_FOUND', 'FORBIDDEN', 'UNAUTHENTICATED'].includes(error.code)) return false
    throw error
  }
}
