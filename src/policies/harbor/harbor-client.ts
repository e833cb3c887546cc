/**
 * Asks a Harbor what it has (API v2.0): whether a project is public, and what an artifact is. Answers are kept for a
 * while; what is done when the Harbor does not answer is the operator's choice.
 */
import { request, type Dispatcher } from 'undici'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { RecentMap } from '../../domain/recent-map.ts'

export interface HarborClientOptions {
  /** Where the Harbor is: https://harbor.example.org. */
  readonly url: string
  /** A robot account; undefined to ask as anybody. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined
  readonly answerWithinMs: number
  /** How long an answer is good, in milliseconds. */
  readonly cacheMs: number
  /** How long it is used when the Harbor does not answer, in milliseconds; 0 when nothing is allowed then. */
  readonly whenAwayMs: number
  readonly clock: Clock
  readonly agent: Dispatcher
}

/** What a policy wants to know of an artifact. */
export interface HarborArtifact {
  readonly digest: string
  readonly labels: readonly string[]
  /** Such as `signature.cosign`. */
  readonly accessories: readonly string[]
  /** The worst that a scan has found; undefined when it has not been scanned, or the scan failed. */
  readonly severity: string | undefined
}

interface Kept {
  readonly asked: Promise<unknown>
  readonly at: Instant
}

const ANSWER_BYTES_MAX = 4 * 1_048_576
const KEPT_MAX = 1_000
/** The most names of one kind that are kept of an artifact, and the longest of them, in characters. */
const NAMES_MAX = 200
const NAME_LENGTH_MAX = 255
const PAGE_SIZE = 100
const PAGES_MAX = 100

export class HarborClient {
  readonly #options: HarborClientOptions
  readonly #kept: RecentMap<string, Kept>

  constructor(options: HarborClientOptions) {
    this.#options = options
    const { clock, cacheMs, whenAwayMs } = options
    this.#kept = new RecentMap(KEPT_MAX, ({ at }) => clock.now() - at >= Math.max(cacheMs, whenAwayMs))
  }

  /** Whether everybody may read a project. Throws a plain error when the Harbor does not tell. */
  async isPublic(project: string, signal: AbortSignal): Promise<boolean> {
    return this.#remembered(`project ${project}`, signal, async () => {
      for (let page = 1; page <= PAGES_MAX; page++) {
        // The name is only looked for in it, so that others come along.
        const query = new URLSearchParams({
          name: project,
          public: 'true',
          page: String(page),
          page_size: String(PAGE_SIZE),
        })
        const projects = await this.#ask(`/projects?${query.toString()}`)
        if (!Array.isArray(projects)) throw new Error('its list of projects is none')
        if (projects.some((one) => fieldOf(one, 'name') === project)) return true
        if (projects.length < PAGE_SIZE) return false
      }
      throw new Error('it has more projects of that name than can be read')
    })
  }

  /** An artifact by a tag or a digest; undefined where there is none that the broker may see. Throws as `isPublic`. */
  async artifact(
    project: string,
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<HarborArtifact | undefined> {
    // What is one part of the path there may have slashes in it, and is decoded twice.
    const path = [project, encodeURIComponent(repository), reference].map(encodeURIComponent)
    const query = 'with_label=true&with_accessory=true&with_scan_overview=true'
    return this.#remembered(`artifact ${path.join(' ')}`, signal, async () => {
      const found = await this.#ask(`/projects/${path[0]}/repositories/${path[1]}/artifacts/${path[2]}?${query}`)
      return found === undefined ? undefined : artifactOf(found)
    })
  }

  /**
   * Of several that ask, one asks the Harbor, and does so whoever of them gives up. After a failure the last answer serves,
   * for as long as it may.
   */
  #remembered<Value>(key: string, signal: AbortSignal, ask: () => Promise<Value>): Promise<Value> {
    signal.throwIfAborted()
    const { clock, cacheMs, whenAwayMs } = this.#options
    const now = clock.now()
    const kept = this.#kept.get(key)
    if (kept && now - kept.at < cacheMs) return kept.asked as Promise<Value>
    const asked = ask().catch((error: unknown) => {
      this.#kept.delete(key)
      if (!kept || now - kept.at >= whenAwayMs) throw error
      this.#kept.set(key, kept)
      return kept.asked as Promise<Value>
    })
    this.#kept.set(key, { asked, at: now })
    return asked
  }

  /** The answer to a question; undefined for what is not there or is not shown. */
  async #ask(path: string): Promise<unknown> {
    const { url, credentials, answerWithinMs, agent } = this.#options
    const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
    const { statusCode, body } = await request(`${url.replace(/(?<!\/)\/+$/, '')}/api/v2.0${path}`, {
      dispatcher: agent,
      headers: { accept: 'application/json', ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }) },
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long')
      chunks.push(chunk as Buffer)
    }
    // With credentials that are refused nothing is known; without any, what is not public is not shown.
    if (statusCode === 404 || (statusCode === 403 && basic === undefined)) return undefined
    if (statusCode === 401 && basic === undefined) return undefined
    if (statusCode !== 200) throw new Error(`it answered ${statusCode}`)
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  }
}

function artifactOf(found: unknown): HarborArtifact {
  const digest = fieldOf(found, 'digest')
  if (typeof digest !== 'string' || digest.length > NAME_LENGTH_MAX) throw new Error('its artifact has no digest')
  return {
    digest,
    labels: textsOf(fieldOf(found, 'labels'), 'name'),
    accessories: textsOf(fieldOf(found, 'accessories'), 'type'),
    severity: severityOf(fieldOf(found, 'scan_overview')),
  }
}

/** By the media type of the report; there is one for each scanner. */
function severityOf(overview: unknown): string | undefined {
  const reports = typeof overview === 'object' && overview !== null ? Object.values(overview) : []
  const done = reports.filter((report) => {
    const status = fieldOf(report, 'scan_status')
    return typeof status === 'string' && status.toLowerCase() === 'success'
  })
  const severities = done.map((report) => fieldOf(report, 'severity')).filter((one) => typeof one === 'string')
  if (severities.some((one) => one.length > NAME_LENGTH_MAX)) throw new Error('a severity of its artifact is too long')
  return severities.sort((one, other) => rankOf(other) - rankOf(one))[0]
}

/** From harmless to critical. */
export const SEVERITIES = ['none', 'negligible', 'unknown', 'low', 'medium', 'high', 'critical'] as const

/** How bad a severity is; what is not known here counts as the worst. */
export function rankOf(severity: string): number {
  const rank = (SEVERITIES as readonly string[]).indexOf(severity.toLowerCase())
  return rank === -1 ? SEVERITIES.length : rank
}

function textsOf(list: unknown, field: string): string[] {
  const all: readonly unknown[] = Array.isArray(list) ? list : []
  const texts = all.map((one) => fieldOf(one, field)).filter((one) => typeof one === 'string')
  if (texts.length > NAMES_MAX || texts.some((one) => one.length > NAME_LENGTH_MAX))
    throw new Error('its artifact has more labels or accessories than can be kept')
  return texts
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined
}
