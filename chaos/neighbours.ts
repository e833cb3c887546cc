/**
 * Users who are hostile to the others in the hostile windows of a storm, each in one way of its own, through nothing but
 * the broker and images. When a window ends they give up what they have.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'
import { scriptRequest } from '../test/support/engine-requests.ts'
import { NobodyAnswers, type Caller } from './caller.ts'
import { acceptFirst, cancel, onSimulated, type ClientSurroundings, type Wish } from './clients.ts'
import type { HostileServer, MANNERS } from './hostile-server.ts'
import type { NeighbourImages } from './neighbour-images.ts'
import type { Window } from './windows.ts'

export interface NeighbourSurroundings extends Omit<ClientSurroundings, 'caller'> {
  readonly hostile: HostileServer
  /** Undefined where there is no engine. */
  readonly images: NeighbourImages | undefined
  /** A caller with an account of that name. */
  readonly callerOf: (name: string) => Promise<Caller>
  /** Counts what neighbours did. */
  readonly did: (name: string) => void
}

type Visit = (around: NeighbourSurroundings & { readonly caller: Caller }, untilAt: number) => Promise<void>

interface Neighbour {
  readonly name: string
  /** So many do the same side by side. */
  readonly many: number
  readonly visit: Visit
}

/** Between one visit and the next. */
const PAUSE_MS = 1_000
/** So many downloads does one execution want that never come. */
const TRICKLES = 9
/** All that there is, and more than a neighbour should get. */
const HOARDED_CORES = 24
const RESULT_BYTES = 5_000_000

const LIES = ['larger', 'changing', 'checksum', 'doubled', 'smaller'] as const
/** After these, what was promised cannot have come. */
const NEVER_WHOLE: readonly string[] = ['larger', 'checksum', 'loop', 'trickle', 'early']

const NEIGHBOURS: readonly Neighbour[] = [
  { name: 'trickling data', many: 5, visit: fetching('trickle', TRICKLES) },
  ...LIES.map((lie) => ({ name: `lying data (${lie})`, many: 1, visit: fetching(lie) })),
  { name: 'redirect loop', many: 1, visit: fetching('loop') },
  { name: 'broken connection', many: 1, visit: fetching('breaks') },
  { name: 'early sink', many: 1, visit: saving },
  { name: 'offers never accepted', many: 2, visit: hoarding },
  { name: 'image like the helper', many: 1, visit: imitating },
  { name: 'labelled container', many: 1, visit: labelling },
]

/** Lets all neighbours be hostile in the hostile windows. Returns after the last one. */
export async function neighbours(windows: readonly Window[], around: NeighbourSurroundings): Promise<void> {
  const { hostile } = around
  hostile.rest()
  for (const { fromAt, toAt } of windows.filter((window) => window.hostile)) {
    await wait(Math.max(0, fromAt - Date.now()))
    hostile.wake()
    await Promise.all(NEIGHBOURS.flatMap((one) => Array.from({ length: one.many }, () => neighbour(one, toAt, around))))
    hostile.rest()
  }
}

async function neighbour({ name, visit }: Neighbour, untilAt: number, around: NeighbourSurroundings): Promise<void> {
  const caller = await around.callerOf(name)
  while (Date.now() < untilAt) {
    around.did(name)
    await visit({ ...around, caller }, untilAt).catch((error: unknown) => {
      if (!(error instanceof NobodyAnswers)) throw error
    })
    await wait(PAUSE_MS)
  }
}

/** A visit that wants data of a hostile server, on either platform. */
function fetching(manner: keyof typeof MANNERS, files = 1): Visit {
  return (around, untilAt) => {
    const data = Array.from({ length: files }, () => `${around.hostile.url}/${manner}/${randomUUID()}`)
    const options = { duration: 'PT20S', data }
    const engine = around.image !== undefined && around.chance.percent(50)
    const request = engine
      ? scriptRequest(around.image, 'true', options)
      : onSimulated(['sha256sum', '/data/0/content'], options)
    return run({ platform: engine ? 'engine' : 'simulated', request }, manner, around, untilAt)
  }
}

/** A visit whose result goes to a sink that does not take it. */
function saving(...[around, untilAt]: Parameters<Visit>): Promise<void> {
  const { data, hostile, image, chance } = around
  const [from, to] = ['/saved-by-neighbours', `${hostile.url}/early/${randomUUID()}`]
  data.files.set(from, { content: RESULT_BYTES })
  const options = { duration: 'PT20S', data: [data.url + from, to] }
  const engine = image !== undefined && chance.percent(50)
  const request = engine
    ? scriptRequest(image, 'cp /data/0/content /data/1/content', options)
    : onSimulated(['cp', '/data/0/content', '/data/1/content'], options)
  const [input, result] = request.data ?? []
  const wish = { ...request, data: [input, { ...result, kind: KIND.simpleData, access: 'WRITEONLY' }] }
  return run({ platform: engine ? 'engine' : 'simulated', request: wish as Wish['request'] }, 'early', around, untilAt)
}

/** Asks for everything, and accepts nothing. */
async function hoarding({ caller, acknowledged }: Parameters<Visit>[0]): Promise<void> {
  const request = onSimulated(['true'], { duration: 'PT30S' })
  const compute = { kind: KIND.simpleCompute, cores: { min: HOARDED_CORES }, memory: { min: HOARDED_CORES } }
  const { body } = await caller.ask<Partial<Schemas['OfferSet']>>('POST', '/offersets', { ...request, compute })
  if (body.meta?.uuid) acknowledged.offerSets.add(body.meta.uuid)
}

/** Brings a new image that looks like the broker's helper image, and runs it. */
async function imitating(...[around, untilAt]: Parameters<Visit>): Promise<void> {
  const image = await around.images?.imitate()
  if (image === undefined) return
  const request = scriptRequest(image, 'true', { duration: 'PT20S' })
  await run({ platform: 'engine', request }, 'imitate', around, untilAt)
}

/** Makes containers that look like those of this broker and of another one. */
async function labelling(...[{ images }, untilAt]: Parameters<Visit>): Promise<void> {
  await images?.label(untilAt)
}

/** Accepts, waits for the end or for the end of the window, and gives up then. */
async function run(
  wish: Pick<Wish, 'platform' | 'request'>,
  manner: string,
  { caller, acknowledged }: Parameters<Visit>[0],
  untilAt: number,
): Promise<void> {
  const fails = NEVER_WHOLE.includes(manner)
  const about = { of: 'a neighbour', output: undefined, fails, needsData: true }
  const uuid = await acceptFirst(caller, { ...wish, ...about }, acknowledged)
  if (uuid === undefined) return
  await caller.follow(uuid, untilAt)
  await cancel(caller, uuid, acknowledged)
}
