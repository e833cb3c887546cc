/** Asks the platforms and the data sources what a request would take, before anything is offered. */
import type { PoolCandidate } from '../booking/offers.ts'
import type { Survey } from '../booking/needs.ts'
import type { Bearer } from '../data/bearer.ts'
import type { DataDescription, DataSource } from '../data/data-source.ts'
import type { DataSink } from '../data/data-sink.ts'
import { Turns, type TurnsAt } from '../data/turns.ts'
import { publicUrl } from '../data/location.ts'
import type { Clock } from '../domain/clock.ts'
import type { Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import type { Estimate } from '../domain/execution-plan.ts'
import { isCopiedIn, isSaved, type DataRequest, type ExecutionRequest } from '../domain/execution-request.ts'
import { fileName } from '../domain/file-name.ts'
import { isHostName } from '../domain/host-name.ts'
import { message, type Message } from '../domain/message.ts'
import { locationPointer } from '../domain/notebook.ts'
import type { PriceList } from '../domain/price-list.ts'
import { BYTES_PER_GIB, type Amounts } from '../domain/resources.ts'
import type { Platform, PlatformEstimate } from '../platforms/platform.ts'
import type { EstimateBook, ExpectedTimes } from './estimate-book.ts'
import { hostOf } from './observations.ts'
import type { PoolId } from '../store/pools.ts'
import { isMounted } from './steps/volumes.ts'

/** A pool as it was configured and entered into the ledger. */
export interface ConfiguredPool {
  readonly platform: Platform
  readonly name: string
  readonly poolId: PoolId
  readonly capacity: Amounts
  /** What its accelerators are called; undefined where nothing is said of them. */
  readonly acceleratorType?: string
  readonly prices: PriceList | undefined
}

export interface SurveyContext {
  readonly clock: Clock
  readonly pools: readonly ConfiguredPool[]
  /** The platforms of which nothing is offered now, and why, in words for a client. */
  readonly away: ReadonlyMap<string, string>
  readonly source: (location: URL, bearer?: Bearer) => DataSource | undefined
  readonly sink: (location: URL) => DataSink | undefined
  /** What is known of how long things take. */
  readonly estimates: EstimateBook
  /** How long a source may take to say what it has, in milliseconds. */
  readonly describeTimeoutMs: number
  /** The time that all sources of a request together may take for that, in milliseconds. */
  readonly surveyTimeoutMs: number
  /** The questions that go to one host at the same time. */
  readonly questions: TurnsAt
}

/** The pools that could run a request, and what there is to say; without a pool, the messages say why. */
export interface SurveyResult {
  readonly candidates: readonly PoolCandidate[]
  readonly messages: readonly Message[]
  /** Messages on platforms that take nothing on now, where others might. */
  readonly silent?: readonly Message[]
}

/** A caller, in whose name sources are asked. */
export interface Asking {
  readonly owner: string
  /** The credentials that act for the caller at a location. */
  readonly bearerAt: (location: URL) => Bearer | undefined
}

/** The most questions of one request that are asked at the same time. */
const QUESTIONS_MAX = 8

/** Surveys a request. */
export async function survey(request: ExecutionRequest, context: SurveyContext, asking: Asking): Promise<SurveyResult> {
  const over = AbortSignal.timeout(context.surveyTimeoutMs)
  const turns = new Turns(QUESTIONS_MAX, QUESTIONS_MAX)
  const ask: AskSource = (source, location) =>
    turns.take(asking.owner, over, () =>
      context.questions.take(location.host, asking.owner, over, () => askSource(source, location, over, context)),
    )
  const described = await Promise.all(
    request.data.map((data, index) => describe(data, index, request, context, asking, ask)),
  )
  const refused = described.flatMap((one) => ('level' in one ? [one] : []))
  if (refused.length > 0) return { candidates: [], messages: refused }
  const descriptions = described as DataDescription[]
  const platforms = [...new Set(context.pools.map(({ platform }) => platform))]
  const results = await Promise.all(
    platforms.map((platform) => surveyPlatform(platform, request, descriptions, context)),
  )
  const candidates = results.flatMap((result) => result.candidates)
  const now = context.clock.now()
  const silent = [
    ...results.flatMap((result) => result.silent ?? []),
    ...[...context.away].map(([platform, reason]) => away(platform, reason, now)),
  ]
  // What one platform does not support matters only when no other one does.
  if (candidates.length > 0) return { candidates, messages: [], ...(silent.length > 0 ? { silent } : {}) }
  return { candidates, messages: [...results.flatMap((result) => result.messages), ...silent] }
}

async function surveyPlatform(
  platform: Platform,
  request: ExecutionRequest,
  descriptions: readonly DataDescription[],
  context: SurveyContext,
): Promise<SurveyResult> {
  const now = context.clock.now()
  const unsupported = platform.unsupported(request)
  if (unsupported.length > 0) {
    return {
      candidates: [],
      messages: unsupported.map(({ pointer, reason }) => message('not-supported', now, { pointer, reason })),
    }
  }
  try {
    const found = surveyOf(platform, request, await platform.estimate(request), descriptions, context)
    const pools = context.pools.filter((pool) => pool.platform === platform)
    const candidates = pools.map(({ name, poolId, capacity, acceleratorType, prices }) => ({
      platform: platform.name,
      pool: name,
      poolId,
      capacity,
      survey: found,
      ...(acceleratorType === undefined ? {} : { acceleratorType }),
      ...(prices ? { prices } : {}),
    }))
    return { candidates, messages: [] }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    if (error.retryable || error.code === 'NO_SPACE')
      return { candidates: [], messages: [], silent: [away(platform.name, error.detail, now)] }
    const reason = `${platform.name}: ${error.detail}`
    const pointer = error.code === 'IMAGE_UNAVAILABLE' ? '/executable/image/locations' : '/executable'
    return { candidates: [], messages: [message('not-supported', now, { pointer, reason })] }
  }
}

function away(platform: string, reason: string, now: Instant): Message {
  return message('platform-away', now, {
    reason: `the execution platform ${platform} takes nothing on: ${reason.replace(/\.$/, '')}`,
  })
}

function surveyOf(
  platform: Platform,
  request: ExecutionRequest,
  estimate: PlatformEstimate,
  descriptions: readonly DataDescription[],
  { clock, estimates }: SurveyContext,
): Survey {
  const now = clock.now()
  const times = estimates.expectedTimes(platform, request, estimate)
  const [image = ''] = request.executable.image.locations
  const messages = [
    ...aboutPlatform(platform, now),
    ...(estimate.imageDigest && !request.executable.image.digest
      ? [message('image-pinned', now, { image, digest: estimate.imageDigest })]
      : []),
  ]
  return {
    executable: { prepareMs: times.imageMs, releaseMs: 0 },
    compute: { prepareMs: times.startMs, releaseMs: times.removeMs },
    storage: request.storage.map((_, index) => volumeEstimate(request, index, times)),
    data: descriptions.map(({ sizeBytes }, index) => ({
      prepareMs: times.volumeMs + transferMs(request.data[index], sizeBytes, estimates),
      releaseMs: times.volumeRemovalMs,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    })),
    messages,
    ...(estimate.imageDigest ? { imageDigest: estimate.imageDigest } : {}),
  }
}

/** Facts about a platform that matter before an offer of it is chosen. */
function aboutPlatform({ name, capabilities: { simulated, rootGib } }: Platform, now: Instant): Message[] {
  if (simulated) return [message('simulated-platform', now, { platform: name })]
  return [rootGib === 0 ? message('root-read-only', now, {}) : message('root-measured', now, { limit: rootGib })]
}

/** How long data take to come; those that the program makes do not. */
function transferMs(data: DataRequest | undefined, sizeBytes: number | undefined, estimates: EstimateBook): number {
  return data && isCopiedIn(data) ? estimates.transferMs(hostOf(data.location) ?? '', sizeBytes) : 0
}

/** Storage that is mounted only through its data has no volume of its own. */
function volumeEstimate(
  { compute }: ExecutionRequest,
  storage: number,
  { volumeMs, volumeRemovalMs }: ExpectedTimes,
): Estimate {
  if (!isMounted(compute.volumes, storage)) return { prepareMs: 0, releaseMs: 0 }
  return { prepareMs: volumeMs, releaseMs: volumeRemovalMs }
}

/** What the source says of the data; or, as a message, why they cannot be had. */
async function describe(
  data: DataRequest,
  index: number,
  request: ExecutionRequest,
  context: SurveyContext,
  { bearerAt }: Asking,
  ask: AskSource,
): Promise<DataDescription | Message> {
  const now = context.clock.now()
  const pointer = locationPointer(request, index)
  if (!URL.canParse(data.location))
    return message('invalid-value', now, { pointer, value: data.location, reason: NOT_A_URL })
  const location = new URL(data.location)
  const source = context.source(location, bearerAt(location))
  if (!source)
    return message('invalid-value', now, {
      pointer,
      value: data.location,
      reason: `data are not taken from ${location.protocol} URLs here; put the file on a server, and write its URL, such as https://data.example.org/image.fits`,
    })
  if (!isHostName(location.hostname))
    return message('invalid-value', now, {
      pointer,
      value: publicUrl(location),
      reason: 'its host is longer than a name can be',
    })
  if (isSaved(data) && !context.sink(location))
    return message('invalid-value', now, {
      pointer,
      value: publicUrl(location),
      reason: `nothing is saved to ${location.protocol} URLs here; write one that takes HTTP PUT, such as https://data.example.org/result.fits`,
    })
  if (!isCopiedIn(data)) return { name: fileName(location), resumable: false }
  try {
    const description = await ask(source, location)
    return tooLarge(data, description, request, now) ?? description
  } catch (error) {
    if (isTimeout(error)) {
      const reason = `there was no answer within the ${context.surveyTimeoutMs / 1000} s that all data of a request have together`
      return message('data-unavailable', now, { location: publicUrl(location), reason })
    }
    if (!(error instanceof BrokerError)) throw error
    return message('data-unavailable', now, { location: publicUrl(location), reason: error.detail })
  }
}

const NOT_A_URL =
  'it is not a whole URL; write where a server has it, such as https://data.example.org/image.fits, for files of your own machine are not read'

/** Asks a source what is at a location, when it is its turn. */
type AskSource = (source: DataSource, location: URL) => Promise<DataDescription>

async function askSource(
  source: DataSource,
  location: URL,
  over: AbortSignal,
  { describeTimeoutMs }: SurveyContext,
): Promise<DataDescription> {
  const late = AbortSignal.timeout(describeTimeoutMs)
  try {
    return await source.describe(location, AbortSignal.any([over, late]))
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error
    throw new BrokerError('DATA_UNAVAILABLE', `it did not answer within ${describeTimeoutMs / 1000} s`)
  }
}

/** True if a signal has ended something because its time was over. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

/** Storage that the client sized has to hold its data; storage that was made for them grows with them. */
function tooLarge(
  data: DataRequest,
  { sizeBytes }: DataDescription,
  request: ExecutionRequest,
  now: number,
): Message | undefined {
  const storage = request.storage[data.storage]
  if (sizeBytes === undefined || !storage || storage.implied || sizeBytes <= storage.size.max * BYTES_PER_GIB)
    return undefined
  const location = publicUrl(new URL(data.location))
  return message('data-too-large', now, {
    location,
    bytes: sizeBytes,
    limit: storage.size.max * BYTES_PER_GIB,
    what: 'the size of its storage',
  })
}
