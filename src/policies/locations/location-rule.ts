/**
 * One rule about where data may come from. A location is taken apart by the parser of URLs, and its parts are compared
 * each as a whole: what a host or a path begins with says nothing. Pure.
 */
import { BrokerError } from '../../domain/errors.ts'
import { pattern } from '../pattern.ts'

/** A rule as it is configured. What is left out may be anything. */
export interface LocationRuleConfig {
  readonly scheme?: string | undefined
  readonly host?: string | undefined
  readonly path?: string | undefined
  readonly bucket?: string | undefined
  readonly authority?: string | undefined
}

/** A location in its parts. */
interface LocationParts {
  readonly scheme: string
  readonly host: string
  /** With its port where that is not the usual one. */
  readonly hostWithPort: string
  /** Decoded, in each way in which a server may read it; undefined where nobody can tell. */
  readonly paths: readonly string[] | undefined
}

/** What a rule says of a location: certainly, certainly not, or that nobody can tell. */
export type Covered = 'yes' | 'no' | 'perhaps'

/** Reads a rule. Throws UNPROCESSABLE, with the place of the key, for one that cannot be understood. */
export function locationRule(config: LocationRuleConfig, place: string): (location: URL) => Covered {
  const { scheme, host, path, bucket, authority } = config
  if (scheme !== undefined && !/^[a-z][a-z0-9+.-]*$/i.test(scheme))
    throw unusable(`${place}.scheme is not the scheme of a URL such as https`)
  if (host !== undefined && !/^(\*\.)?[A-Za-z0-9[\]:._-]+$/.test(host))
    throw unusable(`${place}.host is not a host such as data.example.org, or *.example.org for all below`)
  const inPath = path === undefined ? undefined : pattern(path)
  const named = bucket === undefined ? undefined : pattern(bucket)
  return (location) => {
    const parts = partsOf(location)
    const misses =
      (scheme !== undefined && scheme.toLowerCase() !== parts.scheme) ||
      (host !== undefined && !coversHost(host.toLowerCase(), parts)) ||
      (named !== undefined && !(parts.scheme === 's3' && named(parts.host))) ||
      (authority !== undefined && !(parts.scheme === 'ivo' && authority.toLowerCase() === parts.host))
    if (misses) return 'no'
    if (!inPath) return 'yes'
    if (!parts.paths || new Set(parts.paths.map(inPath)).size > 1) return 'perhaps'
    return parts.paths.every(inPath) ? 'yes' : 'no'
  }
}

function partsOf({ protocol, hostname, host, pathname }: URL): LocationParts {
  const bare = hostname.toLowerCase().replace(/\.$/, '')
  const port = host.slice(hostname.length)
  return { scheme: protocol.slice(0, -1), host: bare, hostWithPort: `${bare}${port}`, paths: plainPaths(pathname) }
}

/** A rule without a port is about the usual one; `*.example.org` is every name below. */
function coversHost(wanted: string, { host, hostWithPort }: LocationParts): boolean {
  if (wanted.startsWith('*.')) return host.endsWith(wanted.slice(1)) && host === hostWithPort
  return wanted === hostWithPort
}

/**
 * The paths that a path may mean to a server: as it is written, and without the parameters after a semicolon (RFC 3986,
 * section 3.3) and the doubled slashes that many servers take away. Undefined where that leads to another place, or an
 * encoded slash or dot-dot is read in one way here and in another there.
 */
function plainPaths(path: string): readonly string[] | undefined {
  try {
    const decoded = decodeURIComponent(path)
    const bare = decoded.replaceAll(/;[^/]*/g, '').replaceAll(/\/+/g, '/')
    const unclear = /%2f|%5c/i.test(path) || /\\|\p{Cc}/u.test(decoded) || /%[0-9a-f]{2}/i.test(decoded)
    return unclear || bare.split('/').some((part) => part === '.' || part === '..') ? undefined : [decoded, bare]
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function unusable(reason: string): BrokerError {
  return new BrokerError('UNPROCESSABLE', `The policies are not right: ${reason}.`)
}
