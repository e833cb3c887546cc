/** What can go wrong while talking to a broker. */
import type { components } from '../protocol/contract.gen.ts'

/** The broker answered that it will not: its problem document. */
export class ProblemError extends Error {
  readonly problem: components['schemas']['Problem']

  constructor(problem: components['schemas']['Problem']) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** Nobody answers at the address of the broker. */
export class UnreachableError extends Error {
  readonly url: string
  /** Whether somebody took the request, and then said nothing for so long that the client gave up. */
  readonly tookRequest: boolean
  /** The code of the failure, such as `ECONNREFUSED`; empty when it has none. */
  readonly code: string

  constructor(url: string, cause: unknown) {
    super(`no broker answers at ${url}`, { cause })
    this.name = 'UnreachableError'
    this.url = url
    const { code = '' } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException
    this.code = code
    this.tookRequest = code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'
  }
}

/** Somebody answers at the address, but not as a broker does. */
export class NotABrokerError extends Error {
  readonly url: string

  /** `fault` says what else is wrong with the answer. */
  constructor(url: string, { status, headers }: Response, fault?: string) {
    const type = headers.get('Content-Type') ?? 'without a type'
    super([`what answers at ${url} is no broker: HTTP ${status}`, type, ...(fault ? [fault] : [])].join(', '))
    this.name = 'NotABrokerError'
    this.url = url
  }
}

/** True for a failure of the connection, or of a broker that is being started or stopped. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ProblemError) return error.problem.status === 503
  // The platform's fetch reports a connection that breaks while a body is read as a TypeError.
  return error instanceof UnreachableError || error instanceof TypeError
}

/** True where nobody has taken the request. */
export const isGone = (error: unknown): boolean => error instanceof UnreachableError && !error.tookRequest
