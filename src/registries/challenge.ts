/** What a registry asks for before it answers: the challenges of `WWW-Authenticate` (RFC 9110, section 11.6.1). Pure. */

/** A challenge with its parameters. */
export interface Challenge {
  /** In lower case: bearer, basic. */
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

const PARAMETER = /(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g

/** Reads the first challenge of a header; undefined when there is none. */
export function challengeOf(header: string | undefined): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*([A-Za-z0-9-]+)(?:\s+(.*))?$/s.exec(header ?? '') ?? []
  if (scheme === undefined) return undefined
  const parameters = [...rest.matchAll(PARAMETER)].map(([, name = '', quoted, bare = '']): [string, string] => [
    name.toLowerCase(),
    quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'),
  ])
  return { scheme: scheme.toLowerCase(), parameters: Object.fromEntries(parameters) }
}

/** Where a bearer challenge says that a token can be had, for reading one repository; undefined when it does not say. */
export function tokenUrl({ parameters }: Challenge, scope: string): URL | undefined {
  const { realm, service } = parameters
  if (realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  // Only what is needed is asked for, whatever the registry suggests.
  url.searchParams.set('scope', scope)
  return url
}
