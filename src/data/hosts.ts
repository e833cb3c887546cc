/** The hosts of a site's configuration, and those in URLs. */
import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { isHostName } from '../domain/host-name.ts'

/** A host, or `*.` with a name for every name below it. */
export type HostPattern = string & { readonly HostPattern: unique symbol }

/**
 * One spelling for a host: an IPv6 address in groups without zone or brackets, a name in lower case without a dot at its
 * end. Empty for what is longer than a name can be.
 */
export function canonicalHost(text: string): string {
  const [bare = ''] = text.replace(/^\[(.*)\]$/, '$1').split('%', 1)
  // A URL is written without the dotted quad, which ipaddr.js takes for IPv4-mapped wherever it stands.
  if (isIPv6(bare)) return new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const name = domainToASCII(bare.replace(/(?<!\.)\.+$/, ''))
  return isHostName(name) ? name : ''
}

/** Reads a name, an address, or `*.` with a name for every name below it. Throws a plain error. */
export function readHost(text: string): HostPattern {
  const wildcard = text.startsWith('*.') ? '*.' : ''
  const host = canonicalHost(text.slice(wildcard.length))
  if (host === '' || host.includes('*'))
    throw new Error(`'${text}' is not a host; write a name, an address, or a name that begins with '*.'`)
  return (wildcard + host) as HostPattern
}

/** Whether a host (as in `URL.hostname`) is meant. */
export function covers(pattern: HostPattern, hostname: string): boolean {
  const host = canonicalHost(hostname)
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** Whether a host (as in `URL.hostname`) is this machine, over no wire. */
export function isLoopback(hostname: string): boolean {
  const host = canonicalHost(hostname)
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
