/** Reads an update of an execution or an offer set. */
import { BrokerError } from '../domain/errors.ts'
import { EXECUTION_PHASES, type ExecutionPhase } from '../domain/execution-lifecycle.ts'
import { conform, faultsOfConformed } from './conform.ts'
import type { Schemas } from './contract.ts'
import { modernise } from './earlier-generations.ts'
import { KIND } from './kinds.ts'

/** What a client wants changed. Paths are without a leading slash. */
export type Update = { readonly path: string } & (
  | { readonly type: 'enum'; readonly value: string }
  | { readonly type: 'string'; readonly value: string }
  /** A number to be set. */
  | { readonly type: 'integer'; readonly value: number; readonly units: string | undefined }
  /** A number to be added to what is there. */
  | { readonly type: 'delta'; readonly delta: number; readonly units: string | undefined }
)

/** Reads an update. Throws BAD_REQUEST when it does not follow the contract. */
export function readUpdate(body: unknown): Update {
  const conformed = conform('Update', modernise('Update', body).body)
  const { value, unknownKinds } = conformed
  const [unknown] = unknownKinds
  if (unknown) {
    const faults = [
      { pointer: unknown.pointer, detail: `'${unknown.kind}' is not known; known are ${unknown.known.join(', ')}` },
    ]
    throw new BrokerError('BAD_REQUEST', 'The update has a kind that is not known.', { faults })
  }
  const faults = faultsOfConformed('Update', conformed)
  if (faults.length > 0) {
    const detail = `The update does not follow the contract; the fields at fault are listed. A whole one is ${wholeUpdate(body)}`
    throw new BrokerError('BAD_REQUEST', detail, { faults })
  }
  return updateOf(value as Schemas['Update'])
}

/** An update to copy: to the phase that a body names by itself, as people write it at first, or to any. */
function wholeUpdate(body: unknown): string {
  const { phase } = (body ?? {}) as { phase?: unknown }
  const named = typeof phase === 'string' ? phaseNamed(phase.toUpperCase()) : undefined
  return JSON.stringify({ kind: KIND.enumUpdate, path: 'phase', value: named ?? 'ACCEPTED' })
}

function updateOf(wire: Schemas['Update']): Update {
  const path = wire.path.replace(/^\//, '')
  switch (wire.kind) {
    case KIND.stringUpdate:
      return { type: 'string', path, value: wire.value }
    case KIND.enumUpdate:
      return { type: 'enum', path, value: wire.value }
    case KIND.integerUpdate:
      return { type: 'integer', path, value: wire.value, units: wire.units }
    case KIND.deltaUpdate:
      return { type: 'delta', path, delta: wire.delta, units: wire.units }
  }
}

/** The phase that a word stands for; RUNNING is the old word for AVAILABLE. Undefined for a word that is no phase. */
export function phaseNamed(word: string): ExecutionPhase | undefined {
  const name = word === 'RUNNING' ? 'AVAILABLE' : word
  return EXECUTION_PHASES.find((phase) => phase === name)
}

/** An update that is understood but not possible, with what is; `at` is the field at fault, where it is not the value. */
export function impossibleUpdate(update: Update, possible: string, at?: '/kind' | '/path'): BrokerError {
  const wish =
    update.type === 'delta'
      ? `'${update.path}' cannot be changed by ${update.delta}`
      : `'${update.path}' cannot be set to '${update.value}'`
  return new BrokerError('UNPROCESSABLE', `${wish}; ${possible}`, {
    faults: [{ pointer: at ?? (update.type === 'delta' ? '/delta' : '/value'), detail: possible }],
  })
}
