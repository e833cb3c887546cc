/**
 * A thin client of the engine's HTTP API: one question, one answer, and every failure as a BrokerError.
 *
 * Paths carry no version: Docker 29 refuses old ones and Podman takes any, and nothing that is asked here has changed
 * its meaning since API 1.40. See https://docs.docker.com/reference/api/engine/.
 */
import type { Readable } from 'node:stream'
import { Pool, type Dispatcher } from 'undici'
import { BrokerError, type ErrorCode } from '../../domain/errors.ts'
import type { Shape } from './answer-shapes.ts'
import { wordsOf } from './engine-words.ts'
import { unreachable } from './unreachable.ts'

/** Something to ask of the engine. */
export interface EngineQuestion {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is: a tar archive. */
  readonly archive?: Buffer | Readable
  /** What is attempted, for messages: `making the container`. */
  readonly doing: string
  /** Statuses that are an answer too, besides the successful ones. */
  readonly answers?: readonly number[]
  /**
   * How long the engine may be silent, in milliseconds; 0 is for ever. A question with a time of its own may take long,
   * and gets a connection of its own.
   */
  readonly timeoutMs?: number
  /** Bytes of the longest answer that is read; for what others put into it, such as images. */
  readonly bytesMax?: number
  readonly signal?: AbortSignal
}

export interface EngineAnswer<Body> {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Body
}

/** The engine's "no", with its own words. */
export class EngineRefusal extends BrokerError {
  readonly status: number
  readonly words: string
  /** Podman's name for the reason: the text of one of its fixed errors. Docker gives none. */
  readonly reason: string | undefined

  constructor(doing: string, status: number, text: string, reason?: string) {
    const words = wordsOf(text)
    super(refusalCode(status, text), `The container engine refused ${doing}: ${words}`, {
      context: { status, said: text.slice(-SAID_MAX) },
    })
    this.name = 'EngineRefusal'
    this.status = status
    this.words = words
    this.reason = reason
  }
}

/** An answer that is longer than it may be, because of what an image, a registry or a program has put into it. */
export class AnswerTooLong extends BrokerError {
  constructor(doing: string, bytesMax: number) {
    super('PLATFORM_REFUSED', `The answer of the container engine has more than ${bytesMax} bytes (while ${doing})`)
    this.name = 'AnswerTooLong'
  }
}

const TIMEOUT_MS = 30_000
/** The longest answer, in bytes: a list of some 10,000 containers has a tenth of it. */
const ANSWER_BYTES_MAX = 2 ** 28
/** The longest line of what comes bit by bit, in characters. */
const LINE_MAX = 2 ** 22
/** Bytes that are read of a refusal, into which Docker puts all that a registry has answered. */
const REFUSAL_BYTES_MAX = 2 ** 20
/** The part of a refusal that is logged, in characters: its end. */
const SAID_MAX = 4_000
const CONNECT_TIMEOUT_MS = 5_000
/** How many short questions are asked at the same time, so that a look at many containers does not crowd the engine. */
const QUESTIONS_AT_ONCE = 8

export class EngineClient {
  /** Where the engine is, for people. */
  readonly address: string
  readonly #questions: Pool
  readonly #patient: Pool

  /** `address` is the path of a socket (also as `unix://…`) or `http://host:port` (also as `tcp://…`). */
  constructor(address: string) {
    this.address = address
    const url = address.replace(/^tcp:/, 'http:')
    const [origin, socket] = url.startsWith('http:') ? [url, {}] : ['http://engine', { socketPath: socketPath(url) }]
    // An engine that ends idle connections (Podman behind systemd) must not meet a question that is just being sent.
    const options = { ...socket, connect: { ...socket, timeout: CONNECT_TIMEOUT_MS }, keepAliveTimeout: 1_000 }
    this.#questions = new Pool(origin, { ...options, connections: QUESTIONS_AT_ONCE })
    this.#patient = new Pool(origin, options)
  }

