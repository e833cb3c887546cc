/**
 * Asks image registries which image a tag means (OCI distribution 1.1, with the token flow of
 * https://distribution.github.io/distribution/spec/auth/token/).
 *
 * Registries that the operator names are connected to as they are. To all others, and to whatever a registry points at,
 * connections pass the address guard. Redirects are not followed: a manifest is small and is answered where it is.
 */
import { createHash } from 'node:crypto'
import { request, type Dispatcher } from 'undici'
import type { Clock } from '../domain/clock.ts'
import { BrokerError } from '../domain/errors.ts'
import { isDigest, type ImageReference } from '../domain/image-reference.ts'
import { challengeOf, tokenUrl } from './challenge.ts'
import { registryAt, type KnownRegistry } from './known-registry.ts'

export interface RegistryClientOptions {
  readonly clock: Clock
  readonly registries: readonly KnownRegistry[]
  /** For the registries that are named. */
  readonly agent: Dispatcher
  /** For everything else. */
  readonly guardedAgent: Dispatcher
  /** How long one question may take, in milliseconds. */
  readonly answerWithinMs: number
}

/** What a registry may answer with: an index of images or an image, in both families of media types. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const MANIFEST_BYTES_MAX = 4 * 1_048_576
const TOKEN_BYTES_MAX = 65_536
/** The longest token, in characters: servers take no longer headers. */
const TOKEN_MAX = 16_384
/** Tokens that are kept, each of a registry that anybody may have named. */
const TOKENS_MAX = 1_000
/** How long an answer is believed: a tag that moved is found within this. */
const KNOWN_MS = 60_000
const KNOWN_MAX = 10_000
/** How long a token is good when nothing is said, and how early it is given up. */
const TOKEN_MS = 60_000
const TOKEN_EARLY_MS = 10_000

interface Known<Value> {
  readonly asked: Promise<Value>
  staleAt: number
}

