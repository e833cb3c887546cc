/** The routes by which operators say when a platform or a pool has less than usual, and end that. */
import type { FastifyInstance } from 'fastify'
import { record } from '../accounts/accounts.ts'
import { endMaintenance, holdsOf, maintain, type Outcome } from '../booking/maintenance.ts'
import { formatInstant, type Instant } from '../domain/dates.ts'
import { BrokerError, type FieldFault } from '../domain/errors.ts'
import { isUuid } from '../domain/ids.ts'
import type { Maintenance } from '../domain/pool-capacity.ts'
import { RESOURCES } from '../domain/resources.ts'
import type { Schemas } from '../protocol/contract.ts'
import type { Link } from '../protocol/present.ts'
import { readBody } from '../protocol/read-body.ts'
import { executionPath } from '../protocol/spell.ts'
import * as maintenance from '../store/maintenance.ts'
import type { PlacedMaintenance, Promised } from '../store/maintenance.ts'
import * as pools from '../store/pools.ts'
import { actorOf } from './calling.ts'
import { answer, instantIn, linkFor, type HttpContext } from './context.ts'

/** Nothing left of anything. */
const NOTHING = { cores: 0, memory: 0, storage: 0, accelerators: 0 } as const
/** A window ends at most so long from now, in milliseconds: ten years. */
const AHEAD_MS_MAX = 3_653 * 86_400_000
/** As many promises are named in a refusal. */
const NAMED_MAX = 20

/** Adds the routes. */
export function maintenanceRoutes(app: FastifyInstance, context: HttpContext): void {
  const { database, clock, ids } = context

  app.get('/admin/maintenance', async (request, reply) => {
    const windows = await maintenance.list(database, clock.now())
    return answer(request, reply, 200, { maintenance: windows.map(presentWindow) })
  })

  app.post('/admin/maintenance', async (request, reply) => {
    const now = clock.now()
    const { force = false, ...wish } = readBody('MaintenanceRequest', request.body)
    const window = windowOf(wish, ids.uuid(), now)
    await requirePlace(window, context)
    const outcome = await maintain(window, force, context, now, (tx) =>
      record(tx, actorOf(request, context), now, 'create maintenance', window.id, { ...wish, force }),
    )
    if (!outcome.kept) throw whyNot(outcome.inTheWay)
    return answer(request, reply, 201, presentOutcome(window, outcome, linkFor(request, context)))
  })

  app.delete<{ Params: { uuid: string } }>('/admin/maintenance/:uuid', async (request, reply) => {
    const { uuid } = request.params
    const now = clock.now()
    const ended =
      isUuid(uuid) &&
      (await endMaintenance(uuid, context, (tx, { platform, pool }) =>
        record(tx, actorOf(request, context), now, 'end maintenance', uuid, { platform, pool }),
      ))
    if (!ended)
      throw new BrokerError('NOT_FOUND', `There is no maintenance ${uuid}; GET /admin/maintenance lists what there is.`)
    return reply.code(204).send()
  })
}

function windowOf(wish: Omit<Schemas['MaintenanceRequest'], 'force'>, id: string, now: Instant): PlacedMaintenance {
  const { platform, pool, from, until, capacity, reason } = wish
  const faults: FieldFault[] = []
  const fromAt = from === undefined ? now : instantIn(from, '/from', faults)
  const toAt = instantIn(until, '/until', faults)
  if (toAt <= Math.max(fromAt, now))
    faults.push({ pointer: '/until', detail: 'is after the beginning of the window, and after now' })
  if (toAt > now + AHEAD_MS_MAX) faults.push({ pointer: '/until', detail: 'is at most ten years ahead' })
  if (capacity && Object.keys(capacity).length === 0)
    faults.push({
      pointer: '/capacity',
      detail: `names at least one of ${RESOURCES.join(', ')}; without it nothing is left`,
    })
  if (faults.length > 0)
    throw new BrokerError(
      'BAD_REQUEST',
      'The times of the maintenance cannot be used; the fields at fault are listed.',
      { faults },
    )
  return { id, platform, ...(pool === undefined ? {} : { pool }), fromAt, toAt, most: capacity ?? NOTHING, reason }
}

/** A platform that does not answer at the moment has its pools nevertheless, if it ever had. */
async function requirePlace({ platform, pool }: PlacedMaintenance, { database, survey }: HttpContext): Promise<void> {
  if ((await pools.named(database, platform, pool)).length > 0) return
  const known = [...new Set(survey.pools.map((one) => `${one.platform.name}/${one.name}`))].join(', ')
  const detail = known ? `is not the name of one; there are ${known}` : 'is not the name of one; there are no pools yet'
  const isPlatform = (await pools.named(database, platform, undefined)).length > 0
  throw new BrokerError('UNPROCESSABLE', 'There is no such place to be maintained.', {
    faults: [{ pointer: isPlatform ? '/pool' : '/platform', detail }],
  })
}

/** What is shown of a window. */
export function presentWindow(window: Maintenance & { platform: string; pool?: string }): Schemas['Maintenance'] {
  const { id, platform, pool, fromAt, toAt, most, reason } = window
  return {
    uuid: id,
    platform,
    ...(pool === undefined ? {} : { pool }),
    from: formatInstant(fromAt),
    until: formatInstant(toAt),
    capacity: { ...most },
    reason,
  }
}

function presentOutcome(window: PlacedMaintenance, { withdrawn, inTheWay }: Outcome, link: Link) {
  const promises = inTheWay.map((promised): Schemas['MaintenancePromise'] => ({
    uuid: promised.id,
    url: link(executionPath('own', promised.id)),
    phase: promised.phase,
    owner: promised.owner,
    ...(promised.name === undefined ? {} : { name: promised.name }),
    ...timesOf(promised),
  }))
  const told = promises.length > 0 ? { promises } : {}
  return { ...presentWindow(window), ...(withdrawn.length > 0 ? { withdrawn: withdrawn.length } : {}), ...told }
}

function timesOf(promised: Promised) {
  const held = holdsOf(promised)
  return {
    from: formatInstant(Math.min(...held.map(({ fromAt }) => fromAt))),
    until: formatInstant(Math.max(...held.map(({ toAt }) => toAt))),
  }
}

function whyNot(inTheWay: readonly Promised[]): BrokerError {
  const faults = inTheWay.slice(0, NAMED_MAX).map((promised) => {
    const { from, until } = timesOf(promised)
    return {
      pointer: '/until',
      detail: `the execution ${promised.id} is ${promised.phase}, from ${from} until ${until}`,
    }
  })
  const more = inTheWay.length > NAMED_MAX ? ' The first of them are listed.' : ''
  return new BrokerError(
    'PROMISED',
    `More is promised in that time than would be left, so nothing was changed.${more} Choose another time, or say force: open offers are withdrawn then, and what was accepted is kept.`,
    { faults },
  )
}
