/**
 * The groups of somebody by a Group Membership Service (IVOA GMS 1.0, section 3), asked with the caller's own token: it
 * tells nothing about others. An answer is kept for as long as the service says and the site allows. A service that does
 * not answer is taken at its last word for a while; after that its users are refused, because rules for the members of a
 * group may be the stricter ones as well.
 */
import { createHash } from 'node:crypto'
import { request, type Dispatcher } from 'undici'
import type { Clock } from '../../domain/clock.ts'
import type { Instant } from '../../domain/dates.ts'
import { BrokerError } from '../../domain/errors.ts'
import { RecentMap } from '../../domain/recent-map.ts'
import { takenGroups } from '../taken-groups.ts'

export interface GmsOptions {
  /** The search resource of the service. */
  readonly url: string
  /** The groups that matter here; undefined for all that the service tells. */
  readonly groups: readonly string[] | undefined
  readonly answerWithinMs: number
  /** How long an answer is good at most, in milliseconds. */
  readonly cacheMs: number
  /** How long it is used when the service does not answer, in milliseconds. */
  readonly whenAwayMs: number
  /** The token that the service accepts in the name of the holder of another one. */
  readonly tokenFor: (token: string) => Promise<string>
  readonly clock: Clock
  readonly dispatcher: Dispatcher
}

/** What was asked for somebody, and until when the answer is good. */
interface Kept {
  readonly asked: Promise<Answer>
  readonly at: Instant
}

interface Answer {
  readonly groups: readonly string[]
  readonly staleAt: Instant
}

const ANSWER_BYTES_MAX = 1_048_576
const KEPT_MAX = 1_000
const GROUP = /^[\x21-\x7e]{1,255}$/

export class GmsGroups {
  readonly #options: GmsOptions
  readonly #kept: RecentMap<string, Kept>

  constructor(options: GmsOptions) {
    this.#options = options
    const { clock, cacheMs, whenAwayMs } = options
    this.#kept = new RecentMap(KEPT_MAX, ({ at }) => clock.now() - at >= Math.max(cacheMs, whenAwayMs))
  }

  /** The groups that the holder of a token is in. Throws UNAVAILABLE when the service does not tell. */
  async of(token: string): Promise<readonly string[]> {
    const { clock } = this.#options
    const key = createHash('sha256').update(token).digest('base64')
    const now = clock.now()
    const kept = this.#kept.get(key)
    const before = await kept?.asked.catch(() => undefined)
    // Whoever asked meanwhile has asked for us too.
    const latest = this.#kept.get(key)
    if (latest && latest !== kept) return (await latest.asked).groups
    if (before && now < before.staleAt) return before.groups
    return (await this.#askAnew(key, token, now, kept)).groups
  }

  #askAnew(key: string, token: string, now: Instant, kept: Kept | undefined): Promise<Answer> {
    const asked = this.#ask(token).catch((error: unknown) => {
      this.#kept.delete(key)
      if (!kept || now - kept.at >= this.#options.whenAwayMs) throw error
      this.#kept.set(key, kept)
      return kept.asked
    })
    this.#kept.set(key, { asked, at: now })
    return asked
  }

  async #ask(token: string): Promise<Answer> {
    const { url, groups: wanted, answerWithinMs, cacheMs, tokenFor, clock, dispatcher } = this.#options
    const search = new URL(url)
    for (const group of wanted ?? []) search.searchParams.append('group', group)
    try {
      const { statusCode, headers, body } = await request(search, {
        dispatcher,
        headers: { authorization: `Bearer ${await tokenFor(token)}`, accept: 'text/plain' },
        signal: AbortSignal.timeout(answerWithinMs),
      })
      const text = await textOf(body)
      // 403 is somebody whom the service does not know (section 3.2), who is in no group then.
      if (statusCode !== 200 && statusCode !== 403) throw new Error(`it answered ${statusCode}`)
      const told = statusCode === 200 ? namesIn(text) : []
      // The service may know more of somebody than it was asked for.
      const groups = takenGroups(wanted ? told.filter((group) => wanted.includes(group)) : told)
      if (!groups) throw new Error('it tells more groups than are taken; list those that matter (groupService.groups)')
      const now = clock.now()
      return {
        groups,
        staleAt: now + Math.min(cacheMs, freshForMs(headers, now) ?? cacheMs),
      }
    } catch (cause) {
      throw new BrokerError(
        'UNAVAILABLE',
        `The groups at ${search.host} cannot be looked up now, and what is allowed depends on them; try again later.`,
        { cause },
      )
    }
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** One name a line, each line ended by CRLF. Something else than names is no answer. */
function namesIn(text: string): string[] {
  const names = text.split(/\r?\n/).filter((line) => line !== '')
  if (!names.every((name) => GROUP.test(name))) throw new Error('its answer is no list of groups')
  return names
}

/** How long an answer is good by its headers (RFC 9111, section 4.2.1), in milliseconds; undefined when they do not say. */
function freshForMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Instant,
): number | undefined {
  const control = [headers['cache-control']].flat().join(',').toLowerCase()
  if (/\bno-(store|cache)\b/.test(control)) return 0
  const seconds = /\bmax-age=(\d+)/.exec(control)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1_000
  const expiresAt = Date.parse(String(headers.expires))
  return Number.isNaN(expiresAt) ? undefined : Math.max(0, expiresAt - now)
}
