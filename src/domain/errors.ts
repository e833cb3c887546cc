/** Every failure that the broker reports by design, and the error that carries one. */

/** A code is stable and part of the contract (the last segment of a problem's `type`); its wording may improve. */
export const ERRORS = {
  BAD_SYNTAX: { status: 400, retryable: false, title: 'The request cannot be read' },
  BAD_REQUEST: { status: 400, retryable: false, title: 'The request does not follow the contract' },
  UNKNOWN_FIELD: { status: 400, retryable: false, title: 'The request has fields that the contract does not have' },
  UNAUTHENTICATED: { status: 401, retryable: false, title: 'Authentication required' },
  FORBIDDEN: { status: 403, retryable: false, title: 'Permission denied' },
  POLICY_DENIED: { status: 403, retryable: false, title: 'The policies of this site do not allow it' },
  NOT_FOUND: { status: 404, retryable: false, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, title: 'This resource does not have that method' },
  NOT_ACCEPTABLE: { status: 406, retryable: false, title: 'None of the accepted media types can be produced' },
  REQUEST_TIMEOUT: { status: 408, retryable: true, title: 'The request did not arrive in time' },
  CONFLICT: { status: 409, retryable: false, title: 'This is there already' },
  PHASE_CONFLICT: { status: 409, retryable: false, title: 'Not possible in the current phase' },
  NO_ROOM: { status: 409, retryable: true, title: 'The pool has no room for that now' },
  PROMISED: { status: 409, retryable: false, title: 'Something is promised in that time' },
  OFFER_EXPIRED: { status: 410, retryable: false, title: 'The offer has expired' },
  TOO_LARGE: { status: 413, retryable: false, title: 'The request is too large' },
  URI_TOO_LONG: { status: 414, retryable: false, title: 'The URL of the request is too long' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, title: 'The media type of the request is not supported' },
  RANGE_NOT_SATISFIABLE: { status: 416, retryable: false, title: 'The stream does not have that range' },
  EXPECTATION_FAILED: { status: 417, retryable: false, title: 'The expectation of the request cannot be met' },
  MISDIRECTED: { status: 421, retryable: false, title: 'The request names another service' },
  UNPROCESSABLE: { status: 422, retryable: false, title: 'The request is understood but makes no sense here' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, retryable: false, title: 'The key was used for another request' },
  TOO_MANY_REQUESTS: { status: 429, retryable: true, title: 'There were too many requests' },
  TOO_MUCH_KEPT: { status: 429, retryable: true, title: 'There is no room for more records' },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, title: 'The headers of the request are too large' },
  INTERNAL: { status: 500, retryable: false, title: 'The broker made a mistake' },
  UNAVAILABLE: { status: 503, retryable: true, title: 'The broker cannot answer now' },
  PLATFORM_UNAVAILABLE: { status: 503, retryable: true, title: 'The execution platform is not answering' },
  PLATFORM_REFUSED: { status: 502, retryable: false, title: 'The execution platform refused' },
  IMAGE_UNAVAILABLE: { status: 502, retryable: false, title: 'The image could not be pulled' },
  PROGRAM_NOT_STARTED: { status: 502, retryable: false, title: 'The program could not be started' },
  NO_SPACE: { status: 507, retryable: false, title: 'There is not enough space' },
  SPOOL_FULL: { status: 507, retryable: true, title: 'The broker has no room for the data now' },
  TIME_OVER: { status: 504, retryable: false, title: 'The time for it was over' },
  DATA_UNAVAILABLE: { status: 502, retryable: false, title: 'The data could not be fetched' },
  DATA_MISSING: { status: 502, retryable: false, title: 'There is nothing to be saved' },
  DATA_INTERRUPTED: { status: 502, retryable: true, title: 'The transfer of the data was interrupted' },
  DATA_CORRUPT: { status: 502, retryable: false, title: 'The data are not what was announced' },
  ADDRESS_NOT_ALLOWED: { status: 403, retryable: false, title: 'The address is not allowed' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>

export type ErrorCode = keyof typeof ERRORS

/**
 * A part of the caller's input that is at fault, and what is wrong with it: a field of the body (a JSON Pointer,
 * RFC 6901), a parameter of the query, or a header.
 */
export type FieldFault =
  | { readonly pointer: string; readonly detail: string }
  | { readonly parameter: string; readonly detail: string }
  | { readonly header: string; readonly detail: string }

/** Where a fault is, as one text. */
export function placeOf(fault: FieldFault): string {
  if ('pointer' in fault) return fault.pointer
  return 'parameter' in fault ? `the parameter ${fault.parameter}` : `the header ${fault.header}`
}

interface BrokerErrorOptions {
  readonly cause?: unknown
  readonly context?: Readonly<Record<string, unknown>>
  readonly faults?: readonly FieldFault[]
  /** After how many seconds it makes sense to try again. */
  readonly retryAfterSeconds?: number
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, string>>
}

/** An expected failure. `detail` and `faults` are for the caller; `cause` and `context` are for the log only. */
export class BrokerError extends Error {
  readonly code: ErrorCode
  readonly detail: string
  readonly context: Readonly<Record<string, unknown>>
  readonly faults: readonly FieldFault[]
  readonly retryAfterSeconds: number | undefined
  readonly members: Readonly<Record<string, string>>

  constructor(code: ErrorCode, detail: string, options: BrokerErrorOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'BrokerError'
    this.code = code
    this.detail = detail
    this.context = options.context ?? {}
    this.faults = options.faults ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
    this.members = options.members ?? {}
  }

  /** A sentence for the operator of the service, which may say where its parts are. */
  get forOperator(): string {
    const { forOperator } = this.context
    return typeof forOperator === 'string' ? forOperator : this.detail
  }

  /** Whether doing the same again later can succeed. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }
}

/** True for an expected failure with this code. */
export function isBrokerError(error: unknown, code?: ErrorCode): error is BrokerError {
  return error instanceof BrokerError && (code === undefined || error.code === code)
}
