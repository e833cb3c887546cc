/** On what was measured: figures without the machine say little. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import pg from 'pg'
import { EngineClient } from '../src/platforms/docker/engine-client.ts'
import { dockerEngine, podmanEngine, postgresServer, type Engine } from '../test/support/engines.ts'

/** What a reader should know of a machine, each in words. */
export interface Machine {
  readonly processor: string
  readonly memory: string
  readonly system: string
  /** The versions of what is measured and of what it stands on. */
  readonly versions: Readonly<Record<string, string>>
}

/** Describes this machine and the engines on it. */
export async function describeMachine(): Promise<Machine> {
  const processors = cpus()
  const [docker, podman] = [await engineVersion(dockerEngine()), await engineVersion(podmanEngine())]
  const postgres = await postgresVersion()
  return {
    processor: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
    versions: {
      'execution-broker': packageVersion('.'),
      Node: process.versions.node,
      'embedded Postgres (PGlite)': packageVersion('node_modules/@electric-sql/pglite'),
      ...(postgres ? { 'PostgreSQL server': postgres } : {}),
      ...(docker ? { 'Docker Engine': docker } : {}),
      ...(podman ? { Podman: podman } : {}),
    },
  }
}

/** How many processes want to run on average over the last minute: before a measurement, what others do meanwhile. */
export const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(1))

/** The commit that is checked out, with a mark when there are changes beside it; undefined outside of a repository. */
export function commit(): string | undefined {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    // A package that was unpacked has no history, and a machine may have no git.
    return undefined
  }
}

function packageVersion(directory: string): string {
  return (JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as { version: string }).version
}

async function engineVersion({ address }: Engine): Promise<string | undefined> {
  if (!address) return undefined
  const client = new EngineClient(address)
  try {
    const { body } = await client.ask<{ Version: string }>({ path: '/version', doing: 'asking for the version' })
    return body.Version
  } finally {
    await client.close()
  }
}

async function postgresVersion(): Promise<string | undefined> {
  const { address } = postgresServer()
  if (!address) return undefined
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version")
    return rows[0]?.version
  } finally {
    await client.end()
  }
}
