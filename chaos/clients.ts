/**
 * Clients of a broker in a storm: they ask, accept, race, cancel and ask again what they got no answer to, and remember
 * what was acknowledged. Whichever process does not answer, they ask another one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'
import type { DataServer, Fault } from '../test/support/data-server.ts'
import { CHECKSUM_SCRIPT, scriptRequest } from '../test/support/engine-requests.ts'
import type { Chance } from '../test/model/chance.ts'
import type { Member } from './fleet.ts'

/** What is known of an execution whose acceptance was acknowledged. */
export interface Story {
  /** What its program should write when all goes well. */
  readonly output: string | undefined
  /** It is programmed to fail. */
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
  readonly members: readonly Member[]
  readonly data: DataServer
  /** An image that the engine has; undefined where there is no engine. */
  readonly image: string | undefined
  readonly chance: Chance
  readonly acknowledged: Acknowledged
}

interface Wish extends Pick<Story, 'output' | 'fails' | 'needsData'> {
  readonly platform: 'engine' | 'simulated'
  readonly request: Schemas['ExecutionRequest']
}

interface Answer<Body> {
  readonly status: number
  readonly body: Body
  /** An earlier attempt got no answer, so it may have been that one that had the effect. */
  readonly again: boolean
}

/** An image that no engine has and that is looked for nowhere. */
const NO_IMAGE = '127.0.0.1:9/none:1'
const TERMINAL = ['COMPLETED', 'FAILED', 'CANCELLED', 'REJECTED', 'EXPIRED']
const FAILURES = ['image', 'start', 'memory', 'lost']
const ANSWER_WITHIN_MS = 25_000

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

