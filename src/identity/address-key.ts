/** The keys by which everything that is limited for an address is counted. */
import ipaddr from 'ipaddr.js'

/** A host of IPv6 has a whole network of addresses, so its /64 counts; an address of IPv4 is the same in each spelling. */
export const addressKey = (address: string): string => networkOf(address, 4)

/** The key of the site of an address: one customer of IPv6 often has a /48, which is 65,536 networks of hosts. */
export const siteKey = (address: string): string => networkOf(address, 3)

/** The network with so many parts of an address of IPv6, each of 16 bits. */
function networkOf(address: string, parts: number): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const written = parsed.parts.slice(0, parts).map((part) => part.toString(16))
  return `${written.join(':')}::/${16 * parts}`
}
