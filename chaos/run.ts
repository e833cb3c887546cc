/** One storm from its beginning to the report: sets everything up, lets it blow, waits for calm, checks, and clears away. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startDataServer } from '../test/support/data-server.ts'
import { busyboxProgram } from '../test/support/engines.ts'
import { testImage } from '../test/support/images.ts'
import { privateDocker, privateDockerMissing } from '../test/support/private-docker.ts'
import { Chance } from '../test/model/chance.ts'
import { overbooked, violations } from './checks.ts'
import { client, type Acknowledged } from './clients.ts'
import { EngineLog } from './engine-log.ts'
import { Looker, type Facts } from './facts.ts'
import { comesUp, makeFleet, type Member } from './fleet.ts'
import { privatePostgres } from './postgres.ts'
import { Storm } from './storm.ts'

export interface ChaosOptions {
  readonly minutes: number
  readonly seed: number
  /** What Node is told to run as the broker. */
  readonly program: readonly string[]
  readonly say: (text: string) => void
  /** How many clients work side by side on each platform. */
  readonly clients: { readonly simulated: number; readonly engine: number }
}

export interface ChaosReport {
  readonly seed: number
  readonly minutes: number
  /** By platform and last phase, of those that were accepted. */
  readonly executions: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** How often what was done. */
  readonly storm: Readonly<Record<string, number>>
  readonly violations: readonly string[]
  /** What could not be part of it here. */
  readonly missing: readonly string[]
}

const LEASE_MS = 5_000
const ROLES = ['offers', 'executions', 'all', 'worker', 'worker', 'worker', 'worker'] as const
const CALM_WITHIN_MS = 240_000
const LEFTOVERS_WITHIN_MS = 90_000
const LEDGER_EVERY_MS = 2_000

/** Runs a storm. */
export async function runChaos({ minutes, seed, program, say, clients }: ChaosOptions): Promise<ChaosReport> {
  const closing: (() => Promise<unknown> | void)[] = []
  try {
    const directory = mkdtempSync(join(tmpdir(), 'chaos-'))
    const postgres = await privatePostgres()
    closing.push(() => postgres.remove())
    const missing = privateDockerMissing ?? (busyboxProgram ? undefined : 'there is no busybox to make an image of')
    const docker = missing === undefined ? await privateDocker({ liveRestore: seed % 2 === 0 }) : undefined
    if (docker) closing.push(() => docker.remove())
    const image = docker && (await testImage(docker.address))
    const log = docker && new EngineLog(docker.address)
    if (log) closing.push(() => log.close())
    const data = await startDataServer()
    closing.push(() => data.close())

    mkdirSync(join(directory, 'data'))
    const members = await makeFleet({
      directory,
      roles: ROLES,
      program,
      environment: environmentOf(postgres.url, join(directory, 'data'), docker?.address),
    })
    closing.push(() => Promise.all(members.map((member) => member.end('SIGKILL'))))
    // The first one makes the tables; the others would wait for it.
    for (const member of members) await comesUp(member, 240_000)

    say('Everything is up.')
    const chance = new Chance(seed)
    const acknowledged: Acknowledged = { offerSets: new Set(), executions: new Map(), wrong: [] }
    const looker = new Looker(postgres.directUrl)
    const storm = new Storm({ members, postgres, docker, chance: new Chance(seed + 1), leaseMs: LEASE_MS })
    const untilAt = Date.now() + minutes * 60_000
    const over = new AbortController()
    const watching = watchLedger(looker, acknowledged, over.signal)
    const around = { members, data, image: image?.location, chance, acknowledged }
    await Promise.all([
      storm.blow(untilAt),
      ...Array.from({ length: clients.simulated }, () => client('simulated', untilAt, around)),
      ...Array.from({ length: docker ? clients.engine : 0 }, () => client('engine', untilAt, around)),
    ])
    say('The storm is over; waiting for calm …')
    const calmFrom = Date.now()
    await becomes(async () => (await looker.unfinished()) === 0, CALM_WITHIN_MS)
    say(`It was calm after ${Math.round((Date.now() - calmFrom) / 1000)} s.`)
    over.abort()
    await watching
    const facts = await looker.all()
    const left = await leftBehind(members, acknowledged, async () => [
      ...((await log?.things()) ?? []),
      ...filesIn(join(directory, 'data')),
    ])
    const found = [...violations(facts, acknowledged, log?.events ?? [], storm.engineAway), ...left]
    if (found.length > 0) say(`What the processes said is in ${directory}.`)
    else closing.push(() => rmSync(directory, { recursive: true, force: true }))
    return {
      seed,
      minutes,
      executions: countsOf(facts),
      storm: Object.fromEntries(storm.done),
      violations: found,
      missing: missing === undefined ? [] : [`a real engine, because ${missing}`],
    }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

function environmentOf(databaseUrl: string, dataDirectory: string, socket: string | undefined) {
  const simulated = {
    type: 'simulated',
    name: 'simulated',
    pools: [{ name: 'default', cores: 24, memory: 64, storage: 500 }],
  }
  const engine = {
    type: 'docker',
    name: 'engine',
    socket,
    pools: [{ name: 'default', cores: 8, memory: 16, storage: 100 }],
  }
  return {
    BROKER_DATABASE_URL: databaseUrl,
    BROKER_DATA_DIRECTORY: dataDirectory,
    BROKER_PLATFORMS: JSON.stringify([simulated, ...(socket ? [engine] : [])]),
    BROKER_DATA_ALLOWED_NETWORKS: '[127.0.0.0/8]',
    BROKER_EXECUTION_LEASE: `PT${LEASE_MS / 1000}S`,
    BROKER_OFFERS_LIFETIME: 'PT10S',
    BROKER_LOG_LEVEL: 'info',
  }
}

/** Looks again and again whether more is booked than there is. */
async function watchLedger(looker: Looker, { wrong }: Acknowledged, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      const { holds, capacity } = await looker.ledger()
      wrong.push(...overbooked(holds, capacity).map((text) => `booked: ${text}`))
    } catch {
      // The server is being restarted.
    }
    await wait(LEDGER_EVERY_MS)
  }
}

/** Ends all processes, lets one clear away what crashes left, and gives what is there then all the same. */
async function leftBehind(
  members: readonly Member[],
  { wrong }: Acknowledged,
  look: () => Promise<readonly string[]>,
): Promise<string[]> {
  const codes = await Promise.all(members.map(async (member) => [member.name, await member.end('SIGTERM')] as const))
  for (const [name, code] of codes) if (code !== 0) wrong.push(`${name} ended with ${code} when it was asked to stop`)
  const last = members.find(({ role }) => role === 'worker') as Member
  await comesUp(last, 240_000)
  await becomes(async () => (await look()).length === 0, LEFTOVERS_WITHIN_MS)
  await last.end('SIGTERM')
  return (await look()).map((what) => `${what} is left behind`)
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [] : [`the file ${entry.name}`],
  )
}

/** Waits until something is true; gives up after a time. */
async function becomes(isTrue: () => Promise<boolean>, patienceMs: number): Promise<void> {
  const giveUpAt = Date.now() + patienceMs
  while (Date.now() < giveUpAt) {
    if (await isTrue().catch(() => false)) return
    await wait(500)
  }
}

function countsOf({ executions }: Facts): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {}
  for (const { plan, phase, start_at } of executions) {
    if (start_at === null) continue
    const phases = (counts[plan.platform] ??= {})
    phases[phase] = (phases[phase] ?? 0) + 1
  }
  return counts
}
