/**
 * Limits on costs and metrics: which offers keep to them, and what to say when none can. Pure.
 */
import { COST_TYPES, metricsOf, micros, quoteOf, type Figure } from '../domain/costs.ts'
import { fromUnits, MICRO_DIGITS } from '../domain/exact.ts'
import type { ExecutionPlan } from '../domain/execution-plan.ts'
import type { Limit } from '../domain/execution-request.ts'
import { message, type Message } from '../domain/message.ts'
import type { Instant } from '../domain/dates.ts'

/** True when a plan keeps to every limit. */
export function keepsLimits(plan: ExecutionPlan, limits: readonly Limit[] = []): boolean {
  return limits.every((limit) => keeps(limit, figureFor(limit, plan)))
}

/** What an offer would cost, in millionths, for comparing offers with each other; undefined where no price is stated. */
export function priceOf(plan: ExecutionPlan, type: keyof typeof COST_TYPES): bigint | undefined {
  return quoteOf(plan).execution.find((figure) => figure.type === COST_TYPES[type])?.max
}

/** True if a plan states costs, and each is at most what the other plan states. */
export function costsNoMore(plan: ExecutionPlan, other: ExecutionPlan): boolean {
  const [costs, others] = [plan, other].map((one) => quoteOf(one).execution) as [Figure[], Figure[]]
  const most = new Map(others.map(({ type, units, max }) => [`${type} ${units ?? ''}`, max]))
  return costs.length > 0 && costs.every(({ type, units, max }) => max <= (most.get(`${type} ${units ?? ''}`) ?? -1n))
}

/**
 * Why no plan keeps to the limits. `plans` are, for each pool, the plans at the least amounts at every start that could
 * make a difference; empty when one of them keeps to all limits.
 */
export function whyLimitsFail(plans: readonly ExecutionPlan[], limits: readonly Limit[], now: Instant): Message[] {
  if (plans.length === 0 || plans.some((plan) => keepsLimits(plan, limits))) return []
  const single = limits.flatMap((limit) => whyFails(limit, plans, now) ?? [])
  if (single.length > 0) return single
  return [
    message('limits-not-together', now, {
      pointers: limits.map(({ pointer }) => pointer).join(', '),
      pools: poolsInWords(plans, limits),
    }),
  ]
}

function keeps({ min, max }: Limit, figure: Figure | undefined): boolean {
  if (!figure) return false
  if (max !== undefined && figure.max > micros(max, 'down')) return false
  return min === undefined || figure.min >= micros(min, 'up')
}

/** The figure of a plan that a limit is about; undefined when the plan states none, or in another unit. */
function figureFor({ about, type, units, part }: Limit, plan: ExecutionPlan): Figure | undefined {
  return figuresOf(plan, about, part).find(
    (figure) => figure.type === type && (units === undefined || figure.units === undefined || units === figure.units),
  )
}

function figuresOf(plan: ExecutionPlan, about: Limit['about'], part: Limit['part']): readonly Figure[] {
  if (about === 'metric') return part === 'execution' || part === 'compute' ? metricsOf(plan) : []
  const costs = quoteOf(plan)
  if (part === 'uncharged') return []
  if (typeof part === 'string') return costs[part]
  return costs[part.family][part.index] ?? []
}

/** Why one limit alone cannot be kept; undefined when the pools could keep to it. */
function whyFails(limit: Limit, plans: readonly ExecutionPlan[], now: Instant): Message | undefined {
  const stated = plans.flatMap((plan) => {
    const figure = figureFor(limit, plan)
    return figure ? [{ figure, pool: plan.pool }] : []
  })
  const { pointer, type, min, max, about } = limit
  const [first] = stated
  if (!first) {
    const units = limit.units ? ` in ${limit.units}` : ''
    return message('limit-not-stated', now, { type, units, pointer, known: knownInWords(limit, plans) })
  }
  const lowest = stated.reduce((a, b) => (b.figure.max < a.figure.max ? b : a))
  if (max !== undefined && lowest.figure.max > micros(max, 'down')) {
    const [wanted, possible] = [inWords(max, first.figure), inWords(decimal(lowest.figure.max), lowest.figure)]
    const less = about === 'cost' ? 'fewer cores, less memory or storage, or a shorter duration' : 'fewer cores'
    return message('limit-too-low', now, { limit: wanted, type, pointer, lowest: possible, pool: lowest.pool, less })
  }
  const highest = stated.reduce((a, b) => (b.figure.min > a.figure.min ? b : a))
  if (min !== undefined && highest.figure.min < micros(min, 'up')) {
    const [wanted, possible] = [inWords(min, first.figure), inWords(decimal(highest.figure.min), highest.figure)]
    const more = about === 'metric' ? ', or ask for more cores' : ''
    return message('limit-too-high', now, { limit: wanted, type, pointer, highest: possible, pool: highest.pool, more })
  }
  return undefined
}

/** What each pool comes to for each limit. */
function poolsInWords(plans: readonly ExecutionPlan[], limits: readonly Limit[]): string {
  const byPool = new Map(plans.map((plan) => [`${plan.platform}/${plan.pool}`, plan]))
  return [...byPool]
    .map(([pool, plan]) => {
      const figures = limits.map((limit) => {
        const figure = figureFor(limit, plan)
        const word = limit.type.split(':').at(-1) ?? limit.type
        return figure ? `${word} ${rangeInWords(figure)}` : `no ${word}`
      })
      return `${pool} has ${[...new Set(figures)].join(', ')}`
    })
    .join('; ')
}

function knownInWords({ about, type, part }: Limit, plans: readonly ExecutionPlan[]): string {
  const stated = plans.flatMap((plan) => figuresOf(plan, about, part))
  const same = stated.filter((figure) => figure.type === type)
  const possible = same.length > 0 ? same : stated
  const known = [
    ...new Set(possible.map((figure) => (figure.units ? `${figure.type} in ${figure.units}` : figure.type))),
  ]
  return known.length > 0 ? `, or limit ${known.join(' or ')}` : ''
}

const decimal = (amount: bigint) => fromUnits(amount, MICRO_DIGITS)
const inWords = (amount: number, { units }: Figure) => (units ? `${amount} ${units}` : `${amount}`)

function rangeInWords(figure: Figure): string {
  const [least, most] = [decimal(figure.min), decimal(figure.max)]
  return least === most ? inWords(least, figure) : `${least} to ${inWords(most, figure)}`
}
