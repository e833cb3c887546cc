/** The capacity of pools with their maintenance, worked out anew for every instant. */
import type { Maintenance } from '../../src/domain/pool-capacity.ts'
import { RESOURCES, type Amounts } from '../../src/domain/resources.ts'
import type { CapacityStep } from './reference.ts'

/** A pool that has nothing. */
export const NOTHING = { cores: 0, memory: 0, storage: 0, accelerators: 0 }

/** A maintenance of a pool. */
export interface ReferenceWindow extends Maintenance {
  readonly poolId: number
}

/** Capacities of pools, looked at anew at every instant at which anything begins or ends. */
export function underMaintenance(steps: readonly CapacityStep[], windows: readonly ReferenceWindow[]): CapacityStep[] {
  return [...new Set(steps.map(({ poolId }) => poolId))].flatMap((poolId) => {
    const own = steps.filter((step) => step.poolId === poolId)
    const there = windows.filter((window) => window.poolId === poolId)
    const instants = [...own.map(({ fromAt }) => fromAt), ...there.flatMap(({ fromAt, toAt }) => [fromAt, toAt])]
    return [...new Set(instants)]
      .sort((a, b) => a - b)
      .map((fromAt) => {
        const configured = own.filter((step) => step.fromAt <= fromAt).sort((a, b) => b.fromAt - a.fromAt)[0] ?? NOTHING
        const now = there.filter((window) => window.fromAt <= fromAt && fromAt < window.toAt)
        const left = RESOURCES.map((resource) => [
          resource,
          Math.min(configured[resource], ...now.map(({ most }) => most[resource] ?? Infinity)),
        ])
        return { poolId, fromAt, ...(Object.fromEntries(left) as Amounts) }
      })
  })
}
