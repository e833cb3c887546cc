/**
 * How a client reaches the service when proxies stand between them: `Forwarded` (RFC 7239), or the older
 * `X-Forwarded-*`. Anybody can send these headers, so each is believed only as far as it was written by a proxy that
 * the configuration names: the connection tells the nearest one, and each trusted proxy tells who stood before it.
 *
 * Proxies write one of the two and pass the other on as the client sent it. So one of them is configured, and a request
 * of a trusted proxy that has the other is refused: to pass over it would hide that the wrong one is configured.
 */
import type { IncomingHttpHeaders } from 'node:http'
import ipaddr from 'ipaddr.js'
import { isHostName } from '../domain/host-name.ts'
import { BrokerError } from '../domain/errors.ts'

/** The header that the trusted proxies write, all of them the same. */
export type ForwardedHeader = 'forwarded' | 'x-forwarded'

/** The networks that trusted proxies are in, and what they write. */
export class TrustedProxies {
  readonly header: ForwardedHeader
  readonly #networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]

  /** Takes addresses and networks such as `10.0.0.0/8`. Throws for anything else. */
  constructor(networks: readonly string[], header: ForwardedHeader) {
    this.header = header
    this.#networks = networks.map((network) =>
      network.includes('/') ? ipaddr.parseCIDR(network) : wholeAddress(ipaddr.process(network)),
    )
  }

  /** Whether a proxy at this address is believed. */
  has(address: string | undefined): boolean {
    if (this.#networks.length === 0 || address === undefined || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return this.#networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
  }
}

function wholeAddress(address: ipaddr.IPv4 | ipaddr.IPv6): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

const X_FORWARDED = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Prefix'] as const

/**
 * Throws BAD_REQUEST for a request that a trusted proxy passed on with a header that it does not write itself, or with a
 * `Forwarded` that cannot be read: nobody could say then which part of it is the client's.
 */
export function refuseForwarded(
  { headers, peer }: { headers: IncomingHttpHeaders; peer: string | undefined },
  trusted: TrustedProxies,
): void {
  if (!trusted.has(peer)) return
  const others = trusted.header === 'forwarded' ? X_FORWARDED : (['Forwarded'] as const)
  const other = others.find((name) => headers[name.toLowerCase()] !== undefined)
  if (other) throw refused(other, otherWords(other, trusted.header))
  if (trusted.header === 'forwarded' && elements(headers.forwarded ?? '') === undefined)
    throw refused('Forwarded', 'The header Forwarded does not have the form of RFC 7239.')
}

function otherWords(name: string, configured: ForwardedHeader): string {
  const [written, other] =
    configured === 'forwarded' ? (['Forwarded', 'x-forwarded'] as const) : (['X-Forwarded-*', 'forwarded'] as const)
  return `The proxy in front of this broker passed on the header ${name}, while ${written} is what it should write. Its operator removes ${name} there, or sets listen.forwardedHeader to ${other} if that is what the proxy writes.`
}

function refused(header: string, detail: string): BrokerError {
  return new BrokerError('BAD_REQUEST', detail, { faults: [{ header, detail: 'it is not accepted from this proxy' }] })
}

/** The address of the client of a request, as far as trusted proxies tell it; else the one that the connection comes from. */
export function clientOf(
  { headers, peer }: { headers: IncomingHttpHeaders; peer: string | undefined },
  trusted: TrustedProxies,
): string {
  let address = peer
  if (!trusted.has(peer)) return peer ?? 'unknown'
  const said = hops(headers, trusted.header)
  while (trusted.has(address)) {
    const before = said.pop()?.for
    if (before === undefined || !ipaddr.isValid(before)) break
    address = ipaddr.process(before).toString()
  }
  return address ?? 'unknown'
}

/** What a proxy says of the request as it reached it. What it does not say, or says wrongly, is undefined. */
interface Hop {
  readonly for: string | undefined
  readonly host: string | undefined
  readonly protocol: string | undefined
}

