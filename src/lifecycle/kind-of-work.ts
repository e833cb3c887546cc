/** Of which kind the next work on an execution is. Pure. */
import { kindOfPreparation, type WorkKind } from '../domain/work-kind.ts'
import type { ExecutionState } from './decide.ts'

export function kindOfWork({ execution: { phase, plan }, components }: ExecutionState): WorkKind {
  if (phase === 'AVAILABLE') return 'run'
  if (phase === 'ACCEPTED' || phase === 'WAITING') return kindOfPreparation(plan)
  if (phase !== 'PREPARING') return 'release'
  return components.every((component) => component.phase === 'AVAILABLE') ? 'run' : kindOfPreparation(plan)
}
