/** Presents where the ports of a program are reached: the connectors of an execution, and the ports of its executable. */
import { connectorsOf, endpointOf, endpointsIn, purposeOf, type Endpoint } from '../domain/connectors.ts'
import { firstPositions } from '../domain/execution-plan.ts'
import type { DockerContainer } from '../domain/execution-request.ts'
import { tokenIn, wayIn } from '../domain/notebook-server.ts'
import { compact } from './compact.ts'
import type { Schemas } from './contract.ts'
import type { ExecutionView } from './present.ts'

/** The connectors of an execution, one for each port that is listed; with the way in for who may enter. */
export function presentConnectors(view: ExecutionView): Schemas['Connector'][] {
  const { ports } = view.plan.executable.spec
  if (ports.length === 0) return []
  const token = view.mayEnter ? tokenIn(computeDetail(view)) : undefined
  return connectorsOf(ports, view, endpointsNow(view)).map(({ purpose, location, ...connector }) => ({
    ...(purpose === undefined ? {} : { kind: purpose }),
    ...connector,
    ...(location === undefined ? {} : { location: token === undefined ? location : wayIn(location, token) }),
  }))
}

/** Where the ports of the program are reached now; nothing unless it runs. */
export function endpointsNow(view: ExecutionView): readonly Endpoint[] {
  if (view.phase !== 'AVAILABLE' || view.endedAt !== undefined) return []
  return endpointsIn(computeDetail(view)) ?? []
}

function computeDetail({ plan, components = [] }: ExecutionView): Readonly<Record<string, unknown>> {
  return components.find(({ position }) => position === firstPositions(plan).compute)?.detail ?? {}
}

/** The ports of a container, each with where it is published as far as that is known. */
export function presentNetwork(
  { ports }: DockerContainer,
  endpoints: readonly Endpoint[],
): NonNullable<Schemas['DockerContainer']['network']> {
  return {
    ports: ports.map((port) => {
      const { internalPort, protocol, path } = port
      const endpoint = endpointOf(port, endpoints)
      const external = endpoint && { port: endpoint.publishedPort, addresses: [endpoint.host] }
      const [access, purpose] = [port.access !== false, purposeOf(port)]
      return compact({ access, purpose, internal: { port: internalPort }, external, protocol, path })
    }),
  }
}
