/**
 * Decides which addresses may be connected to when a client names the place, so that nobody reaches through the broker
 * what only the broker can reach (server-side request forgery).
 *
 * Permitted are the addresses of the public internet and what the site adds. The decision is on the very address that a
 * connection is made to: `lookup` takes the place of the name lookup of the system, so a name cannot be one address
 * when it is checked and another when it is used. `guarded-agent.ts` makes the connections, with no way round this.
 */
import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { BrokerError } from '../domain/errors.ts'
import { canonicalHost, covers, readHost, type HostPattern } from './hosts.ts'

/** What a site permits. */
export interface AddressRules {
  /** Networks that are permitted besides the public internet, as CIDR: `127.0.0.0/8`, `::1/128`. */
  readonly allowedNetworks: readonly string[]
  /** When given, no other hosts are permitted: names or addresses; `*.example.org` is every name below `example.org`. */
  readonly allowedHosts?: readonly string[]
}

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = [Address, number]

/** Everything that is assigned on the public IPv6 internet; ipaddr.js takes unassigned addresses for public ones. */
const PUBLIC_IPV6 = ipaddr.parseCIDR('2000::/3')
/** Azure answers its virtual machines here, on an address of the public range: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const AZURE_HOST = ipaddr.parseCIDR('168.63.129.16/32')

export class AddressGuard {
  readonly #networks: readonly Network[]
  readonly #hosts: readonly HostPattern[] | undefined
  readonly #resolve: Resolve

  /** Throws a plain error when a rule cannot be read. `resolve` is for tests. */
  constructor({ allowedNetworks, allowedHosts }: AddressRules, resolve: Resolve = systemLookup) {
    this.#networks = allowedNetworks.map(readNetwork)
    this.#hosts = allowedHosts?.map(readHost)
    this.#resolve = resolve
  }

  /** Whether an address may be connected to. Text that is no IP address may not. */
  permits(address: string): boolean {
    const parsed = parseAddress(address)
    if (!parsed) return false
    // The system connects to the IPv4 address in an IPv4-mapped one, so a site permits both or none.
    const target = isMapped(parsed) ? parsed.toIPv4Address() : parsed
    return this.#networks.some((network) => lies(target, network)) || isPublic(parsed)
  }

  /**
   * Why a host (as in `URL.hostname`) may not be connected to: ADDRESS_NOT_ALLOWED; undefined when it may, as far as
   * can be told without looking it up. The addresses of a name are decided on in `lookup`.
   */
  refusal(hostname: string): BrokerError | undefined {
    const host = canonicalHost(hostname)
    if (this.#hosts && !this.#hosts.some((allowed) => covers(allowed, hostname)))
      return new BrokerError('ADDRESS_NOT_ALLOWED', `the host ${hostname} is not one of those that are allowed here`)
    if (isIP(host) !== 0 && !this.permits(host))
      return new BrokerError('ADDRESS_NOT_ALLOWED', `the address ${host} is not allowed here; ${HOW_TO_ALLOW}`)
    return undefined
  }

  /** For the `lookup` option of `net.connect`: gives only addresses that are permitted, and fails when there are none. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const permitted = addresses.filter(({ address }) => this.permits(address))
      const [first] = permitted
      // Which addresses a name has inside a site is for the log only.
      if (!first) return callback(notAllowed(hostname, addresses), [])
      if (options.all) callback(null, permitted)
      else callback(null, first.address, first.family)
    })
  }
}

/** Addresses of the site itself are closed to what clients name, until its operator opens them. */
const HOW_TO_ALLOW =
  'private addresses and those of the machine are not, unless the operator allows their network with data.allowedNetworks, such as ["10.0.0.0/8"]'

function notAllowed(hostname: string, addresses: readonly LookupAddress[]): BrokerError {
  return new BrokerError(
    'ADDRESS_NOT_ALLOWED',
    `the host ${hostname} has no address that is allowed here; ${HOW_TO_ALLOW}`,
    {
      context: { addresses: addresses.map(({ address }) => address) },
    },
  )
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv6' ? lies(address, PUBLIC_IPV6) : !lies(address, AZURE_HOST)
}

function lies(address: Address, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network)
}

function isMapped(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6' && address.range() === 'ipv4Mapped'
}

/** Undefined for what is not an address. Without `isIP`, ipaddr.js would read `10` as an address. */
function parseAddress(text: string): Address | undefined {
  const host = canonicalHost(text)
  return isIP(host) === 0 ? undefined : ipaddr.parse(host)
}

function readNetwork(text: string): Network {
  if (!ipaddr.isValidCIDR(text))
    throw new Error(`'${text}' is not a network; write it as an address and a length, such as 10.0.0.0/8 or ::1/128`)
  const network = ipaddr.parseCIDR(text)
  if (isMapped(network[0])) throw new Error(`the network '${text}' is one of IPv4 addresses; write it as such`)
  return network
}
