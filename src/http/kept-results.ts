/** The route of results that could not be saved: they stay on the platform for a while, and whoever may read the execution fetches them. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { formatInstant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { componentPlaces } from '../domain/execution-plan.ts'
import { volumeOf } from '../lifecycle/steps/volumes.ts'
import type { Platform, VolumeRef } from '../platforms/platform.ts'
import * as components from '../store/components.ts'
import type { Execution } from '../store/executions.ts'
import { queryOne, type HttpContext } from './context.ts'
import { componentFor } from './views.ts'
import { whenOver } from './waiting.ts'

/** Results that are kept, and where. */
interface Kept {
  readonly platform: Platform
  readonly volume: VolumeRef
}

/** Adds the route. */
export function keptResultRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<{ Params: { uuid: string } }>('/data/:uuid/kept', { config: { oneForm: true } }, async (request, reply) => {
    const { platform, volume } = await keptOf(request, request.params.uuid, context)
    const signal = whenOver(reply, context)
    const file = await fileIn(platform, volume, queryOne(request, 'FILE'), signal)
    const found = await platform.readFile(volume, file, signal)
    if (!found) throw nothingOf(file)
    return reply
      .header('Content-Type', 'application/octet-stream')
      .header('Content-Length', found.sizeBytes)
      .header('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file)}`)
      .header('Cache-Control', 'no-store')
      .send(found.content)
  })
}

async function keptOf(request: FastifyRequest, uuid: string, context: HttpContext): Promise<Kept> {
  const { execution, index, missing } = await componentFor(request, uuid, 'data', context)
  const place = componentPlaces(execution.plan)[index]
  if (place?.family !== 'data') throw missing
  await requireKept(execution, index, context)
  const platform = context.platforms.find(({ name }) => name === execution.plan.platform)
  if (!platform)
    throw new BrokerError('UNAVAILABLE', `The platform ${execution.plan.platform} is not known to this process now.`)
  return { platform, volume: volumeOf(execution.id, 'data', place.index) }
}

async function requireKept({ id }: Execution, position: number, { database, clock }: HttpContext): Promise<void> {
  const component = (await components.list(database, [id])).find((one) => one.position === position)
  const { keptUntil } = component?.detail ?? {}
  if (typeof keptUntil === 'number' && keptUntil > clock.now() && component?.givenBackAt === undefined) return
  const until =
    typeof keptUntil === 'number' && keptUntil > 0 ? ` any more; they were until ${formatInstant(keptUntil)}` : ''
  throw new BrokerError('NOT_FOUND', `No results of these data are kept${until}. Only what could not be saved is kept.`)
}

/** The file that is meant: the one that is named, or the only one. */
async function fileIn(
  platform: Platform,
  volume: VolumeRef,
  named: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  // Results are files at the root of the volume; what reads as a way to another place is none of them.
  if (named !== undefined && (/[/\\\0]/.test(named) || named === '.' || named === '..' || named === ''))
    throw nothingOf(named)
  if (named !== undefined) return named
  const names = await platform.namesIn(volume, signal)
  const [only, ...others] = names
  if (only !== undefined && others.length === 0) return only
  if (names.length === 0) throw nothingOf('a file')
  throw new BrokerError('NOT_FOUND', `There are several files; name one of them with FILE: ${names.join(', ')}.`)
}

const nothingOf = (file: string) => new BrokerError('NOT_FOUND', `The results that are kept do not have ${file}.`)
