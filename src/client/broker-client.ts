/** A client of the broker's HTTP API, with the types of the contract. Everything of ours that talks to a broker uses it. */
import type { components } from '../protocol/contract.gen.ts'
import { readEvents, type ServerSentEvent } from './server-sent-events.ts'

export type Schemas = components['schemas']
export type Execution = Schemas['Execution']
/** An offer set as this client sees it, which asks in the broker's own spelling. */
export type OfferSet = Omit<Schemas['OfferSet'], 'offers'> & { readonly offers?: Execution[] }
export type ExecutionPhase = Schemas['ExecutionPhase']

/** The broker answered that it will not: its problem document. */
export class ProblemError extends Error {
  readonly problem: Schemas['Problem']

  constructor(problem: Schemas['Problem']) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** Nobody answers at the address of the broker. */
export class UnreachableError extends Error {
  readonly url: string

  constructor(url: string, cause: unknown) {
    super(`no broker answers at ${url}`, { cause })
    this.name = 'UnreachableError'
    this.url = url
  }
}

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

export class BrokerClient {
  readonly url: string

  /** `url` is where the broker is reached, such as `http://127.0.0.1:8082`. */
  constructor(url: string) {
    this.url = url.replace(/\/$/, '')
  }

  /** Asks for offers. NO is an answer, not an error. */
  async request(document: RequestDocument): Promise<OfferSet> {
    return this.#send<OfferSet>('/offersets', document, { Prefer: 'return=representation' })
  }

  /** Asks for the earliest start and accepts it, all in one; a refusal is an execution in phase FAILED without a UUID. */
  async runDirectly(document: RequestDocument): Promise<Execution> {
    return this.#send<Execution>('/executions', document, { Prefer: 'return=representation' })
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
    const update = { kind: 'uri:enum-value-update', path: 'phase', value: phase } satisfies Schemas['Update']
    return this.#send<Execution>(`/executions/${uuid}`, { text: JSON.stringify(update), mediaType: 'application/json' })
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

  /** The newest executions, at most `limit`, in any of the phases when some are given. */
  async executions(options: { phases?: readonly string[]; limit?: number } = {}): Promise<Execution[]> {
    const query = new URLSearchParams((options.phases ?? []).map((phase): [string, string] => ['PHASE', phase]))
    if (options.limit !== undefined) query.set('LAST', String(options.limit))
    return (await this.#get<Schemas['ExecutionList']>(`/executions?${query.toString()}`)).executions ?? []
  }

  /** Everything that happened and happens to an execution, until nothing more can. Goes on by itself after a lost connection. */
  async *events(uuid: string, signal?: AbortSignal): AsyncGenerator<ExecutionHappening> {
    let last: string | undefined
    for (;;) {
      const response = await this.#fetch(`/executions/${uuid}/events`, {
        headers: last ? { 'Last-Event-ID': last } : {},
        signal: signal ?? null,
      })
      try {
        for await (const event of readEvents(response)) {
          last = event.id ?? last
          if (event.data !== '') yield happeningOf(event)
        }
        return
      } catch (error) {
        if (signal?.aborted) return
        // The connection broke off; the next one begins after the last event. Nobody answering ends it with an error.
        if (!(error instanceof TypeError)) throw error
      }
    }
  }

  /** What the program wrote to a stream, from a byte on; with `follow`, until it ends. */
  async *output(
    uuid: string,
    stream: 'stdout' | 'stderr',
    options: { follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array> {
    const response = await this.#fetch(`/streams/${uuid}/${stream}?follow=${options.follow ?? false}`, {
      signal: options.signal ?? null,
    })
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array
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

  async #json<Body>(path: string, init: RequestInit): Promise<Body> {
    const response = await this.#fetch(path, { ...init, headers: { Accept: 'application/json', ...init.headers } })
    return (await response.json()) as Body
  }

  /** Answers in which the broker says what it has to say in the contract's own words are bodies; problems are thrown. */
  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response
    try {
      response = await fetch(`${this.url}${path}`, init)
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new UnreachableError(this.url, cause)
    }
    if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return response
    throw new ProblemError((await response.json()) as Schemas['Problem'])
  }
}

function happeningOf({ event, data }: ServerSentEvent): ExecutionHappening {
  return { type: event, ...(JSON.parse(data) as object) } as ExecutionHappening
}
