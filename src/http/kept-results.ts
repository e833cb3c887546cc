/** The route of results that could not be saved: they stay on the platform for a while, and whoever may read the execution fetches them. */
import { addAbortSignal, Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { componentPlaces } from '../domain/execution-plan.ts'
import { fileName } from '../domain/file-name.ts'
import { volumeOf } from '../lifecycle/steps/volumes.ts'
import type { Platform, VolumeContent, VolumeRef } from '../platforms/platform.ts'
import * as components from '../store/components.ts'
import type { Execution } from '../store/executions.ts'
import { queryOne, type HttpContext } from './context.ts'
import { holdOpen } from './held-answers.ts'
import { componentFor } from './views.ts'

/** Results that are kept, where, and until when. */
interface Kept {
  readonly execution: Execution
  readonly platform: Platform
  readonly volume: VolumeRef
  readonly until: Instant
  /** The place where they were to be saved. */
  readonly location: URL
}

/** The slowest reader that is waited for, in bytes per second, beside a minute to begin with. */
const SLOWEST_READER = 100_000
const BEGINNING_MS = 60_000
/** The wait for others while results are being fetched, in seconds. */
const AGAIN_SECONDS = 10

/**
 * Adds the route. An engine keeps a volume locked while a file is read from it, so a volume has one reader at a time, who
 * reads at some least rate and not beyond the time for which the results are kept.
 */
export function keptResultRoutes(app: FastifyInstance, context: HttpContext): void {
  const read = new Set<string>()
  app.get<{ Params: { uuid: string } }>('/data/:uuid/kept', { config: { oneForm: true } }, async (request, reply) => {
    const { uuid } = request.params
    const { execution, platform, volume, until, location } = await keptOf(request, uuid, context)
    if (read.has(uuid))
      throw new BrokerError('TOO_MANY_REQUESTS', 'These results are being fetched already; try again after that.', {
        retryAfterSeconds: AGAIN_SECONDS,
      })
    const over = holdOpen(request, reply, execution.id, context)
    const whenLeft = (leave: () => void) => {
      if (over.aborted) leave()
      else over.addEventListener('abort', leave, { once: true })
    }
    read.add(uuid)
    whenLeft(() => read.delete(uuid))
    const tooLong = new AbortController()
    const endAt = (instant: Instant) => whenLeft(context.clock.at(instant, () => tooLong.abort()))
    endAt(until)
    const signal = AbortSignal.any([over, tooLong.signal])
    const file = await fileIn(platform, volume, { named: queryOne(request, 'FILE'), own: fileName(location) }, signal)
    const found = await platform.readFile(volume, file, signal)
    if (!found) throw nothingOf(file)
    endAt(context.clock.now() + BEGINNING_MS + (found.sizeBytes / SLOWEST_READER) * 1_000)
    return sendFile(request, reply, { ...found, name: nameOf(location, file), signal })
  })
}

/** Sends a file up to when the signal ends that; to HEAD, what is known of it, without a look at its content. */
export function sendFile(
  { method }: Pick<FastifyRequest, 'method'>,
  reply: FastifyReply,
  { name, sizeBytes, content, signal }: VolumeContent & { readonly name: string; readonly signal: AbortSignal },
): FastifyReply {
  void reply
    .header('Content-Type', 'application/octet-stream')
    .header('Content-Length', sizeBytes)
    .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('Cache-Control', 'no-store')
  if (method !== 'HEAD') return reply.send(addAbortSignal(signal, content))
  content.on('error', () => undefined).destroy()
  return reply.send(Readable.from([]))
}

async function keptOf(request: FastifyRequest, uuid: string, context: HttpContext): Promise<Kept> {
  const { execution, index, missing } = await componentFor(request, uuid, 'data', context)
  const place = componentPlaces(execution.plan)[index]
  if (place?.family !== 'data') throw missing
  const until = await requireKept(execution, index, context)
  const platform = context.platforms.find(({ name }) => name === execution.plan.platform)
  if (!platform)
    throw new BrokerError('UNAVAILABLE', `The platform ${execution.plan.platform} is not known to this process now.`)
  const location = new URL(execution.plan.data[place.index]?.spec.location ?? '')
  return { execution, platform, until, volume: volumeOf(execution.id, 'data', place.index), location }
}

/** The name that results would have had where they were to be saved; in a folder, the one that the program gave them. */
function nameOf(location: URL, file: string): string {
  return location.pathname.endsWith('/') ? file : fileName(location)
}

async function requireKept({ id }: Execution, position: number, { database, clock }: HttpContext): Promise<Instant> {
  const component = (await components.list(database, [id])).find((one) => one.position === position)
  const { keptUntil } = component?.detail ?? {}
  if (typeof keptUntil === 'number' && keptUntil > clock.now() && component?.givenBackAt === undefined) return keptUntil
  const until =
    typeof keptUntil === 'number' && keptUntil > 0 ? ` any more; they were until ${formatInstant(keptUntil)}` : ''
  throw new BrokerError('NOT_FOUND', `No results of these data are kept${until}. Only what could not be saved is kept.`)
}

/**
 * The file that is meant: the one that is named, or the only one. Where not all of them are listed, the one with the name
 * that the location gives it is taken for the result.
 */
export async function fileIn(
  platform: Pick<Platform, 'namesIn'>,
  volume: VolumeRef,
  { named, own }: { readonly named: string | undefined; readonly own: string },
  signal: AbortSignal,
): Promise<string> {
  // Results are files at the root of the volume; what reads as a way to another place is none of them.
  if (named !== undefined && (/[/\\\0]/.test(named) || named === '.' || named === '..' || named === ''))
    throw nothingOf(named)
  if (named !== undefined) return named
  const { names, isComplete } = await platform.namesIn(volume, signal)
  const [only, ...others] = names
  if (only !== undefined && others.length === 0 && isComplete) return only
  if (!isComplete && names.includes(own)) return own
  if (names.length === 0 && isComplete) throw nothingOf('a file')
  const more = isComplete ? '' : `, and perhaps others: there is too much to list it all, as in FILE=${own}`
  throw new BrokerError('NOT_FOUND', `There are several files; name one of them with FILE: ${names.join(', ')}${more}.`)
}

const nothingOf = (file: string) => new BrokerError('NOT_FOUND', `The results that are kept do not have ${file}.`)