class NobodyAnswers extends Error {}

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
    const story = this.#around.acknowledged.executions.get(uuid) as Story
    await Promise.all([this.#follow(uuid), this.#chance.percent(20) ? this.#cancel(uuid, story) : undefined])
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
      return { platform, request, output: data ? `${data.sha256}\n` : fails ? undefined : 'done\n', fails, needsData }
    }
    const simulated = scriptRequest(NO_IMAGE, '', options)
    const failure = this.#chance.one(FAILURES) as string
    const request = {
      ...simulated,
      executable: {
        kind: KIND.dockerContainer,
        image: { locations: [NO_IMAGE] },
        command: data ? ['sha256sum', '/data/0/content'] : ['echo', 'done'],
        environment: {
          SIMULATED_DURATION: seconds === 0 ? 'PT0S' : `PT${seconds}S`,
          ...(fails ? { SIMULATED_FAIL: failure } : {}),
        },
      },
    }
    const output = data ? `${data.sha256}  /data/0/content\n` : 'done\n'
    return { platform, request, output: fails ? undefined : output, fails, needsData }
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
    this.#accepted(body.meta.uuid, about)
    return body.meta.uuid
  }

  /** Asks for offers and accepts one; now and then several at once, of which one may win. */
  async #accept({ platform, request, ...about }: Wish): Promise<string | undefined> {
    const { body } = await this.#once<Schemas['OfferSet']>('/offersets', request, randomUUID())
    if (body.meta.uuid) this.#around.acknowledged.offerSets.add(body.meta.uuid)
    const offers = (body.offers ?? []).filter((offer) => isSimulated(offer) === (platform === 'simulated'))
    const uuids = offers.flatMap(({ meta }) => meta.uuid ?? [])
    const [chosen] = uuids
    if (chosen === undefined || this.#chance.percent(5)) return undefined
    const rivals = this.#chance.percent(30) ? [chosen, uuids[1] ?? chosen] : [chosen]
    const answers = await Promise.all(rivals.map((uuid) => this.#setPhase(uuid, 'ACCEPTED')))
    const winners = rivals.filter((_, index) => answers[index]?.status === 200)
    if (winners.length > 1) this.#wrong(`several of ${rivals.join(', ')} were accepted`)
    for (const uuid of winners) this.#accepted(uuid, about)
    return winners[0]
  }

  #accepted(uuid: string, { output, fails, needsData }: Omit<Story, 'cancelAsked' | 'cancelAcknowledged'>): void {
    const story = { output, fails, needsData, cancelAsked: false, cancelAcknowledged: false }
    this.#around.acknowledged.executions.set(uuid, story)
  }

  async #cancel(uuid: string, story: Story): Promise<void> {
    await wait(this.#chance.integer(0, 4_000))
    story.cancelAsked = true
    const rivals = this.#chance.percent(40) ? 2 : 1
    const answers = await Promise.all(Array.from({ length: rivals }, () => this.#setPhase(uuid, 'CANCELLED')))
    const won = answers.filter(({ status }) => status === 200)
    story.cancelAcknowledged = won.length > 0
    if (won.length > 1) this.#wrong(`${uuid} was cancelled twice`)
  }

  async #follow(uuid: string): Promise<void> {
    const giveUpAt = Date.now() + 90_000
    for (let phase = 'ACCEPTED'; !TERMINAL.includes(phase) && Date.now() < giveUpAt;) {
      const path = `/executions/${uuid}?WAIT=10&PHASE=${phase}`
      const { status, body } = await this.#ask<Schemas['Execution']>('GET', path)
      if (status !== 200) return this.#wrong(`${uuid} was acknowledged and is answered with ${status}`)
      phase = body.phase
    }
  }

  #setPhase(uuid: string, value: string): Promise<Answer<Schemas['Execution']>> {
    return this.#ask('POST', `/executions/${uuid}`, { kind: KIND.enumUpdate, path: 'phase', value })
  }

  /** Asks for the same with the same key, now and then twice at once, of different processes: it is made once. */
  async #once<Body extends Schemas['Execution'] | Schemas['OfferSet']>(
    path: string,
    request: unknown,
    key: string,
  ): Promise<Answer<Body>> {
    const times = this.#chance.percent(20) ? 2 : 1
    const answers = await Promise.all(
      Array.from({ length: times }, () => this.#ask<Body>('POST', path, request, { 'Idempotency-Key': key })),
    )
    const made = new Set(answers.flatMap(({ status, body }) => (status === 303 ? (body.meta.uuid ?? []) : [])))
    if (made.size > 1) this.#wrong(`${path} with the key ${key} made ${[...made].join(' and ')}`)
    return answers.find(({ status }) => status === 303) ?? (answers[0] as Answer<Body>)
  }

  /** Asks whoever answers. An acknowledgement that was lost on the way is not counted as one. */
  async #ask<Body>(
    method: string,
    path: string,
    request?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const serving = path.startsWith('/offersets') ? 'offers' : 'executions'
    const members = this.#around.members.filter(({ role }) => role === serving || role === 'all')
    const giveUpAt = Date.now() + 60_000
    for (let again = false; Date.now() < giveUpAt; again = true) {
      const member = this.#chance.one(members) as Member
      try {
        const response = await fetch(member.url + path, {
          method,
          headers: { ...headers, ...(request === undefined ? {} : { 'Content-Type': 'application/json' }) },
          redirect: 'manual',
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
          ...(request === undefined ? {} : { body: JSON.stringify(request) }),
        })
        const body = (await response.json()) as Body
        if (response.status < 500) return { status: response.status, body, again }
        if (response.status !== 503) this.#wrong(`${method} ${path} was answered with ${response.status}`)
      } catch {
        // The process is away, held, or cut off: another one is asked.
      }
      await wait(200)
    }
    throw new NobodyAnswers(path)
  }

  #wrong(sentence: string): void {
    this.#around.acknowledged.wrong.push(sentence)
  }
}

function isSimulated({ executable }: Pick<Schemas['Execution'], 'executable'>): boolean {
  return (executable?.meta?.messages ?? []).some(({ kind }) => kind.endsWith(':simulated-platform'))
}
