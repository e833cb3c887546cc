/** What the engine is told of the broker for a registry that it pulls from, and whether the registry took it. Pure. */

/** A name and a password at one registry. */
export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

/** The login for the registry at a host and port; undefined where there is none. */
export type LoginAt = (host: string) => RegistryLogin | undefined

/** What engines call Docker Hub where they speak of logins. */
const DOCKER_HUB = 'https://index.docker.io/v1/'

/** The header of a pull. Engines show the login only to that registry, and only when it asks. */
export function loginHeader(host: string, login: RegistryLogin | undefined): Readonly<Record<string, string>> {
  if (!login) return {}
  const serveraddress = host === 'docker.io' ? DOCKER_HUB : host
  const text = Buffer.from(JSON.stringify({ ...login, serveraddress })).toString('base64')
  // Both engines want the alphabet for URLs and the padding, which `base64url` leaves out.
  return { 'x-registry-auth': text.replaceAll('+', '-').replaceAll('/', '_') }
}

/**
 * What to say of a refusal that is about who asks; undefined for any other. The engines hand on the answer 401 of a
 * registry as words only: the error code UNAUTHORIZED of the OCI distribution specification, or, where they had nothing
 * to show, Docker's own.
 */
export function loginFault(words: string, host: string, login: RegistryLogin | undefined): string | undefined {
  if (!/\bunauthorized\b|no basic auth credentials/i.test(words)) return undefined
  return login
    ? `the registry ${host} refused the name and the password that this broker has for it`
    : `the registry ${host} wants to know who asks, and this broker has no name and no password for it`
}
