/**
 * Which subnet a new network gets. Docker by itself has some thirty for all networks of a machine; a range that the site
 * gives is cut into small ones. Which are in use only the engine knows, so one is proposed after the other.
 */
import ipaddr from 'ipaddr.js'

/** Sixteen addresses: the network, the gateway, the container, and the broadcast have to find a place. */
const PREFIX = 28

export class SubnetChoice {
  readonly #first: number
  readonly #count: number
  #turn: number

  /** `range` is a network of IPv4 such as 10.213.0.0/16; without it the engine chooses. `chance` is from 0 to below 1. */
  constructor(range: string | undefined, chance: () => number = Math.random) {
    const [address, prefix] = range === undefined ? [undefined, PREFIX] : ipaddr.IPv4.parseCIDR(range)
    this.#count = address ? 2 ** Math.max(0, PREFIX - prefix) : 0
    const network = range === undefined ? undefined : ipaddr.IPv4.networkAddressFromCIDR(range)
    this.#first = network ? network.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0) : 0
    // Brokers that share an engine begin at different places.
    this.#turn = Math.floor(chance() * this.#count)
  }

  /** The next proposal; undefined where the engine chooses. */
  next(): string | undefined {
    if (this.#count === 0) return undefined
    const at = this.#first + (this.#turn++ % this.#count) * 2 ** (32 - PREFIX)
    return `${[24, 16, 8, 0].map((bits) => (at / 2 ** bits) & 255).join('.')}/${PREFIX}`
  }
}
