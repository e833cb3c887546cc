/** One storm from its beginning to the report: sets everything up, lets it blow, waits for calm, checks, and clears away. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startDataServer } from '../test/support/data-server.ts'
import { busyboxProgram } from '../test/support/engines.ts'
import { testImage } from '../test/support/images.ts'
import { AUDIENCE, tokenIssuer } from '../test/support/token-issuer.ts'
import { privateDocker, privateDockerMissing } from '../test/support/private-docker.ts'
import { Chance } from '../test/model/chance.ts'
import { Caller } from './caller.ts'
import { endedByThemselves, overbooked, violations } from './checks.ts'
import { client, type Acknowledged, type Wish } from './clients.ts'
import { figuresOf, judge, type Figure } from './figures.ts'
import { EngineLog } from './engine-log.ts'
import { Looker, type Facts } from './facts.ts'
import { comesUp, makeFleet, type Member } from './fleet.ts'
import { startHostileServer } from './hostile-server.ts'
import { MemoryWatch } from './memory.ts'
import { neighbourImages } from './neighbour-images.ts'
import { neighbours, type NeighbourSurroundings as Around } from './neighbours.ts'
import { privatePostgres } from './postgres.ts'
import { Storm } from './storm.ts'
import { undisturbed } from './undisturbed.ts'
import { windowsOf } from './windows.ts'

export interface ChaosOptions {
  readonly minutes: number
  readonly seed: number
  /** What Node is told to run as the broker. */
  readonly program: readonly string[]
  readonly say: (text: string) => void
  /** How many clients work side by side on each platform. */
  readonly clients: Readonly<Record<Wish['platform'], number>>
  /** As how many clients the undisturbed user works on each. */
  readonly undisturbed: Readonly<Record<Wish['platform'], number>>
  /** True for hostile neighbours in every second window of the storm. */
  readonly neighbours: boolean
}

export interface ChaosReport {
  readonly seed: number
  readonly minutes: number
  /** By platform and last phase, of those that were accepted. */
  readonly executions: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** How often what was done. */
  readonly storm: Readonly<Record<string, number>>
  /** Counts of what each neighbour did. */
  readonly neighbours: Readonly<Record<string, number>>
  readonly figures: readonly Figure[]
  /** The most that each process took. */
  readonly memoryMib: Readonly<Record<string, number>>
  readonly calm: Calm
  readonly violations: readonly string[]
  /** Questions that the storm leaves open, because it gave too little to judge by. */
  readonly unproved: readonly string[]
  /** What could not be part of it here. */
  readonly missing: readonly string[]
}

const LEASE_MS = 5_000
const ROLES = ['offers', 'executions', 'all', 'worker', 'worker', 'worker', 'worker'] as const
/** So long after the last promise everything is released. */
const CALM_WITHIN_MS = 240_000
const LEFTOVERS_WITHIN_MS = 90_000
const LEDGER_EVERY_MS = 2_000

/** The time from the end of a storm until nothing was left to do, and the part of it in which something was promised. */
export interface Calm {
  readonly waitedS: number
  readonly promisedS: number
}

