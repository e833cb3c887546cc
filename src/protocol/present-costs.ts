/** Presents costs and metrics: quoted until the program has ended, and what was really used from then on. */
import { costsOf, metricsOf, plannedUsage, type Costs, type Figure, type Usage } from '../domain/costs.ts'
import type { Instant } from '../domain/dates.ts'
import { fromUnits, MICRO_DIGITS } from '../domain/exact.ts'
import { executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { componentPlaces, type ExecutionPlan } from '../domain/execution-plan.ts'
import { compact } from './compact.ts'
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'

/** What has to be known of an execution to say what it costs. */
export interface CostedView {
  readonly phase: ExecutionPhase
  readonly plan: ExecutionPlan
  readonly startAt?: Instant
  readonly startedAt?: Instant
  readonly endAt?: Instant
  readonly endedAt?: Instant
  /** By position, with what the steps found out. */
  readonly components?: readonly { readonly position: number; readonly detail?: Readonly<Record<string, unknown>> }[]
}

const FREE: Costs = { execution: [], compute: [], storage: [], data: [] }

/** The costs and metrics of an execution and its parts, as they are shown. */
export class PresentedCosts {
  readonly #costs: Costs
  readonly #metrics: readonly Figure[]
  readonly #description: string

  constructor(view: CostedView) {
    this.#costs = view.plan.prices ? costsOf(view.plan, usageOf(view)) : FREE
    this.#metrics = metricsOf(view.plan)
    this.#description = isOver(view) ? 'What was really used' : 'What all that is offered comes to'
  }

  /** Of the execution: the sums of its parts. */
  execution(): Shown {
    return this.#shown(this.#costs.execution, this.#metrics)
  }

  compute(): Shown {
    return this.#shown(this.#costs.compute, this.#metrics)
  }

  storage(index: number): Shown {
    return this.#shown(this.#costs.storage[index] ?? [], [])
  }

  data(index: number): Shown {
    return this.#shown(this.#costs.data[index] ?? [], [])
  }

  #shown(costs: readonly Figure[], metrics: readonly Figure[]): Shown {
    if (costs.length === 0 && metrics.length === 0) return NOTHING
    return compact({
      costs: costs.map((figure) => ({
        kind: KIND.simpleCost,
        ...presentFigure({
          description: `${this.#description}${figure.units ? `, in ${figure.units}` : ''}.`,
          ...figure,
        }),
      })),
      metrics: metrics.map((figure) => ({ kind: KIND.simpleMetric, ...presentFigure(figure) })),
    })
  }
}

interface Shown {
  readonly costs?: Schemas['CostItem'][]
  readonly metrics?: Schemas['MetricItem'][]
}

const NOTHING: Shown = {}

function presentFigure({ type, units, description, min, max }: Figure) {
  return { type, units, description, min: fromUnits(min, MICRO_DIGITS), max: fromUnits(max, MICRO_DIGITS) }
}

/** The program has ended, or will never begin. */
function isOver({ phase, startAt, endedAt }: CostedView): boolean {
  return endedAt !== undefined || (startAt !== undefined && executionLifecycle.isTerminal(phase))
}

/** What is or was used: as planned while that is still possible, and what was measured where something was. */
export function usageOf(view: CostedView): Usage {
  const { plan, startAt, startedAt, endAt, endedAt } = view
  const planned = plannedUsage(plan)
  if (startAt === undefined) return planned
  const from = startedAt ?? startAt
  const grantedMs = startedAt !== undefined && endAt !== undefined ? endAt - startedAt : plan.slot.durationMs
  const over = isOver(view)
  // The grace period after the granted duration belongs to the broker's housekeeping and is not charged.
  const ranMs = endedAt === undefined ? undefined : Math.min(grantedMs, Math.max(0, endedAt - from))
  return {
    startAt: from,
    startLatestAt: from,
    runMs: over ? ranMs : grantedMs,
    bytes: planned.bytes.map((expected, index) => {
      const moved = movedBytes(view, index)
      return moved !== undefined ? { min: moved, max: moved } : over ? { min: 0, max: 0 } : expected
    }),
  }
}

/** The bytes that were moved for a data resource; undefined as long as it is not complete. */
function movedBytes({ plan, components = [] }: CostedView, data: number): number | undefined {
  const place = componentPlaces(plan).find(({ family, index }) => family === 'data' && index === data)
  const { bytes, saved } = components.find(({ position }) => position === place?.position)?.detail ?? {}
  const both = [bytes, (saved as { bytes?: unknown } | undefined)?.bytes].filter((one) => typeof one === 'number')
  return both.length > 0 ? both.reduce((sum, one) => sum + one, 0) : undefined
}
