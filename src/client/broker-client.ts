/** A client of the broker's HTTP API, with the types of the contract. Everything of ours that talks to a broker uses it. */
import { authorizationOf, type ClientCredentials } from './credentials.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { components } from '../protocol/contract.gen.ts'
import { isGone, mayPass, NotABrokerError, ProblemError, UnreachableError } from './client-errors.ts'
import { listed } from './listed.ts'
import { objectIn, readObject, readProblem } from './read-answer.ts'
import { readEvents, type ServerSentEvent } from './server-sent-events.ts'
import { SharedRead } from './shared-read.ts'
import { SiteCalls } from './site-calls.ts'

export { KIND } from '../protocol/kinds.ts'
export { NotABrokerError, ProblemError, UnreachableError } from './client-errors.ts'

export type Schemas = components['schemas']
export type ExecutionRequest = Schemas['ExecutionRequest']
export type Execution = Schemas['Execution']
/** An offer set as this client sees it, which asks in the broker's own spelling. */
export type OfferSet = Omit<Schemas['OfferSet'], 'offers'> & { readonly offers?: Execution[] }
export type ExecutionPhase = Schemas['ExecutionPhase']

/** The body of a request in the notation that it is written in. */
export interface RequestDocument {
  readonly text: string
  readonly mediaType: 'application/json' | 'application/yaml'
}

/** One event of an execution: a change of phase, or a message. `component` is missing for the execution itself. */
export type ExecutionHappening =
  | {
      readonly type: 'phase'
      readonly component?: string
      readonly family?: string
      readonly phase: string
      readonly event: string
      readonly time: string
    }
  | ({ readonly type: 'message'; readonly component?: string; readonly family?: string } & Schemas['MessageItem'])

/** The phases that nothing follows. */
const TERMINAL: readonly ExecutionPhase[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'REJECTED', 'EXPIRED']
/** How long a broker that has answered before is waited for when it is gone, such as for a restart, and how often it is asked. */
const RESTART_MS = 60_000
const ASK_AGAIN_MS = 500
/** How long an execution that is about to end is waited for before what it has is asked for again. */
const LOOK_SECONDS = 2

export class BrokerClient {
  readonly url: string
  readonly #credentials: Readonly<Record<string, string>>
  /** Whoever begins to follow several things of an execution asks once whether it is there. */
  readonly #beginning = new SharedRead<Execution>()

  /** `url` is where the broker is reached, such as `http://127.0.0.1:8082`; the rest is for one that asks who is calling. */
  constructor(url: string, options: ClientCredentials = {}) {
    this.url = url.replace(/(?<!\/)\/+$/, '')
    this.#credentials = authorizationOf(options)
  }

  /** Asks for offers. NO is an answer, not an error. With `isStrict`, fields that the contract does not have are one. */
  async request(
    request: ExecutionRequest | RequestDocument,
    { isStrict = false }: { readonly isStrict?: boolean } = {},
  ): Promise<OfferSet> {
    const strict = isStrict ? ', handling=strict' : ''
    return this.#send<OfferSet>('/offersets', documentOf(request), { Prefer: `return=representation${strict}` })
  }

  /** Asks for the earliest start and accepts it, all in one; a refusal is an execution in phase FAILED without a UUID. */
  async runDirectly(request: ExecutionRequest | RequestDocument): Promise<Execution> {
    return this.#send<Execution>('/executions', documentOf(request), { Prefer: 'return=representation' })
  }

  /** Accepts an offer. */
  accept(uuid: string): Promise<Execution> {
    return this.setPhase(uuid, 'ACCEPTED')
  }

  /** Cancels an execution. */
  cancel(uuid: string): Promise<Execution> {
    return this.setPhase(uuid, 'CANCELLED')
  }

  /** Asks for another phase. */
  async setPhase(uuid: string, phase: ExecutionPhase): Promise<Execution> {
    return this.#send<Execution>(`/executions/${uuid}`, phaseUpdate(phase))
  }

  /** Says that an execution is not needed any longer: it is released, with its results. */
  done(uuid: string): Promise<Execution> {
    return this.setPhase(uuid, 'RELEASING')
  }

