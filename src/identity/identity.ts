/**
 * Who is calling: the contract of everything that can tell.
 *
 * A source looks at one kind of credentials. It answers with the caller, with nothing when the request has no credentials
 * of its kind, and refuses what is of its kind and cannot be believed: UNAUTHENTICATED, or TOO_MANY_REQUESTS after too
 * many failures. Why exactly is in the error's context, for the log; the caller is told nothing that helps guessing.
 */
import type { Role } from '../domain/account.ts'

/** Somebody who asks for something. */
export interface Caller {
  /** What the caller's offer sets and executions belong to. */
  readonly owner: string
  /** The user name; undefined in the open mode. */
  readonly username: string | undefined
  readonly roles: readonly Role[]
  /** The groups that the caller is in: those of the account, and those that the issuer asserts with this request. */
  readonly groups: readonly string[]
  /**
   * Groups that policies and quotas count as well: those that the issuer asserted when an access token was made. They give no
   * rights, and except from nothing.
   */
  readonly countedGroups?: readonly string[]
  /** By which kind of credentials the caller is known. */
  readonly means: 'open' | 'password' | 'access-token' | 'oidc' | 'introspection' | 'certificate'
  /** The hash that the password was checked against, for what must not be done once it was changed. Never logged. */
  readonly passwordHash?: string | undefined
  /** Nothing but a change of the password is possible. */
  readonly mustChangePassword: boolean
  /** The bearer token and its issuer, for services that are asked in the caller's name. Never logged, never stored. */
  readonly bearer?: { readonly issuer: string; readonly token: string }
}

/** What an identity source sees of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names and values in turn, as they came: in `headers` one that is given twice looks like one with a comma. */
  readonly rawHeaders?: readonly string[]
  /** The address that the connection comes from, not what a header says of it. */
  readonly peer: string
  /** The address of the client, as far as trusted proxies tell it. */
  readonly address: string
}

export interface IdentitySource {
  /** The caller; undefined when the request has no credentials of this kind. */
  identify(credentials: Credentials): Promise<Caller | undefined>
  /** What `WWW-Authenticate` says about this kind of credentials, as values of that header. */
  readonly challenges: readonly string[]
}

/** The credentials of an `Authorization` header of a scheme; undefined when there are none of that scheme. */
export function authorization({ headers }: Credentials, scheme: string): string | undefined {
  const { authorization: header } = headers
  const text = Array.isArray(header) ? header[0] : header
  const [, found, value] = /^([A-Za-z_-]+)\s+(\S.*)$/.exec(text?.trim() ?? '') ?? []
  return found?.toLowerCase() === scheme.toLowerCase() ? value : undefined
}
