/** The step of each family of components. */
import type { ComponentFamily } from '../../domain/execution-plan.ts'
import { computeStep } from './compute.ts'
import { dataStep } from './data.ts'
import { executableStep } from './executable.ts'
import { storageStep } from './storage.ts'
import type { Step } from './step.ts'

export const STEPS: Readonly<Record<Exclude<ComponentFamily, 'volume'>, Step>> = {
  executable: executableStep,
  compute: computeStep,
  storage: storageStep,
  data: dataStep,
}

/** The step of a component's family. */
export function stepOf(family: ComponentFamily): Step {
  if (family === 'volume') throw new Error('volume mounts have no step')
  return STEPS[family]
}