/** A registry as it is spoken to. */
interface Registry {
  readonly host: string
  readonly known: KnownRegistry | undefined
  readonly base: string
  readonly agent: Dispatcher
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export class RegistryClient {
  readonly #options: RegistryClientOptions
  readonly #digests = new Map<string, Known<string>>()
  readonly #tokens = new Map<string, { readonly token: string; readonly staleAt: number }>()

  constructor(options: RegistryClientOptions) {
    this.#options = options
  }

  /**
   * The digest that a tag means now, or did within the last minute. Throws IMAGE_UNAVAILABLE when the registry has no such
   * image or does not show it, UNAVAILABLE when it does not answer as it should, ADDRESS_NOT_ALLOWED. Of several that ask,
   * one asks the registry.
   */
  readonly resolve = async (reference: ImageReference, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted()
    const key = `${reference.repository} ${reference.digest ?? reference.tag ?? 'latest'}`
    const now = this.#options.clock.now()
    const known = this.#digests.get(key)
    if (known && now < known.staleAt) return known.asked
    const asked = this.#digestOf(reference)
    const entry = { asked, staleAt: now + KNOWN_MS }
    this.#digests.delete(key)
    this.#digests.set(key, entry)
    this.#forgetOldest()
    // A failure is told to those who wait for it, and to nobody later.
    asked.catch(() => {
      if (this.#digests.get(key) === entry) this.#digests.delete(key)
    })
    return asked
  }

  #forgetOldest(): void {
    for (const key of this.#digests.keys()) {
      if (this.#digests.size <= KNOWN_MAX) return
      this.#digests.delete(key)
    }
  }

  async #digestOf(reference: ImageReference): Promise<string> {
    const [host = '', ...path] = reference.repository.split('/')
    const name = path.join('/')
    const registry = this.#registry(host)
    const url = new URL(`/v2/${name}/manifests/${reference.digest ?? reference.tag ?? 'latest'}`, registry.base)
    const signal = AbortSignal.timeout(this.#options.answerWithinMs)
    const found = await this.#askRegistry('HEAD', url, registry, name, signal)
    const digest = String(found.headers['docker-content-digest'])
    if (isDigest(digest)) return digest
    // It did not say, so the manifest itself is asked for: its digest is that of its bytes.
    const { body } = await this.#askRegistry('GET', url, registry, name, signal)
    return `sha256:${createHash('sha256').update(body).digest('hex')}`
  }

  #registry(host: string): Registry {
    const known = registryAt(this.#options.registries, host)
    const address = host === 'docker.io' ? 'registry-1.docker.io' : host
    return {
      host,
      known,
      base: `${known?.plainHttp ? 'http' : 'https'}://${address}`,
      agent: known ? this.#options.agent : this.#options.guardedAgent,
    }
  }

  /** Asks, and asks again with what the registry wants to have first. */
  async #askRegistry(
    method: 'HEAD' | 'GET',
    url: URL,
    registry: Registry,
    name: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { host, agent } = registry
    const ask = (authorization: string | undefined) =>
      this.#ask(host, agent, MANIFEST_BYTES_MAX, url, signal, {
        method,
        headers: { accept: ACCEPT, ...(authorization === undefined ? {} : { authorization }) },
      })
    const scope = `repository:${name}:pull`
    const kept = this.#tokens.get(`${host} ${scope}`)
    const first = await ask(kept && this.#options.clock.now() < kept.staleAt ? `Bearer ${kept.token}` : undefined)
    const answer = first.status === 401 ? await ask(await this.#authorization(first, registry, scope, signal)) : first
    if (answer.status === 200) return answer
    if (answer.status === 404) throw new BrokerError('IMAGE_UNAVAILABLE', `the registry ${host} has no such image`)
    if (answer.status === 401 || answer.status === 403)
      throw new BrokerError('IMAGE_UNAVAILABLE', `the registry ${host} does not show it to this broker`)
    throw away(host, `it answered ${answer.status}`)
  }

  /** What the registry is told about who asks, by its challenge. */
  async #authorization(
    { headers }: Answer,
    registry: Registry,
    scope: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { host, known } = registry
    const challenge = challengeOf([headers['www-authenticate']].flat()[0])
    const { credentials } = known ?? {}
    const basic =
      credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
    if (challenge?.scheme === 'basic') return basic
    const url = challenge?.scheme === 'bearer' ? tokenUrl(challenge, scope) : undefined
    if (!url) throw away(host, 'it asks for what is not known here')
    if (url.protocol !== 'https:' && !known?.plainHttp) throw away(host, 'it gives tokens without encryption')
    // The place of the tokens is the word of the registry; only where it is a registry that is named it is trusted so.
    const { agent } = this.#registry(url.host)
    const answer = await this.#ask(host, agent, TOKEN_BYTES_MAX, url, signal, {
      method: 'GET',
      headers: { accept: 'application/json', ...(basic ? { authorization: basic } : {}) },
    })
    if (answer.status === 401 || answer.status === 403)
      throw new BrokerError('IMAGE_UNAVAILABLE', `the registry ${host} gives this broker no token`)
    if (answer.status !== 200) throw away(host, `it answered ${answer.status} when it was asked for a token`)
    const { token, lifetimeMs } = tokenOf(answer.body, host)
    const staleAt = this.#options.clock.now() + lifetimeMs - TOKEN_EARLY_MS
    this.#tokens.set(`${host} ${scope}`, { token, staleAt })
    if (this.#tokens.size > TOKENS_MAX) this.#tokens.clear()
    return `Bearer ${token}`
  }

  async #ask(
    host: string,
    dispatcher: Dispatcher,
    bytesMax: number,
    url: URL,
    signal: AbortSignal,
    what: { readonly method: 'HEAD' | 'GET'; readonly headers: Record<string, string> },
  ): Promise<Answer> {
    try {
      const { statusCode, headers, body } = await request(url, { dispatcher, signal, ...what })
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of body) {
        bytes += (chunk as Buffer).length
        if (bytes > bytesMax) throw away(host, 'its answer is too long')
        chunks.push(chunk as Buffer)
      }
      return { status: statusCode, headers, body: Buffer.concat(chunks) }
    } catch (cause) {
      if (cause instanceof BrokerError) throw cause
      throw away(host, 'it cannot be reached', cause)
    }
  }
}

function tokenOf(body: Buffer, host: string): { token: string; lifetimeMs: number } {
  try {
    const {
      token,
      access_token: other,
      expires_in: seconds,
    } = JSON.parse(body.toString('utf8')) as Record<string, unknown>
    const found = token ?? other
    // What could break out of a header is no token.
    if (typeof found !== 'string' || found.length > TOKEN_MAX || !/^[\x21-\x7e]+$/.test(found))
      throw new Error('there is no token in it')
    return { token: found, lifetimeMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : TOKEN_MS }
  } catch (cause) {
    throw away(host, 'what it gave is no token', cause)
  }
}

function away(host: string, reason: string, cause?: unknown): BrokerError {
  return new BrokerError('UNAVAILABLE', `The registry ${host} cannot be asked: ${reason}.`, { cause })
}
