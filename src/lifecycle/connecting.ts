/** Tells the client where the ports of its program are reached, as soon as the platform says so. */
import { endpointOf, endpointsIn, locationOf } from '../domain/connectors.ts'
import { firstPositions } from '../domain/execution-plan.ts'
import { transportOf, type ContainerPort } from '../domain/execution-request.ts'
import { message } from '../domain/message.ts'
import type { Platform, WorkloadPort } from '../platforms/platform.ts'
import * as components from '../store/components.ts'
import type { Component } from '../store/components.ts'
import * as messages from '../store/messages.ts'
import type { ExecutionState } from './decide.ts'
import type { WorkerContext } from './worker-context.ts'

/** What the platform is to publish. A port that is named twice, as for two protocols on it, is one. */
export function portsOf(ports: readonly ContainerPort[]): WorkloadPort[] {
  const all = ports.map((one) => ({ port: one.internalPort, transport: transportOf(one) }))
  return all.filter(({ port, transport }, index) => {
    const first = all.findIndex((other) => other.port === port && other.transport === transport)
    return first === index
  })
}

/** Notes where the ports of a running program are, once; true when there is nothing (more) to be found out. */
export async function noteEndpoints(
  { execution: { id, plan } }: ExecutionState,
  compute: Component,
  platform: Platform,
  { database, clock }: WorkerContext,
): Promise<boolean> {
  const { ports } = plan.executable.spec
  if (ports.length === 0 || endpointsIn(compute.detail) !== undefined) return true
  const endpoints = await platform.endpoints(id)
  const found = ports.flatMap((port) => {
    const endpoint = endpointOf(port, endpoints)
    return endpoint ? [{ port, endpoint }] : []
  })
  if (found.length < ports.length) return false
  await database.transaction(async (tx) => {
    await components.describe(tx, id, compute.position, { endpoints })
    for (const [index, { port, endpoint }] of found.entries()) {
      const said = message('port-published', clock.now(), {
        port: port.internalPort,
        location: locationOf(port, endpoint),
      })
      await messages.add(tx, id, firstPositions(plan).executable, said, `port-${index}`)
    }
  })
  return true
}