  /**
   * Asks and reads the whole answer, as JSON where it is JSON. A successful one is of the shape that is given, or the engine
   * counts as away: PLATFORM_UNAVAILABLE.
   */
  async ask<Body = unknown>(question: EngineQuestion, shape?: Shape<Body>): Promise<EngineAnswer<Body>> {
    const { statusCode: status, headers, body } = await this.#send(question)
    const { doing, bytesMax = ANSWER_BYTES_MAX } = question
    if (!isAnswer(question, status)) throw refusal(question, status, await this.#refusalText(question, body))
    const { text, isWhole } = await this.#attempt(question, textOf(body, bytesMax))
    if (!isWhole) throw new AnswerTooLong(doing, bytesMax)
    const said = readJson(text)
    if (shape && isSuccess(status) && !shape(said)) throw unreadable(doing)
    return { status, headers, body: said as Body }
  }

  /** Asks for something that comes bit by bit. Destroying the stream ends the request. */
  async *open(question: Omit<EngineQuestion, 'answers' | 'timeoutMs'>): AsyncGenerator<Buffer, void, undefined> {
    const { statusCode: status, body } = await this.#send({ ...question, timeoutMs: 0 })
    if (!isAnswer(question, status)) throw refusal(question, status, await this.#refusalText(question, body))
    try {
      for await (const chunk of body) yield chunk as Buffer
    } catch (error) {
      throw this.#failure(question, error)
    }
  }

  async #refusalText(question: EngineQuestion, body: AsyncIterable<unknown>): Promise<string> {
    return (await this.#attempt(question, textOf(body, REFUSAL_BYTES_MAX))).text
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    await Promise.all([this.#questions.destroy(), this.#patient.destroy()])
  }

  #send(question: EngineQuestion): Promise<Dispatcher.ResponseData> {
    const { method = 'GET', path, query, headers, body, archive, timeoutMs = TIMEOUT_MS, signal } = question
    const type = archive ? { 'content-type': 'application/x-tar' } : body ? { 'content-type': 'application/json' } : {}
    const pool = question.timeoutMs === undefined ? this.#questions : this.#patient
    return this.#attempt(
      question,
      pool.request({
        method,
        path,
        ...(query ? { query } : {}),
        headers: { ...type, ...headers },
        body: archive ?? (body ? JSON.stringify(body) : null),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(signal ? { signal } : {}),
      }),
    )
  }

  async #attempt<Value>(question: EngineQuestion, answer: Promise<Value>): Promise<Value> {
    try {
      return await answer
    } catch (error) {
      throw this.#failure(question, error)
    }
  }

  #failure({ doing, signal }: EngineQuestion, error: unknown): unknown {
    if (signal?.aborted) return signal.reason
    const hint = unreachable(error, this.address)
    if (hint === undefined) return error
    // Where the engine is, is for its operator only.
    const context = { forOperator: `${hint} (while ${doing})` }
    const detail = `The container engine did not answer (while ${doing})`
    return new BrokerError('PLATFORM_UNAVAILABLE', detail, { cause: error, context })
  }
}

/** The engine has answered, but not as engines do. */
export function unreadable(doing: string): BrokerError {
  return new BrokerError('PLATFORM_UNAVAILABLE', `The answer of the container engine cannot be read (while ${doing})`)
}

/** The text of an answer, as far as it has so many bytes. */
async function textOf(body: AsyncIterable<unknown>, bytesMax: number): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let left = bytesMax
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, left))
    left -= chunk.length
    if (left < 0) break
  }
  return { text: Buffer.concat(chunks).toString(), isWhole: left >= 0 }
}

/** Lines of JSON, as the engine sends what goes on for a while (pulls, events). Throws AnswerTooLong for a line without end. */
export async function* jsonLines<Line>(
  chunks: AsyncIterable<Buffer>,
  shape: Shape<Line>,
  doing: string,
): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() as string
    if (rest.length > LINE_MAX) throw new AnswerTooLong(doing, LINE_MAX)
    for (const line of lines) if (line.trim() !== '') yield read(line)
  }
  if (rest.trim() !== '') yield read(rest)

  function read(line: string): Line {
    const said = readJson(line)
    if (!shape(said)) throw unreadable(doing)
    return said
  }
}

function socketPath(address: string): string {
  return address.replace(/^unix:(\/\/)?/, '')
}

function isAnswer({ answers = [] }: EngineQuestion, status: number): boolean {
  return isSuccess(status) || answers.includes(status)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function refusal({ doing }: EngineQuestion, status: number, text: string): EngineRefusal {
  const said = readJson(text)
  const { message, cause } = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>
  const words = (typeof message === 'string' ? message : text).trim()
  return new EngineRefusal(
    doing,
    status,
    words || `HTTP status ${status}`,
    typeof cause === 'string' ? cause : undefined,
  )
}

function refusalCode(status: number, words: string): ErrorCode {
  // Both engines report a full disk as a plain 500; the text of the operating system in it is the only signal.
  if (/no space left on device|disk quota exceeded/i.test(words)) return 'NO_SPACE'
  return status === 502 || status === 503 || status === 504 ? 'PLATFORM_UNAVAILABLE' : 'PLATFORM_REFUSED'
}

/** JSON where it is JSON, and the text otherwise. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Not every answer is JSON (`OK` of a ping, an empty one); then it is taken as the text that it is.
    return text
  }
}
