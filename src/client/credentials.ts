/** The credentials of a client: an access token, or a user name and a password. */

/** Credentials for a broker that asks who is calling: an access token, or a user name and a password. */
export interface ClientCredentials {
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** The kind of credentials that a client shows; undefined for none. */
export function shownBy({ token, username, password }: ClientCredentials): 'token' | 'password' | undefined {
  if (token !== undefined) return 'token'
  return username === undefined || password === undefined ? undefined : 'password'
}

/** The header that shows credentials; none without any. */
export function authorizationOf({ token, username, password }: ClientCredentials): Readonly<Record<string, string>> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` }
  if (username === undefined || password === undefined) return {}
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}
