/** Whether what the broker asks over HTTP is reached, and whether it is what it should be. */
import { about, type Finding } from './finding.ts'
import { codeOf } from '../domain/error-code.ts'

const PATIENCE_MS = 5_000

/** Somewhere to look, and how an answer is judged; whoever answers at all is reached. */
export interface Place {
  /** What it is, within its area: `The registry example.org`. */
  readonly name: string
  readonly area: string
  readonly url: string
  readonly authorization?: string | undefined
  /** What is wrong with an answer, as a sentence with what to do; undefined when nothing is. */
  readonly wrong: (answer: PlaceAnswer) => readonly [found: string, advice: string] | undefined
  /** What a broker cannot do without it: it does the rest, so this is not the end. */
  readonly without: string
}

export interface PlaceAnswer {
  readonly status: number
  readonly challenge: string
  readonly body: unknown
}

/** Asks one place. */
export async function examinePlace({ name, area, url, authorization, wrong, without }: Place): Promise<Finding> {
  const { ok, problem } = about(area)
  try {
    const response = await fetch(url, {
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await response.text()
    const fault = wrong({
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? '',
      body: readJson(text),
    })
    return fault ? problem(`${name} ${fault[0]}`, fault[1]) : ok(`${name} answers at ${withoutSecrets(url)}.`)
  } catch (error) {
    const advice = `Start it, or mend its address in the configuration; until then ${without}.`
    return problem(`${name} does not answer at ${withoutSecrets(url)} (${whyNot(error)}).`, advice)
  }
}

/** Failures of the server are problems of every place. */
export function failing({ status }: PlaceAnswer): readonly [string, string] | undefined {
  return status >= 500 ? [`answers with HTTP status ${status}.`, 'Look into its log.'] : undefined
}

/** What is wrong with an image registry. */
export function registryFault(answer: PlaceAnswer): readonly [string, string] | undefined {
  const { status, challenge } = answer
  if (status === 401 && /^basic/i.test(challenge))
    return ['refuses the name and the password of the broker.', 'Mend username and passwordFile in registries.']
  if (status !== 200 && status !== 401 && status < 500)
    return [`is no image registry: HTTP status ${status}.`, 'Mend its host in registries.']
  return failing(answer)
}

/** What is wrong with an issuer of tokens, by its discovery document. */
export function issuerFault(issuer: string, { status, body }: PlaceAnswer): readonly [string, string] | undefined {
  const says = (body as { issuer?: unknown } | null | undefined)?.issuer
  if (status !== 200 || typeof says !== 'string')
    return [`has no discovery document (HTTP status ${status}).`, 'Mend identity.issuers.issuer.']
  if (says === issuer) return undefined
  return [`calls itself '${says}'.`, 'Write identity.issuers.issuer as it does, to the letter.']
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** The reason in a few words: `fetch` hides it in causes. */
function whyNot(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `nothing came within ${PATIENCE_MS / 1_000} s`
  const cause = error instanceof Error ? error.cause : undefined
  return codeOf(cause) || (cause instanceof Error ? cause.message : 'the connection failed')
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Something else answers there; whoever wants JSON finds none.
    return undefined
  }
}
