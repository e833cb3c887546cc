/** The routes by which operators see the pools: which there are, and how much of each is booked when. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { levelsOf, type Level } from '../booking/levels.ts'
import { DateError, formatDuration, formatInstant, parseInstant, type Instant } from '../domain/dates.ts'
import { BrokerError } from '../domain/errors.ts'
import { capacityOver, type Maintenance } from '../domain/pool-capacity.ts'
import { RESOURCES, type Resource } from '../domain/resources.ts'
import type { ConfiguredPool } from '../lifecycle/survey.ts'
import type { Schemas } from '../protocol/contract.ts'
import * as pools from '../store/pools.ts'
import { presentWindow } from './admin-maintenance.ts'
import { answer, badQuery, linkFor, queryInteger, queryOne, type HttpContext } from './context.ts'

const HOUR_MS = 3_600_000
const HOURS = { min: 1, max: 8_784 }
const STEPS = { min: 1, max: 1_000 }
/** What should have been given back is shown as booked for at most so long, as it is planned for. */
export const OVERDUE_MS = 60_000

/** Adds the routes. */
export function poolRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get('/admin/pools', async (request, reply) => {
    const drained = await context.drained.now()
    return answer(request, reply, 200, {
      pools: context.survey.pools.map((pool) => presentPool(pool, drained, request, context)),
    })
  })

  app.get<{ Params: { name: string } }>('/admin/pools/:name/timeline', async (request, reply) => {
    const pool = poolNamed(request.params.name, queryOne(request, 'platform'), context)
    const window = windowOf(request, context)
    const drained = await context.drained.now()
    const { levels, maintenance } = await readLevels(pool, window, context)
    const body: Schemas['PoolTimeline'] = {
      name: pool.name,
      platform: pool.platform.name,
      from: formatInstant(window.fromAt),
      until: formatInstant(window.toAt),
      step: formatDuration((window.toAt - window.fromAt) / window.parts),
      resources: RESOURCES.map((resource) => ({
        resource,
        steps: (levels.get(resource) ?? []).map(({ fromAt, booked, capacity }) => ({
          since: formatInstant(fromAt),
          booked,
          capacity,
        })),
      })),
      ...presentDrain(drained.get(pool.poolId)),
      ...(maintenance.length > 0 ? { maintenance: maintenance.map((one) => windowIn(pool, one)) } : {}),
    }
    return answer(request, reply, 200, body)
  })
}

/** What is booked as all processes know it: the ledger is brought up to date under the lock of the pool, for a moment. */
async function readLevels(
  { poolId }: ConfiguredPool,
  window: { fromAt: Instant; toAt: Instant; parts: number },
  { database, clock, ledger }: HttpContext,
): Promise<{ levels: ReadonlyMap<Resource, readonly Level[]>; maintenance: readonly Maintenance[] }> {
  return database.transaction(async (tx) => {
    const { replicas } = await ledger.lock(tx, [poolId])
    const capacity = await pools.capacity(tx, poolId)
    const steps = capacityOver(capacity)
    const profile = replicas[0]?.profile
    if (!profile) throw new BrokerError('NOT_FOUND', 'The pool is not in the ledger.')
    const levels = profile.during(profile.overdue(clock.now(), OVERDUE_MS), () => {
      return new Map(RESOURCES.map((resource) => [resource, levelsOf(profile, steps, resource, window)]))
    })
    const maintenance = capacity.maintenance.filter((one) => one.fromAt < window.toAt && one.toAt > window.fromAt)
    return { levels, maintenance: maintenance.toSorted((a, b) => a.fromAt - b.fromAt) }
  })
}

function windowIn({ platform, name }: ConfiguredPool, window: Maintenance): Schemas['Maintenance'] {
  return presentWindow({ ...window, platform: platform.name, pool: name })
}

/** What is shown of a pool. */
export function presentPool(
  { name, platform, capacity, poolId }: ConfiguredPool,
  drained: ReadonlyMap<pools.PoolId, pools.Drain>,
  request: FastifyRequest,
  context: HttpContext,
): Schemas['Pool'] {
  return {
    name,
    platform: platform.name,
    url: linkFor(request, context)(`/admin/pools/${name}/timeline?platform=${platform.name}`),
    capacity: { ...capacity },
    ...presentDrain(drained.get(poolId)),
  }
}

function presentDrain(drain: pools.Drain | undefined): Pick<Schemas['Pool'], 'drained' | 'drainReason'> {
  if (!drain) return {}
  const { drainedAt, drainReason } = drain
  return { drained: formatInstant(drainedAt), ...(drainReason === undefined ? {} : { drainReason }) }
}

/** The pool of a name, which only its platform makes unique. */
export function poolNamed(name: string, platform: string | undefined, { survey }: HttpContext): ConfiguredPool {
  const named = survey.pools.filter(
    (pool) => pool.name === name && (platform ?? pool.platform.name) === pool.platform.name,
  )
  const [pool, another] = named
  if (pool && another) {
    const platforms = named.map((one) => one.platform.name).join(' and ')
    throw badQuery('platform', `there are pools called ${name} on ${platforms}; name one of them`)
  }
  if (pool) return pool
  const where = platform === undefined ? '' : ` on ${platform}`
  throw new BrokerError('NOT_FOUND', `There is no pool ${name}${where}; GET /admin/pools lists those that there are.`)
}

function windowOf(request: FastifyRequest, { clock }: HttpContext): { fromAt: Instant; toAt: Instant; parts: number } {
  const hours = queryInteger(request, 'hours', HOURS) ?? 24
  const fromAt = fromOf(request) ?? clock.now()
  return { fromAt, toAt: fromAt + hours * HOUR_MS, parts: queryInteger(request, 'steps', STEPS) ?? 96 }
}

function fromOf(request: FastifyRequest): Instant | undefined {
  const text = queryOne(request, 'from')
  if (text === undefined) return undefined
  try {
    return parseInstant(text)
  } catch (error) {
    if (error instanceof DateError) throw badQuery('from', error.detail)
    throw error
  }
}
