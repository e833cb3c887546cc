/**
 * How programs are connected, so that none reaches that of another execution. One that has no network of its site and asks
 * for no port is not connected at all.
 *
 * With Docker each of the others has a network of its own: the engine lets nothing pass from one to another. Podman says
 * the same of networks with the option `isolate`, but with Netavark 1.4 the removal of one such network opens all others;
 * there each container has a stack of its own in user mode, which no other is connected to.
 */
import type { Clock } from '../../domain/clock.ts'
import type { Endpoint } from '../../domain/connectors.ts'
import { BrokerError, isBrokerError } from '../../domain/errors.ts'
import type { ExecutionId } from '../../domain/ids.ts'
import type { Workload, WorkloadPort } from '../platform.ts'
import { remove } from './containers.ts'
import type { ContainerDetails, ContainerSummary, NetworkDetails } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'
import type { Engine } from './engine-facts.ts'
import type { Marks } from './marks.ts'
import { stageOf } from './state-map.ts'
import { SubnetChoice } from './subnet-choice.ts'
import { networkCreated, networkList } from './answer-shapes.ts'

/** What the operator decides of the connections of programs. */
export interface Connecting {
  /** Whether programs may reach out: those that ask for no port too, or none. */
  readonly network: 'none' | 'bridge'
  /** Where ports are published; undefined when they are not. */
  readonly publish?: Publishing
  /** What the networks of executions are taken from, such as 10.213.0.0/16; undefined for what the engine takes. */
  readonly subnets?: string
}

export interface Publishing {
  /** The address of the engine's machine that ports are published at. */
  readonly address: string
  /** What that is called in URLs. */
  readonly host: string
}

/** The modes of containers that have no network of their own. */
const NOT_OWN: readonly (string | undefined)[] = ['none', 'bridge', 'default', 'slirp4netns']
/** Podman's stack in user mode. https://docs.podman.io/en/v4.3/markdown/podman-run.1.html#network-mode-net */
export const USER_MODE = 'slirp4netns'
/** Without this, answers to what a program sends beyond its host do not find back to it. */
const NO_WAY_OUT = { 'com.docker.network.bridge.enable_ip_masquerade': 'false' }
/** How many subnets are tried: one may be in use already, by another execution or by something else of the engine. */
const SUBNETS_TRIED = 20
/**
 * What Docker says of a subnet that is in use, and when it has none left to choose from, before version 28 and since. Its
 * statuses are 403, 404 and 400, which also mean other things: the text is the only signal.
 */
const ADDRESSES_IN_USE = /pool overlaps|non-overlapping IPv4 address pool|address pools have been fully subnetted/i

/** Whether an engine can publish ports, as it is configured; undefined is one that has not answered yet. */
export function publishesPorts({ network, publish }: Connecting, engine: Engine | undefined): boolean {
  // In user mode a program that has ports can always reach out as well.
  return publish !== undefined && engine?.connects !== false && !(engine?.isPodman && network === 'none')
}

export class Networks {
  readonly #client: EngineClient
  readonly #clock: Clock
  readonly #marks: Marks
  readonly #connecting: Connecting
  readonly #subnets: SubnetChoice

  constructor(client: EngineClient, clock: Clock, marks: Marks, connecting: Connecting) {
    this.#client = client
    this.#clock = clock
    this.#marks = marks
    this.#connecting = connecting
    this.#subnets = new SubnetChoice(connecting.subnets)
  }

  /** The network mode of a workload's container; a network of its own is there afterwards. */
  async modeOf({ execution, ports }: Workload, isPodman: boolean): Promise<string> {
    if (this.#connecting.network === 'none' && ports.length === 0) return 'none'
    if (isPodman) return USER_MODE
    const [network] = await this.#find(execution)
    return network?.Id ?? this.#make(execution)
  }

  /** Removes the network of an execution whose container is gone: `container` is what it was, undefined when nobody knows. */
  async release(execution: ExecutionId, container: Pick<ContainerSummary, 'HostConfig'> | undefined): Promise<void> {
    if (container?.HostConfig && NOT_OWN.includes(container.HostConfig.NetworkMode)) return
    for (const { Id } of await this.#find(execution))
      await remove(this.#client, this.#clock, {
        path: `/networks/${Id}`,
        doing: `removing the network of ${execution}`,
      })
  }

  /** The executions that have a network. */
  async list(): Promise<readonly ExecutionId[]> {
    return (await this.#find()).flatMap(({ Name, Labels }) => this.#marks.own([Name], Labels)?.execution ?? [])
  }

  /** Those of one execution, or all. Docker takes a name twice when it is asked twice at once, so there may be two. */
  async #find(execution?: ExecutionId): Promise<readonly NetworkDetails[]> {
    const query = { filters: this.#marks.filter('network', execution) }
    const doing = 'looking for networks'
    const { body } = await this.#client.ask({ path: '/networks', query, doing }, networkList)
    return body.filter(({ Name, Labels }) => this.#marks.own([Name], Labels)?.role === 'network')
  }

  async #make(execution: ExecutionId): Promise<string> {
    const { name: Name, labels: Labels } = this.#marks.network(execution)
    const Options = this.#connecting.network === 'none' ? NO_WAY_OUT : {}
    const settings = { Name, Labels, Driver: 'bridge', CheckDuplicate: true, Options }
    for (let attempt = 1; ; attempt++) {
      const subnet = this.#subnets.next()
      const body = { ...settings, ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }) }
      const doing = `making a network of ${execution}`
      try {
        return (await this.#client.ask({ method: 'POST', path: '/networks/create', body, doing }, networkCreated)).body
          .Id
      } catch (error) {
        if (!isBrokerError(error, 'PLATFORM_REFUSED') || !ADDRESSES_IN_USE.test(error.message)) throw error
        if (subnet === undefined || attempt === SUBNETS_TRIED) throw noAddresses(error)
      }
    }
  }
}

/** Others give theirs back when their programs end, so it makes sense to try again. */
function noAddresses(cause: unknown): BrokerError {
  const detail = 'all addresses that its networks can have are in use; `subnets` in its configuration gives it more'
  return new BrokerError('PLATFORM_UNAVAILABLE', detail, { cause })
}

/** The settings that publish ports, on ports that the engine chooses. */
export function published(
  ports: readonly WorkloadPort[],
  { publish }: Connecting,
): { container: object; host: object } {
  if (ports.length === 0 || !publish) return { container: {}, host: {} }
  const names = ports.map(({ port, transport }) => `${port}/${transport}`)
  const binding = [{ HostIp: publish.address, HostPort: '' }]
  return {
    container: { ExposedPorts: Object.fromEntries(names.map((name) => [name, {}])) },
    host: { PortBindings: Object.fromEntries(names.map((name) => [name, binding])) },
  }
}

/** Where the ports of a container are reached. Ports are chosen at the start, and only those of a running one are good. */
export function endpointsOf({ State, NetworkSettings }: ContainerDetails, { publish }: Connecting): Endpoint[] {
  if (stageOf(State.Status) !== 'running') return []
  return Object.entries(NetworkSettings?.Ports ?? {}).flatMap(([name, bindings]) => {
    const [port, transport] = name.split('/')
    const [binding] = bindings ?? []
    const publishedPort = Number(binding?.HostPort)
    if (!binding || !publishedPort || (transport !== 'tcp' && transport !== 'udp')) return []
    return [{ port: Number(port), transport, host: publish?.host ?? binding.HostIp, publishedPort }]
  })
}
