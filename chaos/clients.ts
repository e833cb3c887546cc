/**
 * Clients of a broker in a storm: they ask, accept, race, cancel and ask again what they got no answer to, and remember
 * what was acknowledged.
 */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'
import type { DataServer, Fault } from '../test/support/data-server.ts'
import { CHECKSUM_SCRIPT, scriptRequest, type ScriptOptions } from '../test/support/engine-requests.ts'
import type { Chance } from '../test/model/chance.ts'
import { NobodyAnswers, type Answer, type Caller } from './caller.ts'

/** An execution whose acceptance was acknowledged. */
export interface Story {
  /** The client whose it is. */
  readonly of: string
  /** The platform it was meant for: a direct request takes the earliest start, which may be where its image is not. */
  readonly platform: 'engine' | 'simulated'
  /** What its program should write when all goes well. */
  readonly output: string | undefined
  /** It must not complete. */
  readonly fails: boolean
  /** It needs data, which may be out of reach for too long. */
  readonly needsData: boolean
  cancelAsked: boolean
  cancelAcknowledged: boolean
}

/** What clients were told. */
export interface Acknowledged {
  readonly offerSets: Set<string>
  readonly executions: Map<string, Story>
  /** What clients saw that must not be, as sentences. */
  readonly wrong: string[]
}

export interface ClientSurroundings {
  readonly caller: Caller
  readonly data: DataServer
  /** An image that the engine has; undefined where there is no engine. */
  readonly image: string | undefined
  readonly chance: Chance
  readonly acknowledged: Acknowledged
}

export interface Wish extends Pick<Story, 'of' | 'platform' | 'output' | 'fails' | 'needsData'> {
  readonly request: Schemas['ExecutionRequest']
}

/** An image that no engine has and that is looked for nowhere. */
const NO_IMAGE = '127.0.0.1:9/none:1'
const FAILURES = ['image', 'start', 'memory', 'lost']

/** A request that only the simulated platform has offers for, because no engine has its image. */
export function onSimulated(
  command: readonly string[],
  options: ScriptOptions,
  environment: Readonly<Record<string, string>> = { SIMULATED_DURATION: 'PT0S' },
): Schemas['ExecutionRequest'] {
  const image = { locations: [NO_IMAGE] }
  const executable = { kind: KIND.dockerContainer, image, command: [...command], environment }
  return { ...scriptRequest(NO_IMAGE, '', options), executable }
}

/** One client: does one thing after another on a platform until an instant. */
export async function client(
  platform: Wish['platform'],
  untilAt: number,
  surroundings: ClientSurroundings,
): Promise<void> {
  while (Date.now() < untilAt) {
    await new Visit(surroundings).run(platform).catch((error: unknown) => {
      if (!(error instanceof NobodyAnswers)) throw error
    })
  }
}

/** Asks for offers and accepts the first of the platform that is wished for. Undefined when there is none. */
export async function acceptFirst(
  caller: Caller,
  { request, ...about }: Wish,
  acknowledged: Acknowledged,
): Promise<string | undefined> {
  const { body } = await caller.make<Schemas['OfferSet']>('/offersets', request, randomUUID())
  const [uuid] = offersOf(body, about.platform, acknowledged)
  if (uuid === undefined || (await caller.setPhase(uuid, 'ACCEPTED')).status !== 200) return undefined
  noteAccepted(uuid, about, acknowledged)
  return uuid
}

/** The offers of one platform in an answer, which is remembered. */
function offersOf(
  { meta, offers = [] }: Schemas['OfferSet'],
  platform: Wish['platform'],
  acknowledged: Acknowledged,
): string[] {
  // An answer that refuses has no such thing.
  if (meta?.uuid) acknowledged.offerSets.add(meta.uuid)
  return offers
    .filter((offer) => isSimulated(offer) === (platform === 'simulated'))
    .flatMap((offer) => offer.meta.uuid ?? [])
}

function noteAccepted(uuid: string, about: Omit<Wish, 'request'>, acknowledged: Acknowledged) {
  const story = { ...about, cancelAsked: false, cancelAcknowledged: false }
  acknowledged.executions.set(uuid, story)
}

/** Asks for an execution to be cancelled, which is refused when it has ended. */
export async function cancel(caller: Caller, uuid: string, { executions }: Acknowledged): Promise<void> {
  const story = executions.get(uuid) as Story
  story.cancelAsked = true
  const { status } = await caller.setPhase(uuid, 'CANCELLED')
  story.cancelAcknowledged ||= status === 200
}

/** One wish of a client, from the first question to the end of what came of it. */
class Visit {
  readonly #around: ClientSurroundings
  readonly #chance: Chance

  constructor(surroundings: ClientSurroundings) {
    this.#around = surroundings
    this.#chance = surroundings.chance
  }

