/** What can be updated now, as the contract lists it: phases from the transition table, amounts from what there is room for. */
import type { CountedIn } from '../domain/amounts.ts'
import type { Changeable, ChangeRanges } from '../domain/execution-change.ts'
import { EXECUTION_PHASES, executionLifecycle, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'

/** Where each part of a promise is in an execution, and what it is counted in. */
export const CHANGE_PATHS: Readonly<Record<Changeable, { readonly path: string; readonly units: CountedIn }>> = {
  duration: { path: 'schedule/available/duration', units: 's' },
  cores: { path: 'compute/cores', units: 'cores' },
  memory: { path: 'compute/memory', units: 'GiB' },
}

/** The longest name, in characters. */
export const NAME_LENGTH_MAX = 200

/** The path of an offer set by which one of its offers is accepted. */
export const ACCEPTED_PATH = 'accepted'

/** The phases that a client may ask for, by the phase that there is. */
const PHASE_OPTIONS: ReadonlyMap<ExecutionPhase, readonly Schemas['Option'][]> = new Map(
  EXECUTION_PHASES.map((phase) => {
    const values = [...new Set(executionLifecycle.clientTransitions(phase).map(({ to }) => to))]
    return [phase, values.length > 0 ? [{ kind: KIND.enumOption, path: 'phase', values }] : []]
  }),
)

const NAMING_OPTIONS: readonly Schemas['Option'][] = [
  { kind: KIND.stringOption, path: 'meta/name', pattern: `^.{1,${NAME_LENGTH_MAX}}$` },
  { kind: KIND.stringOption, path: 'meta/description' },
]

/** What can be updated in an execution. */
export function executionOptions({
  phase,
  ranges = {},
}: {
  readonly phase: ExecutionPhase
  readonly ranges?: ChangeRanges
}): Schemas['Option'][] {
  const options: Schemas['Option'][] = [...(PHASE_OPTIONS.get(phase) ?? [])]
  for (const what of Object.keys(CHANGE_PATHS) as Changeable[]) {
    const range = ranges[what]
    if (!range) continue
    const kind = what === 'duration' ? KIND.deltaOption : KIND.integerOption
    options.push({ kind, ...CHANGE_PATHS[what], min: range.min, max: range.max })
  }
  options.push(...NAMING_OPTIONS)
  return options
}

/** What can be updated in an offer set: while offers are open, all that they are for; afterwards what was accepted can be cancelled. */
export function offerSetOptions(
  offers: readonly { readonly id: string; readonly phase: ExecutionPhase }[],
): Schemas['Option'][] {
  const open = offers.filter(({ phase }) => phase === 'OFFERED')
  const isLive = offers.some(({ phase }) => !executionLifecycle.isTerminal(phase))
  const values = [...(open.length > 0 ? ['REJECTED'] : []), ...(isLive ? ['CANCELLED'] : [])]
  const options: Schemas['Option'][] = []
  if (values.length > 0) options.push({ kind: KIND.enumOption, path: 'phase', values })
  if (open.length > 0)
    options.push({ kind: KIND.stringOption, path: ACCEPTED_PATH, pattern: `^(${open.map(({ id }) => id).join('|')})$` })
  return options
}
