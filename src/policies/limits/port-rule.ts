/** One rule about ports: numbers, what is spoken there, and the path to begin at. Pure. */
import type { ContainerPort, PortProtocol } from '../../domain/execution-request.ts'
import { BrokerError } from '../../domain/errors.ts'
import { pattern } from '../pattern.ts'

/** A rule as it is configured. What is left out may be anything. */
export interface PortRuleConfig {
  readonly number?: number | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly path?: string | undefined
  readonly protocol?: PortProtocol | undefined
}

/** True if a rule is about a port. */
export type CoversPort = (port: ContainerPort) => boolean

/** Reads a rule. Throws UNPROCESSABLE, with its place, for one that covers nothing. */
export function portRule({ number, from, to, path, protocol }: PortRuleConfig, place: string): CoversPort {
  const [least, most] = [Math.max(number ?? 1, from ?? 1), Math.min(number ?? 65_535, to ?? 65_535)]
  if (least > most)
    throw new BrokerError(
      'UNPROCESSABLE',
      `The policies are not right: ${place} covers no number; write one such as {number: 8888}, or {from: 8000, to: 8999}.`,
    )
  const covers = path === undefined ? () => true : pattern(path)
  return (port) =>
    port.internalPort >= least &&
    port.internalPort <= most &&
    (protocol === undefined || protocol === port.protocol) &&
    covers(pathOf(port))
}

/** The path of a port as its URL has it, so that no spelling of a path goes round a rule. */
function pathOf({ path = '' }: ContainerPort): string {
  const { pathname } = new URL(`http://port.invalid/${path.replace(/^[/\\]+/, '')}`)
  try {
    return decodeURIComponent(pathname)
  } catch {
    // A percent sign that encodes nothing: the path is judged as it is.
    return pathname
  }
}