  /** Lets an execution run for so many seconds longer, or shorter when they are negative. */
  extend(uuid: string, seconds: number): Promise<Execution> {
    const path = 'schedule/available/duration'
    return this.update(uuid, { kind: 'uri:integer-delta-update', path, delta: seconds, units: 's' })
  }

  /** Carries out one update. */
  update(uuid: string, update: Schemas['Update']): Promise<Execution> {
    return this.#send<Execution>(`/executions/${uuid}`, documentOf(update))
  }

  /** Cancels whatever lives of an offer set. */
  cancelOffers(uuid: string): Promise<OfferSet> {
    return this.#send<OfferSet>(`/offersets/${uuid}`, phaseUpdate('CANCELLED'))
  }

  /** Gives back what all the offers of a set hold. */
  async rejectOffers(uuid: string): Promise<OfferSet> {
    return this.#send<OfferSet>(`/offersets/${uuid}`, phaseUpdate('REJECTED'))
  }

  /** One offer set. */
  offerSet(uuid: string): Promise<OfferSet> {
    return this.#get<OfferSet>(`/offersets/${uuid}`)
  }

  /** One execution; with `waitSeconds`, as soon as it leaves its phase or the time is over. */
  execution(uuid: string, options: { waitSeconds?: number; signal?: AbortSignal } = {}): Promise<Execution> {
    const query = options.waitSeconds === undefined ? '' : `?WAIT=${options.waitSeconds}`
    return this.#get<Execution>(`/executions/${uuid}${query}`, options.signal)
  }

