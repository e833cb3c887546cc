/**
 * Keeping a broker without identities to its own machine. Whoever reaches it is the local user, and a web page reaches
 * it too: its site lets the site's name stand for a loopback address once the page is loaded, and to the browser both are
 * one origin then. What the page cannot do is to ask by another name than that of its site.
 */
import ipaddr from 'ipaddr.js'
import { BrokerError } from '../domain/errors.ts'

/** Refuses a request to a name that is neither one of this machine nor in one of these URLs. */
export function refuseForeignName(host: string | undefined, urls: readonly (string | undefined)[]): void {
  // Browsers always name whom they ask.
  if (host === undefined || isLocal(nameOf(host))) return
  const known = urls.flatMap((url) => (url !== undefined && URL.canParse(url) ? nameOf(new URL(url).host) : []))
  if (known.includes(nameOf(host))) return
  throw new BrokerError(
    'MISDIRECTED',
    `No identities are configured, so only this machine is answered, by names such as localhost and 127.0.0.1 and not by '${host}'. If that is a name of this broker, set publicUrl in its configuration to the URL with it, or configure identities (identity: {} is enough to begin with).`,
    { faults: [{ header: 'Host', detail: 'is localhost, a loopback address or the host of publicUrl' }] },
  )
}

/** The name in a host with or without a port. */
const nameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')

function isLocal(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const address = name.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
