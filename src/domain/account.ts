/** Accounts: who may use the broker, and with which rights. */

/**
 * The roles of an account. Everybody may work with what is their own; an operator looks after everybody's executions and
 * the pools; an administrator also looks after accounts, quotas and the audit log.
 */
export const ROLES = ['user', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** An account as it is known now. */
export interface Account {
  /** What offer sets and executions belong to; never given to another account. */
  readonly id: string
  /** The issuer of the identity, or the empty text for an account of this broker. */
  readonly issuer: string
  /** The name within the issuer that never changes: its `sub`, or the user name of an account of this broker. */
  readonly subject: string
  /** The name by which everybody knows it, also in `X-VO-Authenticated`: no other account has it, in whichever case. */
  readonly username: string
  readonly displayName?: string
  readonly roles: readonly Role[]
  /** The groups that an administrator put it in. Groups that an issuer asserts come with each request. */
  readonly groups: readonly string[]
  readonly disabledAt?: number
  /** Nothing else is possible until the password was changed. */
  readonly mustChangePassword: boolean
  readonly createdAt: number
}

/** User names: what can stand in a header, a log and a URL without being mistaken for something else. */
export const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/
/** User names with the source that they are of: `ada@sso`. */
export const KNOWN_NAME = /^[A-Za-z0-9][\x21-\x7e]{0,1999}$/
/** Names of groups: those of an issuer (`/services/compute/admin`) and of GMS (`ivo://example.org/gms?group`) as well. */
export const GROUP = /^[\x21-\x7e]{1,255}$/
/** The shortest and the longest password, in characters. */
export const PASSWORD_LENGTH = { min: 12, max: 256 } as const