  /** What operators say of the site. */
  readonly site = new SiteCalls({
    get: (path) => this.#get(path),
    send: (path, body) => this.#send(path, jsonOf(body)),
    remove: async (path) => void (await this.#fetch(path, { method: 'DELETE' })),
  })

  /** The caller, as the broker knows it, with what the site has to say to everybody. */
  account(): Promise<Schemas['Account']> {
    return this.#get('/account')
  }

  /** The pools of the broker; for operators. */
  async pools(): Promise<readonly Schemas['Pool'][]> {
    return (await this.#get<Schemas['PoolList']>('/admin/pools')).pools ?? []
  }

  /** Lets nothing new into a pool, or new work again; for operators. */
  drainPool(platform: string, name: string, drain: { readonly reason?: string } | undefined): Promise<Schemas['Pool']> {
    const path = `/admin/pools/${encodeURIComponent(name)}/drain?${new URLSearchParams({ platform }).toString()}`
    return drain ? this.#send(path, jsonOf(drain)) : this.#json(path, { method: 'DELETE' })
  }

  /** How much of a pool is booked over the next hours; for operators. */
  poolTimeline(
    platform: string,
    name: string,
    options: { hours: number; steps: number },
  ): Promise<Schemas['PoolTimeline']> {
    const { hours, steps } = options
    const query = new URLSearchParams({ platform, hours: String(hours), steps: String(steps) })
    return this.#get(`/admin/pools/${encodeURIComponent(name)}/timeline?${query.toString()}`)
  }

  /** The accounts, oldest first, at most `limit`; with a user name, those that have it. For administrators. */
  identities(options: { limit?: number; username?: string }): Promise<readonly Schemas['Identity'][]> {
    const query = new URLSearchParams({ LAST: String(Math.min(options.limit ?? 100, 500)) })
    if (options.username !== undefined) query.set('username', options.username)
    return listed(this.#page, '/admin/identities', query, (page: Schemas['IdentityList']) => page.identities)
  }

  /** One account; for administrators. */
  identity(uuid: string): Promise<Schemas['Identity']> {
    return this.#get(`/admin/identities/${uuid}`)
  }

  /** Makes an account; for administrators. */
  createIdentity(wish: Schemas['IdentityRequest']): Promise<Schemas['Identity']> {
    return this.#send('/admin/identities', jsonOf(wish))
  }

  /** Changes an account; for administrators. */
  changeIdentity(uuid: string, change: Schemas['IdentityChange']): Promise<Schemas['Identity']> {
    return this.#send(`/admin/identities/${uuid}`, jsonOf(change))
  }

  /** The quotas, and who uses how much of them; for operators. */
  async quotas(): Promise<readonly Schemas['Quota'][]> {
    return (await this.#get<Schemas['QuotaList']>('/admin/quotas')).quotas ?? []
  }

  /** Parked work, which failed again and again, the oldest first; for operators. */
  async laidAside(limit: number): Promise<readonly Schemas['Work'][]> {
    return (await this.#get<Schemas['WorkList']>(`/admin/work?LAST=${limit}`)).work ?? []
  }

  /** Lets what was parked of an execution be tried again; for operators. */
  async retryWork(uuid: string): Promise<void> {
    await this.#send<Schemas['WorkList']>('/admin/work', jsonOf({ retry: uuid }))
  }

  /** The record of what was done, newest first, page by page; for administrators. */
  async *auditLog(options: {
    pageSize: number
    action?: string
    actor?: string
  }): AsyncGenerator<readonly Schemas['AuditEntry'][]> {
    const { pageSize, action, actor } = options
    const query = new URLSearchParams({ LAST: String(pageSize) })
    if (action !== undefined) query.set('action', action)
    if (actor !== undefined) query.set('actor', actor)
    for (;;) {
      const { entries = [] } = await this.#get<Schemas['AuditLog']>(`/admin/audit?${query.toString()}`)
      const last = entries.at(-1)
      if (!last) return
      yield entries
      query.set('before', String(last.number))
    }
  }

  /** Changes one's own password; only with the present one as credentials. */
  async changePassword(wish: Schemas['PasswordChange']): Promise<void> {
    const { text, mediaType } = jsonOf(wish)
    await this.#fetch('/account/password', { method: 'POST', body: text, headers: { 'Content-Type': mediaType } })
  }

  /** Makes an access token, which is in the answer this once. */
  createToken(wish: Schemas['AccessTokenRequest']): Promise<Schemas['AccessToken']> {
    return this.#send('/account/tokens', jsonOf(wish))
  }

  /** The offer set that a UUID means, which may be that of an execution. */
  async offerSetOf(uuid: string): Promise<string> {
    try {
      return (await this.execution(uuid)).offerset?.split('/').at(-1) ?? uuid
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 404) return uuid
      throw error
    }
  }

  /** To which groups an offer set is shown; for its owner. */
  sharing(uuid: string): Promise<Schemas['Sharing']> {
    return this.#get(`/offersets/${uuid}/sharing`)
  }

  /** Shows an offer set, and what becomes of it, to these groups and no others; for its owner. */
  share(uuid: string, groups: readonly string[]): Promise<Schemas['Sharing']> {
    return this.#send(`/offersets/${uuid}/sharing`, jsonOf({ groups }))
  }

  /** The newest executions, at most `limit`, in any of the phases when some are given; `owner` as OWNER of `GET /executions`. */
  executions(
    options: { phases?: readonly string[]; limit?: number; owner?: string | undefined } = {},
  ): Promise<Execution[]> {
    const query = new URLSearchParams((options.phases ?? []).map((phase): [string, string] => ['PHASE', phase]))
    if (options.limit !== undefined) query.set('LAST', String(options.limit))
    if (options.owner !== undefined) query.set('OWNER', options.owner)
    return listed(this.#page, '/executions', query, (page: Schemas['ExecutionList']) => page.executions)
  }

  /** Everything that happened and happens to an execution, until nothing more can or the signal says so. Goes on by itself after a lost connection. */
  async *events(uuid: string, signal?: AbortSignal): AsyncGenerator<ExecutionHappening> {
    let last: string | undefined
    yield* this.#resuming(uuid, signal, async function* (client: BrokerClient) {
      const headers: Record<string, string> = last === undefined ? {} : { 'Last-Event-ID': last }
      const response = await client.#stream(`/executions/${uuid}/events`, headers, signal)
      for await (const event of readEvents(response)) {
        last = event.id ?? last
        if (event.data !== '') yield happeningOf(event, objectIn(event.data, client.url, response))
      }
    })
  }

  /** A result of data that could not be saved; `query` may say which file. */
  kept = (uuid: string, query = ''): Promise<Response> => this.#stream(`/data/${uuid}/kept${query}`, {}, undefined)

  /** What the program wrote to a stream; with `follow`, until it ends or the signal says so, also after a lost connection. */
  async *output(
    uuid: string,
    stream: 'stdout' | 'stderr',
    options: { follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array> {
    const { follow = false, signal } = options
    let from = 0
    const part = async function* (client: BrokerClient) {
      const headers: Record<string, string> = from === 0 ? {} : { Range: `bytes=${from}-` }
      const response = await client.#stream(`/streams/${uuid}/${stream}?follow=${follow}`, headers, signal)
      for await (const chunk of response.body ?? []) {
        from += (chunk as Uint8Array).length
        yield chunk as Uint8Array
      }
    }
    if (follow) yield* this.#resuming(uuid, signal, part)
    else yield* part(this)
  }

  /**
   * Follows something of an execution in parts, of which each begins where the last one ended. A part may break off
   * with its connection; it may also end in good order because the broker is being stopped, so the execution is asked
   * whether that was the end.
   */
  async *#resuming<Item>(
    uuid: string,
    signal: AbortSignal | undefined,
    part: (client: BrokerClient) => AsyncGenerator<Item>,
  ): AsyncGenerator<Item> {
    // Whoever never answers is not waited for, and an execution that is not there is told at once.
    await this.#beginning.ask([uuid, signal], () => this.execution(uuid, signal ? { signal } : {}))
    let patientUntil = Date.now() + RESTART_MS
    while (!signal?.aborted) {
      try {
        for await (const item of part(this)) {
          patientUntil = Date.now() + RESTART_MS
          yield item
        }
        const { phase } = await this.execution(uuid, { waitSeconds: LOOK_SECONDS, ...(signal ? { signal } : {}) })
        if (TERMINAL.includes(phase)) return
        patientUntil = Date.now() + RESTART_MS
      } catch (error) {
        if (signal?.aborted) return
        // Nothing came after what was read, and nothing more will.
        if (error instanceof ProblemError && error.problem.status === 416) return
        if (!mayPass(error) || (isGone(error) && Date.now() > patientUntil)) throw error
        await pause(ASK_AGAIN_MS)
      }
    }
  }

  #get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.#json<Body>(path, { signal: signal ?? null })
  }

  #send<Body>(path: string, document: RequestDocument, headers: Record<string, string> = {}): Promise<Body> {
    return this.#json<Body>(path, {
      method: 'POST',
      body: document.text,
      headers: { ...headers, 'Content-Type': document.mediaType },
    })
  }

