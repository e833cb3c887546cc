/** One caller of a broker of many processes: whichever of them does not answer, it asks another one. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Schemas } from '../src/client/broker-client.ts'
import { KIND } from '../src/protocol/kinds.ts'
import type { Chance } from '../test/model/chance.ts'
import type { Member } from './fleet.ts'

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
}

export interface CallerOptions {
  readonly members: readonly Member[]
  readonly chance: Chance
  /** Proves who is calling. */
  readonly token: string
  /** Hears what must not be, as a sentence. */
  readonly wrong: (sentence: string) => void
}

/** No process answered for as long as a client is patient. */
export class NobodyAnswers extends Error {}

const TERMINAL = ['COMPLETED', 'FAILED', 'CANCELLED', 'REJECTED', 'EXPIRED']
const ANSWER_WITHIN_MS = 25_000
const PATIENCE_MS = 60_000
const FOLLOWED_MS = 90_000

export class Caller {
  readonly #options: CallerOptions

  constructor(options: CallerOptions) {
    this.#options = options
  }

  /** Asks for something to be made, under a key: however often that is repeated, it is made once. */
  make<Body extends Schemas['Execution'] | Schemas['OfferSet']>(path: string, request: unknown, key: string) {
    return this.ask<Body>('POST', path, request, { 'Idempotency-Key': key })
  }

  setPhase(uuid: string, value: string): Promise<Answer<Schemas['Execution']>> {
    return this.ask('POST', `/executions/${uuid}`, { kind: KIND.enumUpdate, path: 'phase', value })
  }

  /** Waits for the end of an execution, for as long as a client is patient, or until an instant. */
  async follow(uuid: string, untilAt = Date.now() + FOLLOWED_MS): Promise<void> {
    for (let phase = 'ACCEPTED'; !TERMINAL.includes(phase) && Date.now() < untilAt;) {
      const waitS = Math.min(10, Math.ceil((untilAt - Date.now()) / 1000))
      const path = `/executions/${uuid}?WAIT=${waitS}&PHASE=${phase}`
      const { status, body } = await this.ask<Schemas['Execution']>('GET', path)
      if (status !== 200) return this.#options.wrong(`${uuid} was acknowledged and is answered with ${status}`)
      phase = body.phase
    }
  }

  /** Asks whoever answers. An acknowledgement that was lost on the way is not counted as one. */
  async ask<Body>(
    method: string,
    path: string,
    request?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const { members, chance, token, wrong } = this.#options
    const serving = path.startsWith('/offersets') ? 'offers' : 'executions'
    const answering = members.filter(({ role }) => role === serving || role === 'all')
    const type: Record<string, string> = request === undefined ? {} : { 'Content-Type': 'application/json' }
    const giveUpAt = Date.now() + PATIENCE_MS
    while (Date.now() < giveUpAt) {
      const member = chance.one(answering) as Member
      try {
        const response = await fetch(member.url + path, {
          method,
          headers: { Authorization: `Bearer ${token}`, ...type, ...headers },
          redirect: 'manual',
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
          ...(request === undefined ? {} : { body: JSON.stringify(request) }),
        })
        const body = (await response.json()) as Body
        if (response.status < 500) return { status: response.status, body }
        if (response.status !== 503) wrong(`${method} ${path} was answered with ${response.status}`)
      } catch {
        // The process is away, held, or cut off: another one is asked.
      }
      await wait(200)
    }
    throw new NobodyAnswers(path)
  }
}
