/** How a client reaches the ports of a program: what of that is true when, and where they are. Pure. */
import { executionLifecycle, type ExecutionPhase } from './execution-lifecycle.ts'
import { transportOf, type ContainerPort, type Transport } from './execution-request.ts'

/** Where a port of a running program is reached from outside. */
export interface Endpoint {
  /** The port in the container. */
  readonly port: number
  readonly transport: Transport
  /** A name, or an address without brackets. */
  readonly host: string
  readonly publishedPort: number
}

export interface Connector {
  /** What the client said that the port is for. */
  readonly purpose?: string
  readonly status: 'PREPARING' | 'AVAILABLE' | 'FINISHED'
  readonly protocol: ContainerPort['protocol']
  /** A URL, as long as something answers there. */
  readonly location?: string
}

/** The endpoints that the compute component of an execution remembers; undefined as long as they are not known. */
export function endpointsIn(detail: Readonly<Record<string, unknown>>): readonly Endpoint[] | undefined {
  return detail.endpoints as readonly Endpoint[] | undefined
}

/** The endpoint of a port; undefined as long as it is not known. */
export function endpointOf(port: ContainerPort, endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find((one) => one.port === port.internalPort && one.transport === transportOf(port))
}

/** The word for what a port is for; undefined when nobody said one. */
export function purposeOf({ purpose, access }: ContainerPort): string | undefined {
  return purpose ?? (typeof access === 'string' ? access : undefined)
}

/** The connectors of an execution, one for each port that is listed, in their order. `endpoints` are known once the program runs. */
export function connectorsOf(
  ports: readonly ContainerPort[],
  { phase, endedAt }: { readonly phase: ExecutionPhase; readonly endedAt?: number },
  endpoints: readonly Endpoint[],
): Connector[] {
  const isOver = executionLifecycle.isTerminal(phase) || phase === 'RELEASING' || endedAt !== undefined
  return ports
    .filter(({ access }) => access !== false)
    .map((port) => {
      const { protocol } = port
      const purpose = purposeOf(port)
      const same = { protocol, ...(purpose === undefined ? {} : { purpose }) }
      if (isOver) return { ...same, status: 'FINISHED' }
      const endpoint = phase === 'AVAILABLE' ? endpointOf(port, endpoints) : undefined
      if (!endpoint) return { ...same, status: 'PREPARING' }
      return { ...same, status: 'AVAILABLE', location: locationOf(port, endpoint) }
    })
}

/** The URL of a port: with the path to begin at where one is spoken of. Whatever the path, it stays on that host. */
export function locationOf({ protocol, path = '' }: ContainerPort, { host, publishedPort }: Endpoint): string {
  const place = `${protocol.toLowerCase()}://${host.includes(':') ? `[${host}]` : host}:${publishedPort}`
  if (protocol === 'TCP' || protocol === 'UDP') return place
  return new URL(`${place}/${path.replace(/^[/\\]+/, '')}`).href
}