  /** Gets a page of a list, and the header that leads to the next one. */
  readonly #page = async <Body>(path: string) => {
    const response = await this.#ask(path, {})
    return { body: await readObject<Body>(this.url, response), link: response.headers.get('Link') ?? '' }
  }

  async #json<Body>(path: string, init: RequestInit): Promise<Body> {
    return readObject<Body>(this.url, await this.#ask(path, init))
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#fetch(path, { ...init, headers: { Accept: 'application/json', ...init.headers } })
    if (!/^application\/json\b/.test(response.headers.get('Content-Type') ?? '')) {
      throw new NotABrokerError(this.url, response)
    }
    return response
  }

  async #stream(path: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#fetch(path, { headers, signal: signal ?? null })
    if (!response.ok) throw new NotABrokerError(this.url, response)
    return response
  }

  /** Answers in which the broker says what it has to say in the contract's own words are bodies; problems are thrown. */
  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response
    try {
      response = await fetch(`${this.url}${path}`, {
        ...init,
        headers: { ...this.#credentials, ...(init.headers as Record<string, string> | undefined) },
      })
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new UnreachableError(this.url, cause)
    }
    if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return response
    throw await readProblem(this.url, response)
  }
}

function documentOf(request: ExecutionRequest | RequestDocument | Schemas['Update']): RequestDocument {
  return 'mediaType' in request ? request : jsonOf(request)
}

const jsonOf = (value: unknown): RequestDocument => ({ text: JSON.stringify(value), mediaType: 'application/json' })

/** A token is what there is for programs, so it goes before a password. */
function phaseUpdate(phase: ExecutionPhase): RequestDocument {
  const update = { kind: 'uri:enum-value-update', path: 'phase', value: phase } satisfies Schemas['Update']
  return { text: JSON.stringify(update), mediaType: 'application/json' }
}

function happeningOf({ event }: ServerSentEvent, fields: object): ExecutionHappening {
  return { type: event, ...fields } as ExecutionHappening
}
