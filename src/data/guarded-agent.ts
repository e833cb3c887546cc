/**
 * Makes the connections for everything that goes to a place that a client named.
 *
 * The guard stands in the connector itself: every connection of the agent passes it, whichever URL, redirect or retry
 * led there. A connection that is used again was made to the same host. Proxies from the environment are not used,
 * because behind one the address that is connected to cannot be checked.
 */
import { Agent, buildConnector } from 'undici'
import type { AddressGuard } from './address-guard.ts'

export interface ConnectionOptions {
  readonly guard: AddressGuard
  /** For name lookup, connecting and the TLS handshake together. */
  readonly connectTimeoutMs: number
  /** How long a server may be silent, before its answer and within it. Waiting for the reader does not count. */
  readonly idleTimeoutMs: number
}

/** An agent that connects to nothing that the guard does not permit; requests fail with its ADDRESS_NOT_ALLOWED. */
export function guardedAgent({ guard, connectTimeoutMs, idleTimeoutMs }: ConnectionOptions): Agent {
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guard.lookup })
  return new Agent({
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    connect: (options, callback) => {
      // `lookup` is not called for a host that is an address already.
      const refusal = guard.refusal(options.hostname)
      if (refusal) process.nextTick(callback, refusal, null)
      else connect(options, callback)
    },
  })
}
