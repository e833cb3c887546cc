/** Who is calling: the contract of everything that can tell. */

/** Somebody who asks for something. */
export interface Caller {
  /** What the caller's offer sets and executions belong to. */
  readonly owner: string
}

/** What an identity source sees of a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface IdentitySource {
  /** The caller; undefined when the request does not say, or not believably. */
  identify(credentials: Credentials): Promise<Caller | undefined>
}