  async run(platform: Wish['platform']): Promise<void> {
    const wish = this.#wish(platform)
    // Directly, the earliest offer is taken, which is hardly ever that of the engine.
    const direct = platform === 'simulated' && this.#chance.percent(30)
    const uuid = direct ? await this.#runDirectly(wish) : await this.#accept(wish)
    if (uuid === undefined) return
    await Promise.all([this.#around.caller.follow(uuid), this.#chance.percent(20) ? this.#cancel(uuid) : undefined])
  }

  #wish(platform: Wish['platform']): Wish {
    const seconds = this.#chance.integer(0, 3)
    const fails = this.#chance.percent(10)
    const data = !fails && this.#chance.percent(platform === 'engine' ? 40 : 25) ? this.#newData() : undefined
    const start = this.#chance.percent(15)
      ? { start: new Date(Date.now() + this.#chance.integer(2_000, 12_000)).toISOString() }
      : {}
    const options = { duration: 'PT20S', ...start, ...(data ? { data: [data.location] } : {}) }
    const needsData = data !== undefined
    if (platform === 'engine') {
      const script = data ? CHECKSUM_SCRIPT : fails ? 'exit 3' : `sleep ${seconds}; echo done`
      const request = scriptRequest(this.#around.image as string, script, options)
      return {
        of: 'a client',
        platform,
        request,
        output: data ? `${data.sha256}\n` : fails ? undefined : 'done\n',
        fails,
        needsData,
      }
    }
    const command = data ? ['sha256sum', '/data/0/content'] : ['echo', 'done']
    const request = onSimulated(command, options, {
      SIMULATED_DURATION: seconds === 0 ? 'PT0S' : `PT${seconds}S`,
      ...(fails ? { SIMULATED_FAIL: this.#chance.one(FAILURES) as string } : {}),
    })
    const output = data ? `${data.sha256}  /data/0/content\n` : 'done\n'
    return { of: 'a client', platform, request, output: fails ? undefined : output, fails, needsData }
  }

  /** A file that nobody else asks for, and that is hard to get now and then. */
  #newData(): { location: string; sha256: string } {
    const { data } = this.#around
    const path = `/data-${randomUUID()}`
    const content = Buffer.alloc(this.#chance.scale(1, 200_000), path)
    data.files.set(path, { content })
    const faults: (Fault | undefined)[] = [
      undefined,
      { method: 'GET', stopsAfter: Math.floor(content.length / 2), times: 2 },
      { status: 503, times: 1 },
      { method: 'GET', bytesPerSecond: 50_000 },
      { method: 'GET', unannounced: true },
    ]
    const fault = this.#chance.one(faults)
    if (fault) data.faults.set(path, [fault])
    return { location: data.url + path, sha256: createHash('sha256').update(content).digest('hex') }
  }

  async #runDirectly({ request, ...about }: Wish): Promise<string | undefined> {
    const key = randomUUID()
    const { status, body } = await this.#once<Schemas['Execution']>('/executions', request, key)
    if (status !== 303 || !body.meta.uuid) return undefined
    noteAccepted(body.meta.uuid, about, this.#around.acknowledged)
    return body.meta.uuid
  }

  /** Asks for offers and accepts one; now and then several at once, of which one may win. */
  async #accept({ request, ...about }: Wish): Promise<string | undefined> {
    const { body } = await this.#once<Schemas['OfferSet']>('/offersets', request, randomUUID())
    const uuids = offersOf(body, about.platform, this.#around.acknowledged)
    const [chosen] = uuids
    if (chosen === undefined || this.#chance.percent(5)) return undefined
    const rivals = this.#chance.percent(30) ? [chosen, uuids[1] ?? chosen] : [chosen]
    const answers = await Promise.all(rivals.map((uuid) => this.#around.caller.setPhase(uuid, 'ACCEPTED')))
    // Accepting again what is accepted is no conflict.
    const winners = [...new Set(rivals.filter((_, index) => answers[index]?.status === 200))]
    if (winners.length > 1) this.#wrong(`several of ${rivals.join(', ')} were accepted`)
    for (const uuid of winners) noteAccepted(uuid, about, this.#around.acknowledged)
    return winners[0]
  }

  async #cancel(uuid: string): Promise<void> {
    const { caller, acknowledged } = this.#around
    await wait(this.#chance.integer(0, 4_000))
    const rivals = this.#chance.percent(40) ? 2 : 1
    await Promise.all(Array.from({ length: rivals }, () => cancel(caller, uuid, acknowledged)))
  }

  /** Asks for the same with the same key, now and then twice at once, of different processes: it is made once. */
  async #once<Body extends Schemas['Execution'] | Schemas['OfferSet']>(
    path: string,
    request: unknown,
    key: string,
  ): Promise<Answer<Body>> {
    const times = this.#chance.percent(20) ? 2 : 1
    const answers = await Promise.all(
      Array.from({ length: times }, () => this.#around.caller.make<Body>(path, request, key)),
    )
    const made = new Set(answers.flatMap(({ status, body }) => (status === 303 ? (body.meta.uuid ?? []) : [])))
    if (made.size > 1) this.#wrong(`${path} with the key ${key} made ${[...made].join(' and ')}`)
    return answers.find(({ status }) => status === 303) ?? (answers[0] as Answer<Body>)
  }

  #wrong(sentence: string): void {
    this.#around.acknowledged.wrong.push(sentence)
  }
}

function isSimulated({ executable }: Pick<Schemas['Execution'], 'executable'>): boolean {
  return (executable?.meta?.messages ?? []).some(({ kind }) => kind.endsWith(':simulated-platform'))
}
