/** What an engine is and what it can do, found out once by asking it and by trying. */
import type { Instant } from '../../domain/dates.ts'
import type { EngineInfo } from './engine-answers.ts'
import type { EngineClient } from './engine-client.ts'
import { engineInfo, engineVersion, secretInfo } from './answer-shapes.ts'

/** What an engine says of itself. */
export interface EngineFacts {
  /** `Docker Engine 20.10.24`, `Podman 4.3.1`. */
  readonly product: string
  readonly isPodman: boolean
  readonly os: string
  /** As images name it: `amd64`, `arm64`. */
  readonly architecture: string
  readonly cores: number
  readonly memoryBytes: number
  /** Which limits of a container it enforces. */
  readonly limits: Limits
  /** What its clock said. */
  readonly clockAt?: Instant
  /** The identity of the engine. */
  readonly identity?: string
}

export interface Limits {
  readonly memory: boolean
  readonly cores: boolean
  readonly pids: boolean
}

/** What was found out about an engine, by asking and by trying. */
export interface Engine extends EngineFacts {
  /** Programs run under a small init, which passes signals on and reaps orphans. */
  readonly init: boolean
  /** Programs can be given a network. Podman needs a program of its own for that, which may not be installed. */
  readonly connects: boolean
}

/** Asks an engine what it is. Throws PLATFORM_UNAVAILABLE. */
export async function readFacts(client: EngineClient): Promise<EngineFacts> {
  const doing = 'asking what it is'
  await client.ask({ path: '/_ping', doing })
  const { body: version } = await client.ask({ path: '/version', doing }, engineVersion)
  const { body: info } = await client.ask({ path: '/info', doing }, engineInfo)
  const isPodman = version.Components?.[0]?.Name === 'Podman Engine'
  // Distributions add their own suffix to the version, such as `+dfsg1`.
  const [number = ''] = version.Version.split('+')
  return {
    product: `${isPodman ? 'Podman' : 'Docker Engine'} ${number}`,
    isPodman,
    os: info.OSType,
    architecture: normalArchitecture(info.Architecture),
    cores: info.NCPU,
    memoryBytes: info.MemTotal,
    limits: { memory: info.MemoryLimit, cores: info.CpuCfsQuota, pids: info.PidsLimit },
    ...clockOf(info),
    ...(await identityOf(client, info, isPodman)),
  }
}

/** The secret of which Podman chooses the id, and keeps it for as long as it keeps anything. */
const IDENTITY_SECRET = 'execution-broker-identity'

async function identityOf(client: EngineClient, { ID }: EngineInfo, isPodman: boolean): Promise<{ identity?: string }> {
  if (!isPodman) return ID ? { identity: ID } : {}
  const doing = 'asking which engine it is'
  const path = `/secrets/${IDENTITY_SECRET}`
  const found = await client.ask({ path, doing, answers: [404, 500] }, secretInfo)
  if (found.status === 200) return { identity: found.body.ID }
  const body = {
    Name: IDENTITY_SECRET,
    Data: Buffer.from('Nothing is secret here; its id tells engines apart.').toString('base64'),
  }
  // Another process may be making it at the same time.
  await client.ask({ method: 'POST', path: '/secrets/create', body, doing, answers: [409, 500] })
  const made = await client.ask({ path, doing }, secretInfo)
  return { identity: made.body.ID }
}

function clockOf({ SystemTime = '' }: EngineInfo): { clockAt?: Instant } {
  const clockAt = Date.parse(SystemTime)
  return Number.isNaN(clockAt) ? {} : { clockAt }
}

/** Names of architectures that the kernel uses (and Docker in `/info`), as the names that images use. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
}

export function normalArchitecture(name: string): string {
  return ARCHITECTURES[name] ?? name
}