/** Runs a storm. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { minutes, seed, program, say, neighbours: withNeighbours } = options
  const closing: (() => Promise<unknown> | void)[] = []
  try {
    const directory = mkdtempSync(join(tmpdir(), 'chaos-'))
    const postgres = await privatePostgres()
    closing.push(() => postgres.remove())
    const missing = privateDockerMissing ?? (busyboxProgram ? undefined : 'there is no busybox to make an image of')
    const docker = missing === undefined ? await privateDocker({ liveRestore: seed % 2 === 0 }) : undefined
    if (docker) closing.push(() => docker.remove())
    const image = docker && (await testImage(docker.address))
    const data = await startDataServer()
    closing.push(() => data.close())
    const hostile = await startHostileServer(new Chance(seed + 2))
    closing.push(() => hostile.close())
    const issuer = await tokenIssuer()
    closing.push(() => issuer.close())

    mkdirSync(join(directory, 'data'))
    const members = await makeFleet({
      directory,
      roles: ROLES,
      program,
      environment: environmentOf(postgres.url, join(directory, 'data'), issuer.issuer, docker?.address),
    })
    closing.push(() => Promise.all(members.map((member) => member.end('SIGKILL'))))
    // The first one makes the tables; the others would wait for it.
    for (const member of members) await comesUp(member, 240_000)

    say('Everything is up.')
    const chance = new Chance(seed)
    const acknowledged: Acknowledged = { offerSets: new Set(), executions: new Map(), wrong: [] }
    const wrong = (sentence: string) => void acknowledged.wrong.push(sentence)
    const callerOf = async (name: string) =>
      new Caller({ members, chance, wrong, token: await issuer.token({ sub: name, preferred_username: name }) })
    const looker = new Looker(postgres.directUrl)
    const broker = await looker.brokerId()
    const log = docker && new EngineLog(docker.address, broker)
    if (log) closing.push(() => log.close())
    const storm = new Storm({ members, postgres, docker, chance: new Chance(seed + 1), leaseMs: LEASE_MS })
    const [fromAt, untilAt] = [Date.now(), Date.now() + minutes * 60_000]
    const windows = windowsOf(fromAt, untilAt)
    const over = new AbortController()
    const memory = new MemoryWatch(members)
    const watching = Promise.all([watchLedger(looker, acknowledged, over.signal), watchMemory(memory, over.signal)])
    // The newest may not have a container yet.
    const victim = () => [...acknowledged.executions.keys()].at(-1) ?? randomUUID()
    const did = new Map<string, number>()
    const around: Around = {
      ...{ data, hostile, chance, acknowledged, callerOf },
      image: image?.location,
      images: docker && image && neighbourImages(docker.address, broker, image.location, victim, wrong),
      did: (name) => void did.set(name, (did.get(name) ?? 0) + 1),
    }
    await Promise.all([
      storm.blow(untilAt),
      workers(options, untilAt, around),
      withNeighbours ? neighbours(windows, around) : undefined,
    ])
    say('The storm is over; waiting for calm …')
    const calm = await waitForCalm(looker)
    say(`It was calm after ${calm.waitedS} s; what was promised lasted for ${calm.promisedS} s.`)
    over.abort()
    await watching
    const facts = await looker.all()
    const left = await leftBehind(members, acknowledged, async () => [
      ...((await log?.things()) ?? []),
      ...filesIn(join(directory, 'data')),
    ])
    const figures = figuresOf(facts, acknowledged, windows)
    // Without neighbours there is nobody who could have disturbed.
    const { disturbed, unproved } = withNeighbours
      ? judge(figures, platformsOf(around))
      : { disturbed: [], unproved: [] }
    const found = [
      ...violations(facts, acknowledged, log?.events ?? [], storm.engineAway),
      ...endedByThemselves(
        members.flatMap((member) => member.endedByThemselves),
        storm.databaseAway,
      ),
      ...memory.tooMuch(),
      ...disturbed,
      ...left,
    ]
    if (found.length > 0) say(`What the processes said is in ${directory}.`)
    else closing.push(() => rmSync(directory, { recursive: true, force: true }))
    return {
      seed,
      minutes,
      executions: countsOf(facts),
      storm: Object.fromEntries(storm.done),
      neighbours: Object.fromEntries(did),
      figures,
      memoryMib: Object.fromEntries(memory.most),
      calm,
      violations: found,
      unproved,
      missing: missing === undefined ? [] : [`a real engine, because ${missing}`],
    }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

function environmentOf(databaseUrl: string, dataDirectory: string, issuer: string, socket: string | undefined) {
  const simulated = {
    type: 'simulated',
    name: 'simulated',
    pools: [{ name: 'default', cores: 32, memory: 64, storage: 500 }],
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
    BROKER_IDENTITY_ISSUERS: JSON.stringify([{ issuer, audience: [AUDIENCE] }]),
    BROKER_DATA_ALLOWED_NETWORKS: '[127.0.0.0/8]',
    BROKER_EXECUTION_LEASE: `PT${LEASE_MS / 1000}S`,
    BROKER_OFFERS_LIFETIME: 'PT10S',
    // What hostile sinks do not take is kept for a while, and has left when the storm is judged.
    BROKER_DATA_KEEP_UNSAVED: 'PT20S',
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

async function watchMemory(memory: MemoryWatch, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    memory.look()
    await wait(LEDGER_EVERY_MS)
  }
}

const platformsOf = ({ image }: Around): Wish['platform'][] =>
  image === undefined ? ['simulated'] : ['simulated', 'engine']

/** All clients and the undisturbed user, on the platforms that there are. */
async function workers({ clients, undisturbed: quiet }: ChaosOptions, untilAt: number, around: Around): Promise<void> {
  const platforms = platformsOf(around)
  const each = (count: number, act: (index: number) => Promise<void>) =>
    Array.from({ length: count }, (_, index) => act(index))
  await Promise.all(
    platforms.flatMap((platform) => [
      ...each(clients[platform], async (index) => {
        const caller = await around.callerOf(`client-${platform}-${index}`)
        await client(platform, untilAt, { ...around, caller })
      }),
      ...each(quiet[platform], async () => {
        const caller = await around.callerOf('undisturbed')
        await undisturbed(platform, untilAt, { ...around, caller })
      }),
    ]),
  )
}

/** Waits as long as something is promised, and then for as long as releasing it may take. */
async function waitForCalm(looker: Looker): Promise<Calm> {
  const fromAt = Date.now()
  let promisedUntilAt = fromAt
  await becomes(
    async () => {
      const { count, untilAt } = await looker.promises()
      promisedUntilAt = Math.max(promisedUntilAt, untilAt)
      return count === 0
    },
    () => promisedUntilAt + CALM_WITHIN_MS,
  )
  const seconds = (toAt: number) => Math.round((toAt - fromAt) / 1000)
  return { waitedS: seconds(Date.now()), promisedS: seconds(promisedUntilAt) }
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
  const giveUpAt = Date.now() + LEFTOVERS_WITHIN_MS
  await becomes(
    async () => (await look()).length === 0,
    () => giveUpAt,
  )
  await last.end('SIGTERM')
  return (await look()).map((what) => `${what} is left behind`)
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    // The platform is known by its identity, for as long as its directory is there.
    entry.isDirectory() || entry.name === 'identity' ? [] : [`the file ${entry.name}`],
  )
}

/** Waits until something is true; gives up at an instant, which may become a later one meanwhile. */
async function becomes(isTrue: () => Promise<boolean>, giveUpAt: () => number): Promise<void> {
  do {
    if (await isTrue().catch(() => false)) return
    await wait(500)
  } while (Date.now() < giveUpAt())
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