/** The base URL, without a slash at its end, at which the client of a request reached the outermost trusted proxy. */
export function reachedAt(
  request: { headers: IncomingHttpHeaders; peer: string | undefined; protocol: string; host: string },
  trusted: TrustedProxies,
): string {
  const direct = `${request.protocol}://${request.host}`
  if (!trusted.has(request.peer)) return direct
  const said = hops(request.headers, trusted.header)
  // From the nearest proxy outwards, as long as the one before it is trusted too.
  let hop = said.pop()
  while (said.length > 0 && trusted.has(hop?.for)) hop = said.pop()
  const prefix = trusted.header === 'x-forwarded' ? lastOf(request.headers['x-forwarded-prefix']) : undefined
  const path = prefix !== undefined && /^(\/[\w.~-]+)+$/.test(prefix) ? prefix : ''
  return `${hop?.protocol ?? request.protocol}://${hop?.host ?? request.host}${path}`
}

function hops(headers: IncomingHttpHeaders, header: ForwardedHeader): Hop[] {
  if (header === 'forwarded') return (elements(headers.forwarded ?? '') ?? []).map(forwardedHop)
  const column = (name: string) => listOf(headers[name])
  const clients = column('x-forwarded-for')
  const hosts = column('x-forwarded-host')
  const protocols = column('x-forwarded-proto')
  const length = Math.max(clients.length, hosts.length, protocols.length)
  // A proxy adds at the end, or puts its own value in the place of all; so the ends belong together, and what a shorter
  // list does not say is what its first value says.
  const from = (list: readonly string[], index: number) => list[Math.max(0, list.length - length + index)]
  return Array.from({ length }, (_, index) => ({
    for: addressOf(from(clients, index)),
    host: hostOf(from(hosts, index)),
    protocol: protocolOf(from(protocols, index)),
  }))
}

function forwardedHop(pairs: ReadonlyMap<string, string>): Hop {
  return { for: addressOf(pairs.get('for')), host: hostOf(pairs.get('host')), protocol: protocolOf(pairs.get('proto')) }
}

/** One `name=value`, quoted or not, with what follows it: a semicolon, a comma or the end. */
const PAIR = /[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))[ \t]*(;|,|$)/y
const NO_ELEMENT = /[ \t]*(?:,|$)/y

/** The elements of a `Forwarded`, each with its values by name; undefined when it is not of the form of RFC 7239. */
function elements(header: string): Map<string, string>[] | undefined {
  const found: Map<string, string>[] = []
  let element = new Map<string, string>()
  let position = 0
  while (position < header.length) {
    NO_ELEMENT.lastIndex = position
    if (element.size === 0 && NO_ELEMENT.test(header)) {
      position = NO_ELEMENT.lastIndex
      continue
    }
    PAIR.lastIndex = position
    const [, name = '', quoted, plain = '', end] = PAIR.exec(header) ?? []
    if (end === undefined || element.has(name.toLowerCase())) return undefined
    element.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
    position = PAIR.lastIndex
    if (end === ';') continue
    found.push(element)
    element = new Map()
  }
  // What ends with a semicolon is cut off.
  return element.size === 0 ? found : undefined
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text === '' ? [] : text.split(',').map((part) => part.trim())
}

const lastOf = (header: string | string[] | undefined) => listOf(header).at(-1)

/** An address without its port: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`. */
function addressOf(text: string | undefined): string | undefined {
  const match = /^\[([^\]]+)\](?::\d+)?$/.exec(text ?? '') ?? /^([\d.]+)(?::\d+)?$/.exec(text ?? '')
  return match?.[1] ?? text
}

function hostOf(text: string | undefined): string | undefined {
  return text !== undefined && isHost(text) ? text : undefined
}

function protocolOf(text: string | undefined): string | undefined {
  const protocol = text?.toLowerCase()
  return protocol === 'http' || protocol === 'https' ? protocol : undefined
}

/** Whether text is a host name or an address, with or without a port, and can stand in a URL. */
export function isHost(text: string): boolean {
  const [, name] = /^([A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.exec(text) ?? []
  return name !== undefined && isHostName(name)
}
