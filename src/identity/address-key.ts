/** The key by which everything that is limited for an address is counted. */
import ipaddr from 'ipaddr.js'

/** A host of IPv6 has a whole network of addresses, so its /64 counts; an address of IPv4 is the same in each spelling. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const [a = 0, b = 0, c = 0, d = 0] = parsed.parts
  return `${[a, b, c, d].map((part) => part.toString(16)).join(':')}::/64`
}
